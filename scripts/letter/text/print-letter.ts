import type { Token } from "markdown-it";
import { parseFrontMatter } from "./front-matter.ts";
import type { Letter } from "./letter-text.ts";
import { runsOf, tokensOf } from "./markdown.ts";

/** A node of a printed text: words, or an element with its HTML name. */
export type PrintNode =
  | string
  | { readonly tag: string; readonly children: readonly PrintNode[]; readonly href: string; readonly text: string };

/** Returns the body of a letter for print, one node for each block, without the placeholder of the signatures. */
export function printBody(markdown: string, letter: Letter): PrintNode[] {
  const nodes = nodesOf(tokensOf(parseFrontMatter(markdown).body));
  return nodes.filter((_, i) => letter.blocks[i]?.role !== "placeholder");
}

function nodesOf(tokens: readonly Token[]): PrintNode[] {
  const stack: { href: string; children: PrintNode[] }[] = [{ href: "", children: [] }];
  for (const token of tokens) {
    const here = stack.at(-1)!.children;
    if (token.type === "inline") here.push(...nodesOf(token.children ?? []));
    else if (token.type === "text") here.push(isolateLatin(token.content));
    else if (token.type === "softbreak") here.push(" ");
    else if (token.nesting === 1) stack.push({ href: String(token.attrGet("href") ?? ""), children: [] });
    else if (token.nesting === 0) here.push({ tag: token.tag, children: [], href: "", text: token.content });
    else {
      const { children, href } = stack.pop()!;
      // The paragraphs of a tight list are hidden: their words belong directly to the item.
      if (token.hidden) stack.at(-1)!.children.push(...children);
      else stack.at(-1)!.children.push({ tag: token.tag, children, href, text: "" });
    }
  }
  return stack[0]!.children;
}

/**
 * Isolates a line by U+2068 and U+2069, so that its first letter decides its direction: an address in Latin letters
 * keeps its order in a Persian text, and a name in the other direction does not reorder the text around it.
 */
export function isolate(text: string): string {
  return `\u2068${text}\u2069`;
}

/** Puts the Latin words of a Persian text between U+2066 and U+2069, as the pages put them in `<bdi>`. */
export function isolateLatin(text: string): string {
  return runsOf(text)
    .map((run) => (run.latin ? `\u2066${run.text}\u2069` : run.text))
    .join("");
}
