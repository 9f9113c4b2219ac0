import { parseLetter } from "../text/letter-text.ts";
import { letterArticle, squeeze, withoutAsides, wordsOf } from "./page-words.ts";

/**
 * Which part of a letter does not stand on the page that shows it: `title`, or the number of a block, counted from 1.
 *
 * The digest of the Markdown file says nothing about the page that people read, so the page's words are compared too:
 * all blocks in their order, each directly behind the one before it. Between them may stand only what is set apart from
 * the text: a note, a section such as the one with the button, the navigation.
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
  // Which one it is: the first that does not follow the ones before it.
  let before = "";
  for (const [name, words] of shown) {
    before = before === "" ? words : `${before} ${words}`;
    if (!page.includes(before)) return name;
  }
  return undefined;
}

/** A line of the letter's head (to whom it goes, who gets a copy) that does not stand on its page. */
export function missingAddressee(markdown: string, html: string): string | undefined {
  const { addressee, cc } = parseLetter(markdown);
  const page = wordsOf(letterArticle(html));
  return [...addressee, ...cc].find((line) => !page.includes(squeeze(line)));
}
