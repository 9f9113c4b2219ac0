import { z } from "zod";
import { failed, parseJson, type Read, textOf, withContext } from "../bytes/read.ts";
import { editionOf } from "../text/edition.ts";
import { missingAddressee, missingFromPage } from "./letter-page.ts";

const Editions = z.array(z.object({ edition: z.string(), languages: z.array(z.string().regex(/^[a-z]{2,3}$/)) }));

/** The languages of the current edition, and its pages that the site does not have, so that they were not compared. */
export type CheckedLetters = { readonly languages: readonly string[]; readonly missingPages: readonly string[] };

/**
 * Checks that the texts of every logged edition have its digest, and that the pages of the current edition show its
 * text.
 *
 * @throws LetterError naming the file
 */
export async function checkLetters(read: Read, editions: readonly string[]): Promise<CheckedLetters> {
  const texts = (await readLetters(read, editions)).get(editions.at(-1) ?? "") ?? new Map<string, string>();
  return { languages: [...texts.keys()], missingPages: await checkPages(read, texts) };
}

/**
 * Reads the texts of these editions by language, each of which must have the digest that the ledger has.
 *
 * @throws LetterError naming the file
 */
export async function readLetters(
  read: Read,
  editions: readonly string[],
): Promise<Map<string, ReadonlyMap<string, string>>> {
  const languagesOf = await readEditions(read, editions);
  const letters = new Map<string, ReadonlyMap<string, string>>();
  for (const edition of editions) {
    const languages = languagesOf.get(edition) ?? ["en", "fa"];
    const texts = new Map<string, string>();
    for (const lang of languages) {
      const path = `letter/${edition}/${lang}.md`;
      const bytes = await read(path);
      const named = languagesOf.has(edition) ? ", which letter/editions.json names" : "";
      if (bytes === undefined) throw failed(`${path} is missing${named}`);
      texts.set(lang, textOf(path, bytes));
    }
    const found = withContext(`letter/${edition}`, () => editionOf(texts));
    if (found !== edition) {
      throw failed(`letter/${edition}/: the text (${languages.join(", ")}) has the digest ${found}: it was changed`);
    }
    letters.set(edition, texts);
  }
  return letters;
}

/** Reads the languages of each edition of the ledger from `letter/editions.json`, if the site has this file. */
async function readEditions(read: Read, editions: readonly string[]): Promise<Map<string, string[]>> {
  const path = "letter/editions.json";
  const bytes = await read(path);
  if (bytes === undefined) return new Map();
  const known = new Map(parseJson(path, bytes, Editions).map((one) => [one.edition, one.languages]));
  const unknown = [...known.keys()].find((edition) => !editions.includes(edition));
  if (unknown !== undefined) throw failed(`${path}: the ledger has no edition ${unknown}`);
  const missing = editions.find((edition) => !known.has(edition));
  if (missing !== undefined) throw failed(`${path}: the edition ${missing} of the ledger is missing`);
  return known;
}

/** Compares the pages that people read with the texts. A site that other software built may not have them. */
async function checkPages(read: Read, texts: ReadonlyMap<string, string>): Promise<string[]> {
  const missingPages: string[] = [];
  for (const [lang, markdown] of texts) {
    const path = `${lang}/index.html`;
    const page = await read(path);
    if (page === undefined) {
      missingPages.push(path);
      continue;
    }
    const html = textOf(path, page);
    const missing = missingFromPage(markdown, html);
    if (missing !== undefined) throw failed(`${path}: the letter (${missing}) is not there as in its text`);
    const unaddressed = missingAddressee(markdown, html);
    if (unaddressed !== undefined) throw failed(`${path}: “${unaddressed}”, the addressee of the letter, is not there`);
  }
  return missingPages;
}
