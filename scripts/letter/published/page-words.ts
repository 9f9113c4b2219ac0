import { withAsciiDigits } from "../bytes/digits.ts";

const INLINE = /^<\/?(a|abbr|b|bdi|bdo|code|data|em|i|small|span|strong|sub|sup|wbr)[\s/>]/i;
// Matches what a browser reads as a comment, as an element whose content is not part of the page's text, or as a tag
// with quoted attribute values. What is not closed reaches to the end of the page, so that the time is linear in its
// length.
const MARKUP = new RegExp(
  [
    "<!--(?:-?>|[\\s\\S]*?(?:--!?>|$))",
    "<(style|script|template|noscript|textarea|select|iframe|object|noembed|noframes|xmp)(?=[\\s/>])[\\s\\S]*?(?:</\\1(?=[\\s/>])[^>]*>|$)",
    "<[/!?a-z](?:[^>\"']|\"[^\"]*(?:\"|$)|'[^']*(?:'|$))*(?:>|$)",
  ].join("|"),
  "gi",
);

/** Returns the words of a page, or of a part of one, separated by single blanks, without markup, styles and scripts. */
export function wordsOf(html: string): string {
  const text = html.replace(MARKUP, (markup) => (markup.startsWith("<!--") || INLINE.test(markup) ? "" : " "));
  return squeeze(decodeEntities(text));
}

/** Parses the numbers in a text, in ASCII, Persian or Arabic digits, grouped or not. */
export function numbersIn(text: string): number[] {
  const latin = withAsciiDigits(wordsOf(text));
  return (latin.match(/\d+(?:[,٬]\d{3})*/g) ?? []).map((digits) => Number(digits.replace(/[,٬]/g, "")));
}

/** Decodes the entities that the project writes. */
export function decodeEntities(text: string): string {
  return text
    .replace(/&(lt|gt|quot|#39|#x27|nbsp);/gi, (_, name: string) => ENTITIES[name.toLowerCase()]!)
    .replaceAll("&amp;", "&");
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", quot: '"', "#39": "'", "#x27": "'", nbsp: " " };

/** Separates the words of a text by single blanks. */
export function squeeze(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/**
 * Returns the text between each `start` and the `end` that follows it, in order. Without an `end`, it reaches to the
 * end of the page, as in a browser.
 */
export function between(html: string, start: string, end: string): string[] {
  const found: string[] = [];
  for (let from = html.indexOf(start); from >= 0; from = html.indexOf(start, from)) {
    from += start.length;
    const to = html.indexOf(end, from);
    found.push(html.slice(from, to < 0 ? html.length : to));
    from = to < 0 ? html.length : to + end.length;
  }
  return found;
}

/** Returns the content of the article that holds the letter; the whole page when it has no such element. */
export function letterArticle(html: string): string {
  const start = [...html.matchAll(/<article(?=\s)[^<>]*>/g)].find(([tag]) => /\sid="letter"/.test(tag));
  if (!start) return html;
  const from = start.index + start[0].length;
  const end = html.indexOf("</article>", from);
  return html.slice(from, end < 0 ? html.length : end);
}

/** Removes what is set apart from a page's text: notes (`role="note"`), sections, asides, navigation. */
export function withoutAsides(html: string): string {
  let kept = "";
  let from = 0;
  let apart: { name: string; depth: number } | undefined;
  for (const match of html.matchAll(MARKUP)) {
    const [, closing, name] = /^<(\/?)([a-z][a-z0-9]*)/i.exec(match[0]) ?? [];
    if (name === undefined) continue;
    if (!apart) {
      if (closing || !(/^(section|aside|nav)$/i.test(name) || /\srole="note"/.test(match[0]))) continue;
      kept += html.slice(from, match.index);
      apart = { name: name.toLowerCase(), depth: 1 };
    } else if (name.toLowerCase() === apart.name) {
      apart.depth += closing ? -1 : 1;
      if (apart.depth > 0) continue;
      from = match.index + match[0].length;
      apart = undefined;
    }
  }
  return kept + (apart ? "" : ` ${html.slice(from)}`);
}
