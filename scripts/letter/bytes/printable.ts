// Characters that the spelling of names needs, and that neither move nor reorder anything.
const JOINERS: ReadonlySet<string> = new Set(["\u200c", "\u200d", "\u180e"]);

/** Returns a text on one line, without anything that could move the cursor, set a colour or change the direction. */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => (JOINERS.has(character) ? character : "\ufffd"));
}
