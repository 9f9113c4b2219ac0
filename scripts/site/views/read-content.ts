import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { LetterError } from "../../letter/bytes/error.ts";
import { type Campaign, parseCampaign } from "../../letter/text/campaign.ts";
import { type Letter, parseLetter } from "../../letter/text/letter-text.ts";
import { OPTIONAL_TEXTS, PAGE_TEXTS, type PageTexts, parsePageTexts } from "./page-texts.ts";
import { isLang, type Lang } from "./strings.ts";

/** The folder `content/`: the campaign, the letter in each language as text and parsed, and the other texts. */
export type Content = {
  readonly campaign: Campaign;
  readonly letterTexts: ReadonlyMap<Lang, string>;
  readonly letters: Readonly<Record<Lang, Letter>>;
  readonly texts: Readonly<Record<Lang, PageTexts>>;
};

/** Reads the folder `content/`. @throws LetterError that names the file and the rule */
export async function readContent(folder: string): Promise<Content> {
  const read = (path: string, advice = "") => readText(join(folder, path), `content/${path}`, advice);
  const campaign = parseCampaign(await read("campaign.yaml"));
  const letterTexts = new Map<Lang, string>();
  const letters: Partial<Record<Lang, Letter>> = {};
  const texts: Partial<Record<Lang, PageTexts>> = {};
  const optional = await optionalTexts(folder, campaign);
  for (const lang of campaign.languages) {
    if (!isLang(lang)) throw new LetterError("content", `content/strings/${lang}.ts is missing`);
    const text = await read(`${lang}/letter.md`);
    letterTexts.set(lang, text);
    letters[lang] = parseLetter(text, `content/${lang}/letter.md`);
    const readOne = async (name: keyof PageTexts) => {
      const absent = isOptional(name) && !optional.has(name);
      return [name, absent ? "" : await read(`${lang}/${name}.md`, isOptional(name) ? IN_EACH_LANGUAGE : "")];
    };
    texts[lang] = parsePageTexts(
      Object.fromEntries(await Promise.all(PAGE_TEXTS.map(readOne))),
      campaign.recipient.name[lang] ?? "",
    );
  }
  return { campaign, letterTexts, letters: letters as Record<Lang, Letter>, texts: texts as Record<Lang, PageTexts> };
}

/** The optional texts that the letter has in any language: it must then have them in each, and reading says which is missing. */
async function optionalTexts(folder: string, { languages }: Campaign): Promise<ReadonlySet<string>> {
  const files = await Promise.all(languages.map((lang) => readdir(join(folder, lang)).catch(() => [])));
  return new Set(OPTIONAL_TEXTS.filter((name) => files.flat().includes(`${name}.md`)));
}

function isOptional(name: keyof PageTexts): boolean {
  return (OPTIONAL_TEXTS as readonly string[]).includes(name);
}

const IN_EACH_LANGUAGE = ": another language has this text; write it here too, or delete it there";

async function readText(path: string, name: string, advice: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new LetterError("content", `${name} cannot be read${advice}`, { cause });
  }
}
