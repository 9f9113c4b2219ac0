import type { Letter } from "./letter-text.ts";

/**
 * Returns what a letter asks, if it is made of whole sentences of the letter, word for word: nobody signed anything else.
 *
 * @param text of `content/LANG/request.md`
 */
export function requestOf(letter: Letter, text: string): string | undefined {
  const request = text.replace(/\s+/g, " ").trim();
  const words = letter.blocks.filter(({ role }) => role !== "placeholder").map((block) => block.text);
  return request !== "" && words.some((block) => isSentenceOf(block, request)) ? request : undefined;
}

/** Whether these are whole sentences of a block: half a sentence can say the opposite of the whole one. */
function isSentenceOf(block: string, words: string): boolean {
  const at = block.indexOf(words);
  if (at < 0) return false;
  const [before, after] = [block.slice(0, at), block.slice(at + words.length)];
  return /(^|[.!?؟]\s*)$/.test(before) && (after === "" || /[.!?؟]$/.test(words));
}
