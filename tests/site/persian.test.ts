import { describe, expect, it } from "vitest";
import { codeMail } from "../../scripts/form-service/mail/message.ts";
import { parseCampaign } from "../../scripts/letter/text/campaign.ts";
import { feed } from "../../scripts/site/views/pages/feed.ts";
import { readLetterFile } from "../support/letters.ts";
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
