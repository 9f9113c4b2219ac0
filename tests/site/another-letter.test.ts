import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeMail } from "../../scripts/form-service/mail/message.ts";
import { printPages } from "../../scripts/handover/print-pages.ts";
import { formatEntry } from "../../scripts/letter/ledger/entry.ts";
import { outlineOf } from "../../scripts/letter/ledger/outline.ts";
import { missingFromPage } from "../../scripts/letter/published/letter-page.ts";
import { editionOf } from "../../scripts/letter/text/edition.ts";
import { leftoversIn, TEMPLATE_NAMES } from "../../scripts/letter/text/template-letter.ts";
import { readOfflineParts } from "../../scripts/outside/browser/offline-parts.ts";
import { widthOf } from "../../scripts/outside/picture.ts";
import { BAG_TEXTS, checkLetter } from "../../scripts/site/content-check.ts";
import { sitePages } from "../../scripts/site/pages.ts";
import { posterOf, stripsOf } from "../../scripts/site/printed/posters.ts";
import { readingLetterOf } from "../../scripts/site/printed/reading-letter.ts";
import { hasUpdates } from "../../scripts/site/views/context.ts";
import { cardSvg } from "../../scripts/site/views/drawn/card.ts";
import { pictureSvg } from "../../scripts/site/views/drawn/picture.ts";
import { KEPT_TEXTS, OPTIONAL_TEXTS, OWN_TEXTS } from "../../scripts/site/views/page-texts.ts";
import { readContent } from "../../scripts/site/views/read-content.ts";
import { STRINGS } from "../../scripts/site/views/strings.ts";
import { keys } from "../letter/invented.ts";
import { realCampaign } from "../support/campaigns/real-campaign.ts";
import { contentOf, type FixtureLetter, readLetterFile } from "../support/letters.ts";
import { root } from "../support/source.ts";
import { make, pages } from "./gallery.ts";
import { inventedSite } from "./invented-site.ts";

const LANGUAGES = ["fa", "en"] as const;
const park = await contentOf("park");
const content = await readContent(park);
const site = { ...inventedSite(), campaign: content.campaign, letters: content.letters, texts: content.texts };
const built = new Map(
  sitePages(site, { outline: outlineOf([]), days: [] }, await readOfflineParts()).map(({ path, render }) => [
    path,
    render(),
  ]),
);

describe.each(LANGUAGES)("a letter about a park, in %s", (lang) => {
  it("is on its page word by word, in the words of its own language", () => {
    expect(missingFromPage(readLetterFile("park", `${lang}/letter.md`), built.get(`/${lang}/`)!)).toBeUndefined();
  });

  it("leaves no hole where another letter has a warning, a stamp, copies, a safety note, helplines and a tagline", () => {
    const all = [...built.values()].join("\n");
    expect(all).not.toMatch(/class="(slip|stamp|pass|cc|tagline)"|id="after"|aria-labelledby="safety"/);
    expect(all).not.toMatch(/href="[^"]*\/(safety|support|updates)\/"/);
    expect([...built.keys()].filter((path) => /safety|support|updates/.test(path))).toEqual([]);
    expect(all.replace(/<(textarea|td|p class="hint left"|div id="end")[^>]*><\/\1>/g, "")).not.toMatch(
      /<(section|div|aside|ul|address)( class="\w+")?>\s*<\/\1>/,
    );
    expect(built.get(`/${lang}/sign/`)).not.toMatch(/name="place"|class="at"/);
  });

  it("names the language of its original above the translation", () => {
    const told = /class="translation" role="note">([^<]*)/.exec(built.get(`/${lang}/`)!)?.[1];
    expect(told).toEqual(lang === "en" ? expect.stringContaining("The text in Persian prevails") : undefined);
  });
});

describe.each(LANGUAGES)("a letter with every part, in %s", (lang) => {
  it("has each of them on its pages", () => {
    expect(make("letter", lang)).toMatch(/class="slip"[\s\S]*class="stamp"[\s\S]*class="pass"[\s\S]*class="tagline"/);
    for (const [page, text] of [
      ["sign", "name-hint"],
      ["sign", "email-hint"],
      ["share", "share-caution"],
    ] as const)
      expect(make(page, lang)).toContain(readLetterFile("iran", `${lang}/${text}.md`).trim());
  });
});

