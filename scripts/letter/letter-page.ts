import { parseLetter } from "./letter-text.ts";

/**
 * Which part of a letter does not stand on the page that shows it: `title`, or the number of a block, counted from 1.
 *
 * The digest of the Markdown file says nothing about the page that people read, so the page's words are compared too:
 * all blocks in their order. What stands between them (a note, a button, the signatures) is passed over.
 *
 * @param markdown `content/LANG/letter.md` of the edition
 * @param html `/LANG/index.html`
 */
export function missingFromPage(markdown: string, html: string): string | undefined {
  const letter = parseLetter(markdown);
  const page = wordsOf(html);
  let from = 0;
  const parts: [string, string][] = [
    ["title", letter.title],
    ...letter.blocks.map((block, i): [string, string] => [String(i + 1), block.text]),
  ];
  for (const [i, [name, words]] of parts.entries()) {
    if (i > 0 && letter.blocks[i - 1]?.role === "placeholder") continue;
    const found = page.indexOf(squeeze(words), from);
    if (found < 0) return name;
    if (i > 0) from = found + words.length;
  }
  return undefined;
}

const INLINE = /^<\/?(a|abbr|b|bdi|bdo|code|em|i|small|span|strong|sub|sup|wbr)[\s/>]/i;
// What a browser reads as a comment, as an element whose content is no part of the page, or as a tag, with values of
// attributes in quotes. What does not end goes to the end of the page, so that no page takes longer than its length.
const MARKUP = new RegExp(
  [
    "<!--(?:-?>|[\\s\\S]*?(?:--!?>|$))",
    "<(style|script|template|noscript|textarea|select|iframe|object|noembed|noframes|xmp)(?=[\\s/>])[\\s\\S]*?(?:</\\1(?=[\\s/>])[^>]*>|$)",
    "<[/!?a-z](?:[^>\"']|\"[^\"]*(?:\"|$)|'[^']*(?:'|$))*(?:>|$)",
  ].join("|"),
  "gi",
);

/** The words of a page with single blanks between them: no tags, no style, no script, no comments. */
function wordsOf(html: string): string {
  const text = html
    .replace(MARKUP, (markup) => (markup.startsWith("<!--") || INLINE.test(markup) ? "" : " "))
    .replace(/&(lt|gt|quot|#39|#x27|nbsp);/gi, (_, name: string) => ENTITIES[name.toLowerCase()]!)
    .replaceAll("&amp;", "&");
  return squeeze(text);
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", quot: '"', "#39": "'", "#x27": "'", nbsp: " " };

function squeeze(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
