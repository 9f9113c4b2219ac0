import { describe, expect, it } from "vitest";
import { verifyPublished } from "../../scripts/letter/published/verification.ts";
import { countRecord } from "../../scripts/letter/signature/record.ts";
import { showsName } from "../../scripts/letter/signature/shown.ts";
import { readFrom, type Site, vkey } from "../letter/invented.ts";
import { publishedRecord, publishedSite, recordOf } from "./published-site.ts";

const { record } = publishedRecord(3, 100);
const site = await publishedSite(record);

const reasonOf = async (of: Site) => {
  try {
    await verifyPublished(readFrom(of), vkey);
    return "ok";
  } catch (error) {
    return (error as Error).message;
  }
};
const edited = (path: string, edit: (html: string) => string): Site => {
  const html = Buffer.from(site.get(path)!).toString("utf8");
  expect(edit(html)).not.toBe(html);
  return new Map(site).set(path, Buffer.from(edit(html)));
};
const path = "en/signatures/1/index.html";
const name = record.rows.find((row) => showsName(row.shown))!.name;

describe("the pages that people read", () => {
  it("say what the ledger and the list say", async () => {
    expect(await reasonOf(site)).toBe("ok");
  });

  it.each([0, 1, 2])("say it in words or in digits when the names of %i people are not shown", async (count) => {
    const others = Array.from({ length: count }, (_, i) => (i === 0 ? ("counted" as const) : ("hidden" as const)));
    expect(await reasonOf(await publishedSite(recordOf(["name", "initials", ...others])))).toBe("ok");
  });

  it.each(["99", "۹۹", "٩٩"])("do not pass with %s where one person's name is not shown", async (digits) => {
    const one = await publishedSite(recordOf(["name", "hidden"]));
    const html = Buffer.from(one.get(path)!)
      .toString("utf8")
      .replace(/(<p class="more">)[^<]*/, `$1${digits} more people`);
    expect(await reasonOf(new Map(one).set(path, Buffer.from(html)))).toMatch(
      /^en\/signatures\/1\/index.html: the number/,
    );
  });

  it("do not pass with one more person whose name is not shown", async () => {
    const one = await publishedSite(recordOf(["name", "hidden"]));
    const none = await publishedSite(recordOf(["name"]));
    const more = /<p class="more">.*?<\/p>/s.exec(Buffer.from(one.get(path)!).toString("utf8"))![0];
    const html = Buffer.from(none.get(path)!).toString("utf8").replace("</ul>", `</ul>${more}`);
    expect(await reasonOf(new Map(none).set(path, Buffer.from(html)))).toMatch(
      /^en\/signatures\/1\/index.html: the number/,
    );
  });

  it.each([
    [
      "a false name on a page of the list",
      "en/signatures/1/index.html",
      (html: string) => html.replace(`>${name}<`, ">Another Name<"),
    ],
    [
      "a name too many",
      "fa/signatures/1/index.html",
      (html: string) => html.replace("</ul>", '<li><bdi class="who">Another</bdi></li></ul>'),
    ],
    [
      "the same name twice",
      "fa/signatures/2/index.html",
      (html: string) => html.replace(/(<li><bdi class="who">.*?<\/li>)/, "$1$1"),
    ],
    [
      "a name that is left out",
      "en/signatures/2/index.html",
      (html: string) => html.replace(/<li><bdi class="who">.*?<\/li>/, ""),
    ],
    ["another place", "en/signatures/1/index.html", (html: string) => html.replace(">Melbourne<", ">Tehran<")],
    [
      "another day",
      "en/signatures/1/index.html",
      (html: string) => html.replace('datetime="2026-11-23"', 'datetime="2026-11-22"'),
    ],
    [
      "words among the names",
      "en/signatures/1/index.html",
      (html: string) => html.replace("</ul>", "<li>and the Minister</li></ul>"),
    ],
    [
      "words among names in a list that is not closed",
      "en/signatures/1/index.html",
      (html: string) => html.replaceAll("</ul>", "").replace(/<ul class="roll[^>]*>/, "$&<li>and the Minister</li>"),
    ],
    [
      "more people whose name is not shown",
      "fa/signatures/1/index.html",
      (html: string) => html.replace(/(<p class="more">[^<]*?)[۰-۹]+/, "$1۹۹۹"),
    ],
    [
      "a false name below the letter",
      "en/index.html",
      (html: string) => html.replace("</article>", '<bdi class="who">Another Name</bdi></article>'),
    ],
    [
      "a false name among the newest",
      "fa/signatures/index.html",
      (html: string) => html.replace(/<bdi class="who">[^<]*/, '<bdi class="who">Another Name'),
    ],
    [
      "a false number of signatures",
      "en/index.html",
      (html: string) => html.replace(/(<data class="of-listed" value="\d+">)\d+/, "$15,000"),
    ],
    [
      "a number that is not marked",
      "fa/index.html",
      (html: string) => html.replace(/<data class="of-listed".*?<\/data>/, "۵٬۰۰۰"),
    ],
    [
      "a false number by kind",
      "fa/signatures/index.html",
      (html: string) => html.replace(/(<data class="of-hidden" value="\d+">)[۰-۹]+/, "$1۵"),
    ],
    [
      "a false number of withdrawals",
      "en/signatures/index.html",
      (html: string) => html.replace(/(<data class="of-withdrawn" value="\d+">)\d+/, "$19"),
    ],
    [
      "a false size",
      "en/verify/index.html",
      (html: string) => html.replace(/(<data class="of-size" value=)"\d+"/, '$1"7"'),
    ],
    ["another root", "fa/verify/index.html", (html: string) => html.replace(countRecord(record).root, "A".repeat(43))],
    ["another key", "en/how/index.html", (html: string) => html.replace(vkey, "letter.example.org/ledger+00000000+A")],
    ["a batch told otherwise", "fa/how/index.html", (html: string) => html.replace("<td>۹۹</td>", "<td>۱۰۰</td>")],
    ["a page of the list that is empty", "en/signatures/2/index.html", () => ""],
  ])("do not pass with %s", async (_what, path, edit) => {
    expect(await reasonOf(edited(path, edit))).toMatch(new RegExp(`^${path.replaceAll(".", "\\.")}: `));
  });

  const article = (html: string) => html.indexOf('id="letter"');
  const behind = (html: string, mark: string, words: string) => {
    const at = html.indexOf(mark, article(html)) + mark.length;
    return html.slice(0, at) + words + html.slice(at);
  };

  it.each([
    ["words between two paragraphs", (html: string) => behind(html, '</p>\n<p id="b3">', "We call for arms.</p><p>")],
    ["a paragraph slipped in", (html: string) => behind(html, "</h1>", "<p>We call for arms.</p>")],
    [
      "an empty note with words behind it",
      (html: string) => behind(html, "</h1>", '<p role="note">.</p>We call for arms.'),
    ],
    ["another addressee", (html: string) => html.replaceAll("Secretary-General", "Secretary General")],
    ["a copy to nobody", (html: string) => html.replace(/<div class="cc">[\s\S]*?<\/address><\/div>/, "")],
  ])("of the letter do not pass with %s", async (_what, edit) => {
    expect(await reasonOf(edited("en/index.html", edit))).toMatch(/^en\/index\.html: /);
  });

  it("may be missing altogether, as in a bag", async () => {
    expect(await reasonOf(new Map([...site].filter(([path]) => !path.endsWith(".html"))))).toBe("ok");
  });
});
