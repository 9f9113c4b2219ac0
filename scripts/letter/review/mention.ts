import { withAsciiDigits } from "../bytes/digits.ts";

/** Whether a line of text names one of the ids, however it is spelled. */
export type Mentions = (line: string) => boolean;

/** This many consecutive characters mean an id and not a word: one line in a hundred million has them by chance. */
const RUN = 8;
/** The lengths of the prefixes by which people name a row; a shorter prefix is too ambiguous. */
const BEGINNINGS = [4, 5, 6, 7] as const;

/**
 * Finds mentions of these ids: whole, cut, with one character wrong, in upper case, in groups (`79e7-6wrz …`), in
 * Persian digits, between marks of Markdown, inside a link.
 *
 * An id has no `i`, `l` or `o`, so these count as the digits that they look like.
 */
export function findMentions(ids: readonly string[]): Mentions {
  let known: { runs: Set<string>; beginnings: Set<string> } | undefined;
  return (line) => {
    known ??= {
      runs: new Set(ids.flatMap(runsOf)),
      beginnings: new Set(ids.flatMap((id) => BEGINNINGS.map((length) => id.slice(0, length)))),
    };
    const { runs, beginnings } = known;
    const text = fold(line);
    const squeezed = text
      .replace(/[^a-z0-9]+/g, "")
      .replaceAll("o", "0")
      .replace(/[il]/g, "1");
    if (runsOf(squeezed).some((run) => runs.has(run))) return true;
    const words = [...text.split(/[^a-z0-9]+/), ...text.split(/\s+/).map((word) => word.replace(/[^a-z0-9]+/g, ""))];
    return words.some((word) => beginnings.has(word) && (word.length > 5 || (/\d/.test(word) && /[a-z]/.test(word))));
  };
}

function runsOf(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - RUN + 1) }, (_, at) => text.slice(at, at + RUN));
}

function fold(line: string): string {
  const seen = line.normalize("NFKC").replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "");
  return withAsciiDigits(seen).toLowerCase();
}
