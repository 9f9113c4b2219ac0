import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fa } from "../../content/strings/fa.ts";
import { codeMail } from "../../scripts/form-service/mail/message.ts";
import { parseCampaign } from "../../scripts/letter/text/campaign.ts";
import { feed } from "../../scripts/site/views/pages/feed.ts";
import { readLetterFile } from "../support/letters.ts";
import { root } from "../support/source.ts";
import { crowd } from "./crowd.ts";
import { make, pages, site } from "./gallery.ts";
import { persianOf, RULES, slipsIn } from "./persian.ts";

const many = { ...crowd(site), demoCustodian: true, capturedMail: true };

describe("the Persian that is read", () => {
  it.each(Object.keys(pages))("on the page %s is that of a careful editor", (name) => {
    const texts = persianOf(make(name, "fa", many));
    expect(texts.length).toBeGreaterThan(5);
    expect(texts.flatMap(slipsIn)).toEqual([]);
  });

  it("in a mail, in the feed and in campaign.yaml is, too", () => {
    const code = "7KQM4TXR";
    const mail = codeMail("fa", "a@example.org", code);
    const campaign = parseCampaign(readLetterFile("iran", "campaign.yaml"));
    const texts = [
      mail.subject,
      ...mail.text.split("\n").filter((line) => line !== code),
      /<item>\n<title>(.*)<\/title>/.exec(feed(site, "fa", [{ filed: 20, refused: 2, leftOut: 1 }]))![1]!,
      ...[campaign.site_title, campaign.addressee, campaign.recipient.name].map(({ fa }) => fa ?? ""),
    ];
    expect(texts.length).toBeGreaterThan(10);
    expect(texts.flatMap(slipsIn)).toEqual([]);
  });
});

// What no page shows is read too: the words in the bags, the report of a handover, what a recipient reads first.
describe("the Persian of every text", () => {
  const folder = join(root, "content/fa");

  it("is that of a careful editor in the strings", () => {
    const texts = stringsOf(fa).map((text) => withoutCode(text).replace(/«--?[\w -]+»/g, "x"));
    expect(texts.length).toBeGreaterThan(400);
    expect(texts.flatMap(slipsIn)).toEqual([]);
  });

  // The addresses in the letter's head are in Latin letters.
  it.each(readdirSync(folder).filter((file) => file !== "letter.md"))("is that of a careful editor in %s", (file) => {
    const lines = readFileSync(join(folder, file), "utf8").split("\n");
    expect(lines.map(withoutCode).flatMap(slipsIn)).toEqual([]);
  });

  it("is that of a careful editor in the guide for moderators, which has the steps and tables of the English one", () => {
    const guide = (name: string) => readFileSync(join(root, ".github", name), "utf8").split("\n");
    const marks = (lines: string[]) => lines.flatMap((line) => /^(?:#+ |\d+\. |\|)/.exec(line)?.[0] ?? []);
    const codes = (lines: string[]) => [...new Set(lines.join("\n").match(/`[^`]+`/g))].sort();
    const [persian, english] = [guide("moderating-fa.md"), guide("moderating.md")];
    expect(marks(persian)).toEqual(marks(english));
    expect(codes(persian)).toEqual(codes(english));
    const texts = persian.map((line) => withoutCode(line.replace(/<[^>]*>|“[^”]*”|\*+[\w@, →+]+\*+|^\|[-|]+$/g, "x")));
    expect(texts.flatMap(slipsIn)).toEqual([]);
  });

  it("is looked through line by line, but for code, addresses and the numbers of a list", () => {
    const text = "1. امضا `a, 4`\n\n    npm run x -- 4, 5\n[اینجا](https://a.test/?4) نامه, امضا\n";
    expect(text.split("\n").map(withoutCode).flatMap(slipsIn)).toHaveLength(1);
  });
});

function stringsOf(value: object | string): string[] {
  return typeof value === "string" ? [value] : Object.values(value).flatMap(stringsOf);
}

function withoutCode(line: string): string {
  return line.replace(/^ {4,}.*|^\d+\. |`[^`]*`|\]\([^)]*\)/g, "x");
}

describe("the editor", () => {
  it.each(RULES)("finds %s", (what, _, example) => {
    expect(slipsIn(example).map((slip) => slip.split(":")[0])).toEqual([what]);
    expect(persianOf(`<title>x</title><p>${example.replaceAll('"', "&quot;")}</p>`).flatMap(slipsIn)).toHaveLength(1);
  });

  it("lets names, codes and Latin words be, and finds what only a screen reader says", () => {
    const html =
      '<title>نامه</title><p>کد <code>4,5</code> را <bdi class="who">Ann, 3</bdi> دید</p><p lang="en">4?</p>';
    expect(persianOf(html).flatMap(slipsIn)).toEqual([]);
    expect(persianOf(`${html}<nav aria-label="صفحه های ما">x</nav>`).flatMap(slipsIn)).toHaveLength(1);
  });
});