describe("in place of the template's letter, another one", () => {
  /** Every word that only the template's letter has: not the texts that any letter keeps, the strings, or the park's. */
  const wordsOf = (text: string) => new Set(text.match(/\p{L}[\p{L}\u200c]{2,}\p{L}/gu) ?? []);
  const textsOf = (letter: FixtureLetter) =>
    LANGUAGES.flatMap((lang) =>
      readdirSync(join(root, "tests/letters", letter, lang)).map((name) => readLetterFile(letter, `${lang}/${name}`)),
    ).join("\n");
  const kept = LANGUAGES.flatMap((lang) =>
    [...KEPT_TEXTS, ...BAG_TEXTS].map((name) => readFileSync(join(root, "content", lang, `${name}.md`), "utf8")),
  ).join("\n");
  const mails = LANGUAGES.map((lang) => JSON.stringify(codeMail(lang, "a@b.test", "ABCD1234")));
  // The gallery has invented organisers and an invented signatory; the mail's words are the program's.
  const invented = [realCampaign(readLetterFile("park", "campaign.yaml"), "pages"), realCampaign(""), "سارا آزادی"];
  const keptWords = wordsOf([kept, JSON.stringify(STRINGS), textsOf("park"), ...mails, ...invented].join("\n"));
  const foreign = [...wordsOf(textsOf("iran"))].filter((word) => !keptWords.has(word));

  const record = (() => {
    const edition = editionOf(content.letterTexts);
    const entries = [formatEntry({ kind: "letter", edition })];
    return { entries, rows: [], checkpoint: undefined, editions: new Map([[edition, content.letterTexts]]) };
  })();
  const named = { ...site, campaign: { ...site.campaign, preview_names_letter: true } };
  const made: [where: string, text: string][] = [
    ...built,
    ...LANGUAGES.flatMap((lang): [string, string][] => [
      ...Object.entries(pages).map(([name, page]): [string, string] => [`${name} in ${lang}`, page(site, lang)]),
      [`the poster in ${lang}`, textsIn(posterOf(site, [lang]).data)],
      [`the strips in ${lang}`, textsIn(stripsOf(site, lang).data)],
      [
        `the letter to read in ${lang}`,
        textsIn(readingLetterOf(site, lang, readLetterFile("park", `${lang}/letter.md`))),
      ],
      [`the picture to post in ${lang}`, pictureSvg(site, lang, "square", widthOf)],
      [`the card in ${lang}`, cardSvg(named, lang, widthOf)],
      [
        `the pages for print in ${lang}`,
        textsIn([
          ...printPages(lang, { record, campaign: site.campaign, handover: { day: "2027-01-15" }, request: "" }),
        ]),
      ],
    ]),
    ["the poster in both languages", textsIn(posterOf(site).data)],
    ["the mails", mails.join("\n")],
    ["the texts of the bags", kept],
  ];

  it("has no name of the template's letter on any page, in a mail, a bag, on the poster or the card", () => {
    const left = made.flatMap(([where, text]) =>
      TEMPLATE_NAMES.filter((name) => text.includes(name)).map((name) => `${where}: ${name}`),
    );
    expect(left).toEqual([]);
  });

  it("has no word either that only the template's letter has", () => {
    expect(foreign.length).toBeGreaterThan(500);
    const left = made.flatMap(([where, text]) => {
      const words = wordsOf(text.replace(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/g, " "));
      return foreign.filter((word) => words.has(word)).map((word) => `${where}: ${word}`);
    });
    expect(left).toEqual([]);
  });

  it("has its names from the letter: each is in one of its texts", () => {
    const texts = textsOf("iran") + readLetterFile("iran", "campaign.yaml");
    expect(TEMPLATE_NAMES.filter((name) => !texts.includes(name))).toEqual([]);
  });
});

