import { decide } from "../../letter/review/moderation.ts";
import { parseOrders, type RefusalCode } from "../../letter/review/order.ts";
import { type Flag, flagRows } from "../../letter/signature/flag.ts";
import { matchKey } from "../../letter/signature/name.ts";
import type { PublicFields } from "../../letter/signature/row.ts";
import type { SignaturesSheet } from "../../letter/signature/sheet.ts";
import { showsName } from "../../letter/signature/shown.ts";
import { localModerator } from "../local-review.ts";
import type { ReviewDesk, ReviewedSheet } from "../open-sheets.ts";
import type { Remark } from "../sheet-notes.ts";

/** A row with what a moderator should know about it. */
export type ReadRow = PublicFields & {
  readonly id: string;
  readonly flags: readonly Flag[];
  readonly remark: Remark | undefined;
  /** why it is refused so far */
  readonly refused: RefusalCode | undefined;
};

/** The rows of a sheet in the order in which a moderator reads them. */
export type ReadingList = {
  /** rows with a flag or a remark */
  readonly first: readonly ReadRow[];
  /** the other rows that show a name or initials */
  readonly more: readonly ReadRow[];
  /** the other rows, which show nothing that could be reviewed */
  readonly unseen: readonly ReadRow[];
};

/** Rows on one page. */
const ROWS_A_PAGE = 50;

/**
 * Sorts the rows of a sheet for reading, with the flags that the pull request on GitHub has. Only `burst` is missing: it
 * is known in the memory of the form service and nowhere else.
 */
export function readingList(
  { main, rules }: Pick<ReviewDesk, "main" | "rules">,
  { open, remarks }: Pick<ReviewedSheet, "open" | "remarks">,
  { rows }: SignaturesSheet,
): ReadingList {
  const flags = flagRows(rows, { listed: main.record.rows, bursts: new Set() });
  const ids = rows.map(({ id }) => id);
  const { refused } = decide(rules.moderators, open.commit, ids, open.acts, open.sheet);
  const read = rows.map(({ id, shown, name, lang, place, signed }): ReadRow => {
    const said = { flags: flags.get(id) ?? [], remark: remarks.get(id), refused: refused.get(id) };
    return { id, shown, name, lang, place, signed, ...said };
  });
  const {
    first = [],
    more = [],
    unseen = [],
  } = Object.groupBy(read, (row) => {
    if (isFirst(row)) return "first";
    return showsName(row.shown) ? "more" : "unseen";
  });
  return { first, more, unseen };
}

/** Whether a moderator should look at a row first. */
export function isFirst({ flags, remark }: Pick<ReadRow, "flags" | "remark">): boolean {
  return flags.length > 0 || remark !== undefined;
}

/**
 * Finds the rows whose name or place holds the words, however they are spelled, or whose id begins with them. Empty words
 * find every row.
 */
export function findRows(list: ReadingList, words: string): ReadingList {
  const [typed, key] = [words.trim().toLowerCase(), matchKey(words)];
  if (typed === "") return list;
  const holds = (text: string) => (key === "" ? text.toLowerCase().includes(typed) : matchKey(text).includes(key));
  const fits = ({ id, name, place }: ReadRow) => holds(name) || holds(place) || id.startsWith(typed);
  return { first: list.first.filter(fits), more: list.more.filter(fits), unseen: list.unseen.filter(fits) };
}

/** A page of rows: the pages are numbered from 1, and a number beyond them means the nearest one. */
export function pageOf<T>(rows: readonly T[], wanted: number): { page: number; pages: number; rows: readonly T[] } {
  const pages = Math.max(1, Math.ceil(rows.length / ROWS_A_PAGE));
  const page = Math.min(pages, Math.max(1, Math.trunc(wanted) || 1));
  return { page, pages, rows: rows.slice((page - 1) * ROWS_A_PAGE, page * ROWS_A_PAGE) };
}

/** Whether this machine's moderator has approved or rejected the sheet, and may still take that back. */
export function hasDecided({ rules }: Pick<ReviewDesk, "rules">, { open }: Pick<ReviewedSheet, "open">): boolean {
  const by = localModerator(rules.moderators);
  const rejects = (body: string) => parseOrders(body).some(({ verb }) => verb === "reject");
  const own = open.acts.filter((act) => act.by === by && (act.state !== "commented" || rejects(act.body)));
  const last = own.at(-1);
  return last !== undefined && last.state !== "dismissed" && last.state !== "changes-requested";
}
