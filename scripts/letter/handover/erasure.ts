/** The columns that sheets and the list share, and where the opening stands in both. */
const HEAD = /^\| (?:id|index) \| shown \| name \| lang \| place \| signed \| opening \|/m;
const OPENING = 6;

/**
 * A sheet or a file of the list without the rows whose openings are not among these; any other text as it is.
 *
 * What is left of an erased row is its commitment in the ledger, which opens with nothing that anybody still has.
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
  // A sheet says how many rows it has.
  const count = (line: string) => (/^count: \d+$/.test(line) ? `count: ${Number(line.slice(7)) - erased}` : line);
  return { text: kept.map(count).join("\n"), erased };
}
