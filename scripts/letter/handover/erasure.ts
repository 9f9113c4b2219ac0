/** The columns that sheets and the list share, and the position of the opening in both. */
const HEAD = /^\| (?:id|index) \| shown \| name \| lang \| place \| signed \| opening \|/m;
const OPENING = 6;

/**
 * Removes the rows whose openings are not in `live` from a sheet or a file of the list; returns any other text
 * unchanged.
 *
 * The commitment of an erased row stays in the ledger, but without the opening it can no longer be opened.
 *
 * @param live the openings of the rows that may stay, base64url
 */
export function eraseRows(text: string, live: ReadonlySet<string>): { readonly text: string; readonly erased: number } {
  if (!HEAD.test(text)) return { text, erased: 0 };
  let erased = 0;
  const kept = text.split("\n").filter((line, i, lines) => {
    if (!line.startsWith("| ") || line.startsWith("| --- |") || lines[i + 1]?.startsWith("| --- |")) return true;
    const gone = !live.has(line.slice(2, -2).split(" | ")[OPENING] ?? "");
    if (gone) erased++;
    return !gone;
  });
  // A sheet states its number of rows, so correct it.
  const count = (line: string) => (/^count: \d+$/.test(line) ? `count: ${Number(line.slice(7)) - erased}` : line);
  return { text: kept.map(count).join("\n"), erased };
}
