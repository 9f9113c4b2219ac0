import type { WorkbookSheet } from "../../outside/spreadsheet.ts";
import { stringsIn } from "../../site/views/strings.ts";
import type { ReadMe } from "../read-me.ts";

/** Lays the words out as a sheet: each paragraph is a cell, and each row of a table is a row. */
export function readMeSheet({ lang, text }: ReadMe): WorkbookSheet {
  const blocks = text.trim().split(/\n{2,}/);
  const rows = blocks.flatMap((block) => (block.startsWith("|") ? tableOf(block) : [[plain(block)]]));
  const rightToLeft = stringsIn(lang).language.dir === "rtl";
  const directed = (cell: string) => (rightToLeft && isLatinFirst(cell) ? `\u200f${cell}` : cell);
  return {
    name: stringsIn(lang).opened.sheet,
    rows: rows.map((row) => row.map((cell) => directed(cell) || null)),
    widths: [34, 50, 70],
    rightToLeft,
  };
}

/** A program takes the direction of a cell from its first letter; a right-to-left mark in front of a column's name is one. */
function isLatinFirst(cell: string): boolean {
  const [first = ""] = /\p{L}/u.exec(cell) ?? [];
  return /\p{Script=Latin}/u.test(first) && /\p{Script=Arabic}/u.test(cell);
}

function tableOf(block: string): string[][] {
  const lines = block.split("\n").filter((line) => !/^\|[-|]+$/.test(line));
  return lines.map((line) => line.slice(1, -1).split("|").map(plain));
}

/** Drops what Markdown adds to plain text. */
function plain(text: string): string {
  return text
    .replace(/^#+ /, "")
    .replace(/[`*]/g, "")
    .split("\n")
    .map((line) => line.trim())
    .join(" ")
    .trim();
}
