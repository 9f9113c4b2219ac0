import { LetterError } from "../bytes/error.ts";

/**
 * A Markdown table: header, delimiter, rows, each line `| cell | cell |` and a line feed. An empty cell is `|  |`.
 *
 * ```
 * | id | attestation |
 * | --- | --- |
 * | 79e76w… | 3dYka9… |
 * ```
 * Cells hold no `|`, no line feed and no blank at either end; what could hold one is refused where it is parsed.
 */
export function formatTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, columns.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/**
 * The cells of the rows of a table with exactly these columns.
 *
 * @param where names the file in messages
 * @throws LetterError `table` with the line where the text is not canonical
 */
export function parseTable(columns: readonly string[], text: string, where: string): string[][] {
  const lines = text.split("\n");
  const end = lines.pop();
  const head = formatTable(columns, []).split("\n");
  if (end !== "" || lines[0] !== head[0] || lines[1] !== head[1]) {
    throw new LetterError("table", `${where}: not a table of ${columns.join(", ")} that ends with a line feed`);
  }
  return lines.slice(2).map((line, i) => {
    const cells = line.slice(2, -2).split(" | ");
    const canonical =
      `| ${cells.join(" | ")} |` === line && cells.every((cell) => cell === cell.trim() && !cell.includes("|"));
    if (!canonical || cells.length !== columns.length) {
      throw new LetterError("table", `${where}: line ${i + 3} is not a row of ${columns.length} cells`);
    }
    return cells;
  });
}
