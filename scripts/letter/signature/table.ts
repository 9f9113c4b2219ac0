import { LetterError } from "../bytes/error.ts";

/**
 * Formats a Markdown table: header, delimiter, rows; each line is `| cell | cell |`, and an empty cell is `|  |`.
 *
 * ```
 * | id | attestation |
 * | --- | --- |
 * | 79e76w… | 3dYka9… |
 * ```
 * A cell has no `|`, no line feed and no blank at either end; the parsers of the cells' values refuse them.
 */
export function formatTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, columns.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/**
 * Parses a table with exactly these columns and returns the cells of its rows.
 *
 * @param where the name of the file in messages
 * @throws LetterError `table` naming the line that is not canonical
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
