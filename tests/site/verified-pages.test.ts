import { describe, expect, it } from "vitest";
import { verifyPublished } from "../../scripts/letter/published/verification.ts";
import { countRecord } from "../../scripts/letter/signature/record.ts";
import { showsName } from "../../scripts/letter/signature/shown.ts";
import { dayElement } from "../../scripts/site/views/dates.ts";
import { fill } from "../../scripts/site/views/html.ts";
import { stringsIn } from "../../scripts/site/views/strings.ts";
import { readFrom, type Site, vkey } from "../letter/invented.ts";
import { takenDownRecord } from "../support/campaigns/taken-down.ts";
import { PURGED_ON, publishedRecord, publishedSite, recordOf } from "./published-site.ts";

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

  it("do not pass when one of them is missing", async () => {
    const path = "en/signatures/2/index.html";
    const left = new Map([...site].filter(([name]) => name !== path));
    expect(await reasonOf(left)).toBe(`${path} is missing, though the list has that page`);
  });

  it("may be missing altogether, as in a bag", async () => {
    expect(await reasonOf(new Map([...site].filter(([path]) => !path.endsWith(".html"))))).toBe("ok");
  });
});

describe("the pages of a site whose list was taken down", async () => {
  const small = publishedRecord(2, 6).record;
  const gone = await publishedSite(takenDownRecord(small));
  const { accepted, withdrawn, listed } = countRecord(small);
  const pages = [...gone].filter(([path]) => /\.(html|xml|svg)$/.test(path));
  const html = (path: string) => Buffer.from(gone.get(path)!).toString("utf8");

  it("say what the ledger says, and how many people have signed", async () => {
    expect(await reasonOf(gone)).toBe("ok");
    for (const path of ["en/index.html", "en/signatures/index.html", "en/signatures/1/index.html"])
      expect(html(path)).toContain(`<data class="of-people" value="${listed}">${listed}</data>`);
    expect(html("embed/en/index.html")).toContain(`<b>${listed}</b>`);
    expect(JSON.parse(html("count.json"))).toMatchObject({ accepted, withdrawn, listed: 0, taken_down: true });
    const told = pages.filter(([, bytes]) =>
      /"of-(name|initials|hidden|counted|listed)"/.test(Buffer.from(bytes).toString()),
    );
    expect(told.map(([path]) => path)).toEqual([]);
  });

  it("say in both languages what was taken down, when, and why", () => {
    for (const lang of ["en", "fa"] as const) {
      const { taken_down, message } = stringsIn(lang);
      const sentence = fill(taken_down.on_day, { day: dayElement(lang, PURGED_ON) }).toString();
      for (const path of ["", "how/", "verify/", "signatures/", "signatures/1/"])
        expect(html(`${lang}/${path}index.html`), path).toContain(sentence);
      const stays = fill(taken_down.stays, {}).toString();
      for (const path of ["how/", "signatures/", "signatures/1/"])
        expect(html(`${lang}/${path}index.html`)).toContain(stays);
      for (const path of ["sign/", "withdraw/"])
        expect(html(`${lang}/${path}index.html`)).toContain(fill(message.destroyed.without_list, {}).toString());
    }
    expect(html("list/index.html")).toContain(stringsIn("fa").taken_down.title);
    expect(html("404.html")).toContain(PURGED_ON);
  });

  it("have no name, no link to a list, and no form that nobody answers", () => {
    const names = small.rows.filter(({ shown }) => shown === "name").map((row) => row.name);
    for (const [path, bytes] of pages) {
      const text = Buffer.from(bytes).toString();
      expect(
        names.filter((one) => text.includes(one)),
        path,
      ).toEqual([]);
      expect(text, path).not.toContain('method="post"');
      // The pages at the addresses of the list lead to the same words in the other language.
      const links = text.replace(/<a [^>]*hreflang=.*?<\/a>|<meta [^>]*>|<link rel="(canonical|alternate)"[^>]*>/g, "");
      expect(links.match(/(href=|<link>)[^ >]*\/(list|signatures)\/[^ >]*/g) ?? [], path).toEqual([]);
    }
    expect([...gone.keys()].filter((path) => path.startsWith("list/"))).toEqual(["list/index.html"]);
  });

  it("do not pass with the pages of the list that were there before", async () => {
    const before = await publishedSite(small);
    for (const path of ["en/signatures/1/index.html", "fa/signatures/1/index.html"])
      expect(await reasonOf(new Map(gone).set(path, before.get(path)!))).toMatch(
        new RegExp(`^${path}: it still shows`),
      );
    expect(await reasonOf(new Map(gone).set("en/index.html", before.get("en/index.html")!))).toMatch(
      /^en\/index.html: /,
    );
    const newest = new Map(gone).set("en/signatures/index.html", before.get("en/signatures/index.html")!);
    expect(await reasonOf(newest)).toMatch(/^en\/signatures\/index.html: /);
  });
});
