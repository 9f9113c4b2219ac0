import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { styleText } from "node:util";
import { printable } from "../letter/bytes/printable.ts";
import { parseCampaign } from "../letter/text/campaign.ts";
import { CAMPAIGN_PATH } from "./git/letter-files.ts";
import type { Settings } from "./settings.ts";

/** One cell of a table; `name` cells may be in any script and direction. */
export type Cell = string | { readonly name: string };

/**
 * Formats a table for the terminal, with padded columns.
 *
 * Names are put between U+2068 and U+2069, so that a Persian name does not reorder the columns next to it. Characters
 * that could control the terminal are replaced first, because the text comes from a branch that a stranger may have
 * written.
 */
export function formatColumns(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [head, ...rows].map((cells) => cells.map((cell) => (typeof cell === "string" ? cell : cell.name)));
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => widthOf(printable(cells[column] ?? "")))));
  return [head as readonly Cell[], ...rows]
    .map((cells) => cells.map((cell, column) => pad(cell, widths[column]!)).join("  "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

/** Puts a line into a style of `util.styleText`. */
export type Paint = (style: "bold" | "yellow" | "red", line: string) => string;

/** Returns the lines as they are. */
export const UNPAINTED: Paint = (_style, line) => line;

/** Colours what is printed on stdout where that is a terminal, unless `NO_COLOR` is set (no-color.org). */
export const paintStdout: Paint = (style, line) => styleText(style, line, { stream: process.stdout });

/** Returns a function that shows how far something has come, on one line of stderr where that is a terminal. */
export function showProgress(what: string): (done: number, of: number) => void {
  return (done, of) => {
    if (process.stderr.isTTY) process.stderr.write(done < of ? `\r${what} ${done} of ${of} ` : "\r\u001b[K");
  };
}

/** Asks on the terminal; false without one, and for any other answer than `yes`. */
export async function asksForYes(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  return (await askForLine(`${question} Type yes: `)).trim().toLowerCase() === "yes";
}

/** Asks for a line of text. Without a terminal it is the first line of stdin. */
export async function askForLine(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    if (process.stdin.isTTY) return await terminal.question(question);
    for await (const line of terminal) return line;
    return "";
  } finally {
    terminal.close();
  }
}

function pad(cell: Cell, width: number): string {
  const text = printable(typeof cell === "string" ? cell : cell.name);
  const blanks = " ".repeat(width - widthOf(text));
  return typeof cell === "string" || text === "" ? text + blanks : `\u2068${text}\u2069${blanks}`;
}

/** Returns the columns that a text takes: none for marks and joiners, two for East Asian characters. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/[\p{M}\p{Cf}]/u.test(character)) continue;
    width += /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(character) ? 2 : 1;
  }
  return width;
}

/**
 * Says on stderr which campaign, data folder and database a command has worked on: anyone who has forgotten a setting reads it
 * there. Every command that has written anything says so.
 */
export function sayWhere({ dataDir, database }: Pick<Settings, "dataDir" | "database">): void {
  const { ledger_origin } = parseCampaign(readFileSync(CAMPAIGN_PATH, "utf8"));
  console.error(`campaign ${ledger_origin}; DATA_DIR ${dataDir}; database ${formatDatabase(database)}`);
}

/** Neither the name nor the password of a user. */
function formatDatabase(place: Settings["database"]): string {
  if (place.kind === "sqlite") return place.path;
  const { host, pathname } = new URL(place.url);
  return `postgres://${host}${pathname}`;
}
