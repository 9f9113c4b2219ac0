import { parseLetter } from "../text/letter-text.ts";
import { letterArticle, squeeze, withoutAsides, wordsOf } from "./page-words.ts";

/**
 * Returns the first part of a letter that is missing from its page: `title`, or the number of a block, counted from 1.
 *
 * The digest of the Markdown file says nothing about the page that people read, so the page's words are compared too:
 * all blocks in order, each directly after the one before it. Between them, only elements that are set apart from the
 * text are allowed: a note, a section such as the one with the button, the navigation.
 *
 * @param markdown `content/LANG/letter.md` of the edition
 * @param html `/LANG/index.html`
 */
export function missingFromPage(markdown: string, html: string): string | undefined {
  const letter = parseLetter(markdown);
  const page = wordsOf(withoutAsides(letterArticle(html)));
  const parts: [string, string][] = [
    ["title", squeeze(letter.title)],
    ...letter.blocks.map((block, i): [string, string] => [String(i + 1), squeeze(block.text)]),
  ];
  const shown = parts.filter((_, i) => letter.blocks[i - 1]?.role !== "placeholder");
  if (page.includes(shown.map(([, words]) => words).join(" "))) return undefined;
  // Find the first part that does not follow the ones before it.
  let before = "";
  for (const [name, words] of shown) {
    before = before === "" ? words : `${before} ${words}`;
    if (!page.includes(before)) return name;
  }
  return undefined;
}

/** Returns a line of the letter's head (an addressee, or who gets a copy) that is missing from its page. */
export function missingAddressee(markdown: string, html: string): string | undefined {
  const { addressee, cc } = parseLetter(markdown);
  const page = wordsOf(letterArticle(html));
  return [...addressee, ...cc].find((line) => !page.includes(squeeze(line)));
}
