/** What a spreadsheet takes for a formula, or for the end of a cell. */
export const FORMULAS = [
  "=1+1",
  "=cmd|' /C calc'!A0",
  "+1+1",
  "-2+3",
  "@SUM(1+1)",
  "\t=1+1",
  "\r=1+1",
  '"=1+1',
  '=HYPERLINK("https://example.org","x")',
  "＝1+1",
  "＋1",
  "'=1",
  "a\n=1",
  "a,b;c",
  " =1",
];

/** The one change that a spreadsheet of plain text needs; the workbook needs none. */
export function withApostrophe(text: string): string {
  return /^[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text;
}

/** RFC 4180, by nobody's code but this. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const cells = text.replace(/^\ufeff/, "").matchAll(/("((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g);
  for (const [, , quoted, plain, end] of cells) {
    rows.at(-1)!.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === "\r\n") rows.push([]);
    if (end === "") break;
  }
  return rows.slice(0, -1);
}
