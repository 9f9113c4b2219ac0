import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Campaign } from "../letter/text/campaign.ts";
import type { Letter } from "../letter/text/letter-text.ts";
import { type Lack, originLack, placeholdersOf } from "../letter/text/placeholders.ts";
import { formatLack, lackOf } from "../letter/text/readiness.ts";
import { leftoversIn } from "../letter/text/template-letter.ts";
import { parseUpdates } from "../letter/text/updates.ts";
import type { Finding } from "../outside/mail-domain-check.ts";
import { KEPT_TEXTS, OPTIONAL_TEXTS, OWN_TEXTS } from "./views/page-texts.ts";
import { type Content, readContent } from "./views/read-content.ts";
import { STRINGS } from "./views/strings.ts";

/** Texts that go into a handover and that any letter can keep. */
export const BAG_TEXTS = ["contacts", "handover", "opened"] as const;

const NEEDED = ["letter", ...OWN_TEXTS, ...KEPT_TEXTS, ...BAG_TEXTS];

/**
 * Looks through the folder `content/` as somebody does before a letter goes live: missing files, placeholders, what is left
 * of the template's letter, and what is not translated. A finding with `mend` keeps it from going live.
 */
export async function checkLetter(folder: string): Promise<Finding[]> {
  let content: Content;
  try {
    content = await readContent(folder);
  } catch (cause) {
    return [{ what: "content/", mend: (cause as Error).message }, ...(await missingFiles(folder))];
  }
  const { campaign } = content;
  const texts = await textsIn(folder);
  const findings = [
    ...(await missingFiles(folder, campaign.languages)),
    ...placeholders(campaign),
    ...leftovers(campaign, content.letterTexts, texts),
    ...untranslated(campaign, texts),
    ...letterFaults(content),
    ...(await withoutUse(folder, content)),
  ];
  if (findings.some(({ mend }) => mend !== undefined)) return findings;
  return [...findings, { what: `content/ in ${campaign.languages.join(", ")} may go live` }];
}

async function missingFiles(folder: string, languages?: readonly string[]): Promise<Finding[]> {
  const all = languages ?? (await languageFolders(folder));
  return all.flatMap((lang) =>
    NEEDED.filter((name) => !existsSync(join(folder, lang, `${name}.md`))).map((name) => ({
      what: `content/${lang}/${name}.md`,
      mend: "it is missing: content/README.md says what it is for",
    })),
  );
}

function placeholders(campaign: Campaign): Finding[] {
  const told = lackOf(campaign);
  const origin = originLack(campaign, false);
  const lacks: Lack[] = [...placeholdersOf(campaign), ...(origin ? [origin] : [])];
  if (told && !lacks.some(({ field }) => field === told.field)) lacks.unshift(told);
  if (campaign.recipient.age.length === 0) {
    lacks.push({ field: "recipient.age", mend: "write the public keys of the custodians, see .github/organising.md" });
  }
  return lacks.map((lack) => ({ what: lack.field, mend: formatLack(lack) }));
}

/** The names in a campaign's values; its comments are the template's and name nothing of a letter. */
function leftovers(
  campaign: Campaign,
  letters: ReadonlyMap<string, string>,
  texts: ReadonlyMap<string, string>,
): Finding[] {
  const strings = Object.entries(STRINGS).map(([lang, words]): [string, string] => [
    `content/strings/${lang}.ts`,
    JSON.stringify(words),
  ]);
  return leftoversIn([...letters.values(), JSON.stringify(campaign)], new Map([...texts, ...strings])).map(
    ({ path, names }) => ({ what: path, mend: `it is still about the template’s letter: ${names.join(", ")}` }),
  );
}

/** Texts that are the same in two languages, in files and in strings. */
function untranslated({ languages, original }: Campaign, texts: ReadonlyMap<string, string>): Finding[] {
  const others = languages.filter((lang) => lang !== original);
  const files = [...texts].flatMap(([path, text]) => {
    const [, lang = "", name = ""] = /^content\/(\w+)\/(.+)$/.exec(path) ?? [];
    const first = texts.get(`content/${original}/${name}`);
    return others.includes(lang) && text.trim() !== "" && first?.trim() === text.trim() ? [path] : [];
  });
  const [first, ...more] = Object.entries(STRINGS).map(([lang, words]) => ({ lang, words: sentencesOf(words) }));
  const strings = more.flatMap(({ lang, words }) =>
    [...words]
      .filter(([key, text]) => first?.words.get(key) === text)
      .map(([key]) => `content/strings/${lang}.ts, ${key}`),
  );
  const mend = "it is not translated: it says the same as in another language";
  return [...files, ...strings].map((what) => ({ what, mend }));
}