describe("npm run doctor -- content", () => {
  let folder: string;
  const file = (path: string) => join(folder, path);
  const change = (path: string, from: string | RegExp, to: string) => {
    const text = readFileSync(file(path), "utf8");
    expect(text).toMatch(from);
    writeFileSync(file(path), text.replace(from, to));
  };
  const red = async () => (await checkLetter(folder)).filter(({ mend }) => mend !== undefined);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "undersigned-content-"));
    cpSync(park, folder, { recursive: true });
    const yaml = realCampaign(readLetterFile("park", "campaign.yaml"))
      .replace("age: []", `age: [${keys.recipients.join(", ")}]`)
      .replace(/^ledger_origin: .*/m, "ledger_origin: garden.association.test/ledger");
    writeFileSync(file("campaign.yaml"), yaml);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("says of a whole letter that it may go live, and nothing else", async () => {
    expect(await checkLetter(folder)).toEqual([{ what: "content/ in fa, en may go live" }]);
  });

  it.each([...OWN_TEXTS, ...KEPT_TEXTS, ...BAG_TEXTS, "letter"])("misses %s.md", async (name) => {
    rmSync(file(`fa/${name}.md`));
    expect(await red()).toContainEqual({ what: `content/fa/${name}.md`, mend: expect.stringContaining("missing") });
  });

  it.each(OPTIONAL_TEXTS)("wants %s.md in every language, or in none", async (name) => {
    writeFileSync(file(`fa/${name}.md`), "## ۲۰۲۶-۱۲-۰۳ متنی برای این نامه\n");
    expect(await red()).toContainEqual({
      what: "content/",
      mend: expect.stringContaining(`content/en/${name}.md cannot be read: another`),
    });
    writeFileSync(file(`en/${name}.md`), "## 2026-12-03 A text for this letter\n");
    expect(await red()).toEqual([]);
  });

  it.each([
    ["contact", /^contact: .*/m, "contact: letter@example.org"],
    ["source", /^source: .*/m, "source: https://example.org/undersigned"],
    ["ledger_origin", /^ledger_origin: .*/m, "ledger_origin: letter.example.org/ledger"],
    ["recipient.age", /age: \[.*\]/, "age: []"],
    ["responsible", /\nresponsible:\n( .*\n)+/, "\n"],
    ["responsible.name.en", "en: Sample Association", "en: …"],
  ])("finds that %s is still the template's", async (field, from, to) => {
    change("campaign.yaml", from, to);
    expect((await red()).map(({ what }) => what)).toEqual([field]);
  });

  it("finds what is left of the template's letter, in a text and in no comment", async () => {
    cpSync(join(root, "tests/letters/iran/en/notice.md"), file("en/notice.md"));
    appendFileSync(file("campaign.yaml"), "# the United Nations\n");
    const [finding, ...others] = await red();
    expect([finding?.what, others]).toEqual(["content/en/notice.md", []]);
    expect(finding?.mend).toContain("Iran, Amnesty");
  });

  it("takes a name for the letter's own where the letter has it", async () => {
    const texts = new Map([["a.md", "The United Nations in Iran"]]);
    expect(leftoversIn(["To the United Nations"], texts)).toEqual([{ path: "a.md", names: ["Iran"] }]);
    expect(leftoversIn([textOfIran()], texts)).toEqual([]);
  });

  it.each([
    ["a text without a translation", "en/notice.md", /[\s\S]+/, () => readLetterFile("park", "fa/notice.md")],
    ["a letter with another number of blocks", "en/letter.md", /\n\n(?=Since spring)/, () => "\n\nOne more.\n\n"],
    ["other words under which people sign", "en/signed-as.md", /[\s\S]+/, () => "Other people\n"],
  ])("finds %s", async (_, path, from, to) => {
    change(path, from, to());
    expect((await red()).map(({ what }) => what)).toEqual([`content/${path}`]);
  });

  it("finds a distressing passage that is not in the letter, or that nothing introduces", async () => {
    appendFileSync(file("campaign.yaml"), "distressing:\n  from: 2\n  to: 3\n");
    expect((await red()).map(({ mend }) => mend)).toEqual(Array(2).fill(expect.stringContaining("distressing.md")));
    for (const lang of LANGUAGES) writeFileSync(file(`${lang}/distressing.md`), `${lang}\n`);
    expect(await red()).toEqual([]);
    change("campaign.yaml", "to: 3", "to: 30");
    expect((await red()).map(({ mend }) => mend)).toEqual(Array(2).fill(expect.stringContaining("has 5 blocks")));
  });

  it("finds news without a day, and shows an empty file of news nowhere", async () => {
    for (const lang of LANGUAGES) writeFileSync(file(`${lang}/updates.md`), "\n");
    expect(await red()).toEqual([]);
    const empty = await readContent(folder);
    expect(hasUpdates({ ...site, texts: empty.texts }, "fa")).toBe(false);
    writeFileSync(file("fa/updates.md"), "خبر\n\n## ۲۰۲۶-۱۲-۰۳ خبری دیگر\n\nمتن خبر.\n");
    writeFileSync(file("en/updates.md"), "## 2026-12-03 More news\n\nText.\n\n## 2026-13-03 Never\n");
    expect((await red()).map(({ what, mend }) => [what, /“(.*)”/.exec(mend!)?.[1]])).toEqual([
      ["content/fa/updates.md", "خبر"],
      ["content/en/updates.md", "2026-13-03 Never"],
    ]);
  });

  it("tells of what nothing reads, and of a letter without a closing, and does not hold it back", async () => {
    mkdirSync(file("de"));
    writeFileSync(file("en/notes.md"), "For us.\n");
    for (const lang of LANGUAGES) change(`${lang}/letter.md`, /\n\n\[.*\]\n$/, "\n");
    const findings = await checkLetter(folder);
    expect(findings.filter(({ soon }) => soon !== undefined).map(({ what }) => what)).toEqual([
      "content/fa/letter.md",
      "content/en/letter.md",
      "content/de",
      "content/en/notes.md",
    ]);
    expect(findings.at(-1)).toEqual({ what: "content/ in fa, en may go live" });
  });
});

it("content/README.md says of each text what it is for", () => {
  const readme = readFileSync(join(root, "content/README.md"), "utf8");
  for (const name of ["letter", ...BAG_TEXTS, ...OWN_TEXTS, ...KEPT_TEXTS, ...OPTIONAL_TEXTS])
    expect(readme, name).toContain(`| \`${name}.md\` |`);
});

/** Every text that is anywhere in a value, without the names of its fields. */
function textsIn(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value ?? "");
  return Object.values(value).map(textsIn).join("\n");
}

function textOfIran(): string {
  return readLetterFile("iran", "en/letter.md") + readLetterFile("iran", "campaign.yaml");
}
