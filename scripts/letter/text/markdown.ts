import MarkdownIt, { type Token } from "markdown-it";

const ARABIC = /\p{Script=Arabic}/u;
// A run of Latin words and digits that begins with a letter: "ICCPR", "Amnesty Iran Network", "npm run verify".
const LATIN_RUN = /\p{Script=Latin}[\p{Script=Latin}\p{M}0-9]*(?:[ .@_/-]+[\p{Script=Latin}0-9]+)*/gu;

/** A piece of a text. `latin`: it is in Latin letters inside a text of another script. */
export type Run = { text: string; latin: boolean };

/** Splits a Persian text at its Latin words, so that a page can isolate them. Other texts are returned as one run. */
export function runsOf(text: string): Run[] {
  if (!ARABIC.test(text)) return [{ text, latin: false }];
  const runs: Run[] = [];
  let end = 0;
  for (const match of text.matchAll(LATIN_RUN)) {
    if (match.index > end) runs.push({ text: text.slice(end, match.index), latin: false });
    runs.push({ text: match[0], latin: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) runs.push({ text: text.slice(end), latin: false });
  return runs;
}

/** Renders Markdown (CommonMark without raw HTML and images) as HTML. */
export function renderMarkdown(markdown: string): string {
  return renderer.render(markdown);
}

/** Returns the tokens of a Markdown text, for output other than HTML. */
export function tokensOf(markdown: string): Token[] {
  return renderer.parse(markdown, {});
}

/** Returns the blocks of a Markdown text in order: their HTML, and their words separated by single blanks. */
export function blocksOf(markdown: string): { html: string; text: string; kind: string }[] {
  const env = {};
  const tokens = renderer.parse(markdown, env);
  const blocks: { html: string; text: string; kind: string }[] = [];
  let begin = 0;
  tokens.forEach((token, index) => {
    if (token.level !== 0 || token.nesting === 1) return;
    const block = tokens.slice(begin, index + 1);
    begin = index + 1;
    blocks.push({
      html: renderer.renderer.render(block, renderer.options, env),
      text: block.map(textOf).join(" ").replace(/\s+/g, " ").trim(),
      kind: token.type.replace(/_close$/, ""),
    });
  });
  return blocks;
}

function textOf(token: Token): string {
  if (token.type !== "inline") return token.content;
  return (token.children ?? []).map((child) => (child.type.endsWith("break") ? " " : child.content)).join("");
}

const renderer = MarkdownIt("commonmark", { html: false, linkify: false, typographer: false })
  .enable("table")
  .disable("image");
renderer.renderer.rules.text = (tokens, index) =>
  runsOf(tokens[index]?.content ?? "")
    .map(({ text, latin }) => (latin ? `<bdi lang="en">${escapeHtml(text)}</bdi>` : escapeHtml(text)))
    .join("");
renderer.renderer.rules.code_inline = (tokens, index) =>
  `<bdi dir="ltr"><code>${escapeHtml(tokens[index]?.content ?? "")}</code></bdi>`;

function escapeHtml(text: string): string {
  return renderer.utils.escapeHtml(text);
}