/** The strings of two words or more, each by its path: a name such as “Signal” is the same in every language. */
function sentencesOf(words: object, path = ""): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([key, value]): [string, string][] => {
      if (typeof value !== "string") return [...sentencesOf(value, `${path}${key}.`)];
      return /\p{L}{3}\s+\p{L}{3}/u.test(value) ? [[`${path}${key}`, value]] : [];
    }),
  );
}

function letterFaults({ campaign, letters, texts }: Content): Finding[] {
  const shape = ({ blocks }: Letter) => blocks.map(({ kind, role }) => `${kind} ${role}`).join();
  const lettersOf = campaign.languages as (keyof typeof STRINGS)[];
  const original = letters[campaign.original as keyof typeof STRINGS];
  return lettersOf.flatMap((lang) => {
    const path = `content/${lang}/letter.md`;
    const { blocks } = letters[lang];
    const closing = blocks.filter(({ role }) => role === "closing")[1]?.text;
    const signedAs = texts[lang]["signed-as"].replace(/<[^<>]*>/g, "").trim();
    const differs = "it has other blocks than the letter in its original language: they must be the same, one by one";
    const passage = passageFault(campaign, blocks, texts[lang].distressing);
    const { strays } = parseUpdates(texts[lang].updates);
    const open = "it does not end with a label, the name under which people sign, and a line in brackets";
    return [
      ...(shape(letters[lang]) === shape(original) ? [] : [{ what: path, mend: differs }]),
      ...(passage === undefined ? [] : [{ what: path, mend: passage }]),
      ...strays.map((words) => ({
        what: `content/${lang}/updates.md`,
        mend: `“${words}” is not shown: begin each piece of news with a heading such as ## 2026-12-03 What happened`,
      })),
      ...(closing === undefined ? [{ what: path, soon: `${open}, so the page shows no closing` }] : []),
      ...(closing === undefined || closing === signedAs
        ? []
        : [{ what: `content/${lang}/signed-as.md`, mend: "it says something else than the closing of letter.md" }]),
    ];
  });
}

/** What is wrong with the passage that readers may skip. */
function passageFault({ distressing }: Campaign, blocks: Letter["blocks"], introduction: string): string | undefined {
  if (!distressing) return undefined;
  const body = blocks.filter(({ role }) => role === "body").length;
  if (distressing.to > body)
    return `campaign.yaml: distressing.to is ${distressing.to}, and the letter has ${body} blocks`;
  if (introduction !== "") return undefined;
  return "campaign.yaml names a distressing passage: write distressing.md beside the letter, which says what it is about";
}

/** What is there and appears nowhere. */
async function withoutUse(folder: string, { campaign, texts }: Content): Promise<Finding[]> {
  const known = [...NEEDED, ...OPTIONAL_TEXTS].map((name) => `${name}.md`);
  const folders = (await languageFolders(folder)).filter((lang) => !campaign.languages.includes(lang));
  const files = await Promise.all(
    campaign.languages.map(async (lang) =>
      (await readdir(join(folder, lang)))
        .filter((name) => !known.includes(name))
        .map((name) => ({ what: `content/${lang}/${name}`, soon: "nothing reads this file" })),
    ),
  );
  const [first = "en"] = campaign.languages;
  const unused = !campaign.distressing && texts[first as keyof typeof STRINGS].distressing !== "";
  return [
    ...folders.map((lang) => ({ what: `content/${lang}`, soon: "campaign.yaml does not name this language" })),
    ...files.flat(),
    ...(unused
      ? [{ what: "distressing.md", soon: "campaign.yaml names no distressing passage, so it is not shown" }]
      : []),
  ];
}

async function languageFolders(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => /^[a-z]{2,3}$/.test(name)).sort();
}

/** Every Markdown text but the letter, by its path from the project's root. */
async function textsIn(folder: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const lang of await languageFolders(folder)) {
    for (const name of (await readdir(join(folder, lang))).sort()) {
      if (!name.endsWith(".md") || name === "letter.md") continue;
      texts.set(`content/${lang}/${name}`, await readFile(join(folder, lang, name), "utf8"));
    }
  }
  return texts;
}
