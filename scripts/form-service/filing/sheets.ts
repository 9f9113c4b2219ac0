import type { ExpressionBuilder } from "kysely";
import { formatCrockford128 } from "../../letter/bytes/crockford.ts";
import { dayAfter, dayOf } from "../../letter/bytes/day.ts";
import type { SigningKey } from "../../letter/bytes/key.ts";
import { attestSheet } from "../../letter/ledger/attestation.ts";
import { filingMessage, isQuarantined } from "../../letter/review/filing-message.ts";
import { formatRow, type Row } from "../../letter/signature/row.ts";
import { formatSheet, parseSheet, SHEET_BYTES, SHEET_ROWS, type Sheet } from "../../letter/signature/sheet.ts";
import type { Clock } from "../../outside/clock.ts";
import type { Filing } from "../../outside/git/host.ts";
import type { Random } from "../../outside/random.ts";
import { readRow, setRowsAside } from "../store/rows-set-aside.ts";
import type { Query, Store, Tables } from "../store/schema.ts";
import { groupKind, type SheetGroup } from "../store/sheet-group.ts";
import { SET_ASIDE_AFTER } from "./attempts.ts";

/** The dependencies of a new sheet. */
export type Making = {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** the key of the form service's attestations */
  readonly attestation: SigningKey;
};

/**
 * Puts up to `atMost` confirmed signatures of one group on a new sheet. Returns how many no longer wait; 0 if none was
 * waiting. A row that cannot be read is set aside, and holds up no other.
 *
 * One transaction fixes the sheet's id, bytes, base, message and day before the git host hears of it, so that every
 * attempt to file it makes the same commit. The message carries the attestation of the bytes.
 *
 * @param released as for `mayBeFiled`
 */
export function makeSignaturesSheet(
  making: Making,
  base: string,
  { edition, kind, released }: SheetGroup & { released: string },
  atMost: number,
): Promise<number> {
  return making.store.change(async (query) => {
    const waiting = await query
      .selectFrom("signature")
      .select(["id", "row"])
      .where("state", "=", "confirmed")
      .where("edition", "=", edition)
      .where(groupKind, "=", kind)
      .where(mayBeFiled(dayOf(making.clock.now()), released))
      .orderBy("id")
      .limit(Math.min(atMost, SHEET_ROWS))
      // Signatures that are being withdrawn at this moment are not filed.
      .forUpdate()
      .skipLocked()
      .execute();
    const readable = waiting.flatMap(({ id, row }) => readRow(id, row) ?? []);
    const known = new Set(readable.map(({ id }) => id));
    const aside = waiting.filter(({ id }) => !known.has(id)).map(({ id }) => id);
    await setRowsAside(query, aside);
    const rows = withinBytes(readable);
    if (rows.length === 0) return aside.length;
    const sheet = await insert(query, making, base, { kind: "signatures", edition, rows }, kind === "flood");
    const ids = rows.map(({ id }) => id);
    await query.updateTable("signature").set({ state: "filing", sheet }).where("id", "in", ids).execute();
    return rows.length + aside.length;
  });
}

/**
 * Keeps the signatures back that wait since a restoration, and those that a wrong clock dated: accept lets a sheet with a
 * day that is still to come wait, with all its rows.
 *
 * @param today UTC
 * @param released the day up to which what a restoration keeps back may go
 */
export function mayBeFiled(today: string, released: string) {
  return (is: ExpressionBuilder<Tables, "signature">) =>
    is.and([
      is.or([is("wait_until", "is", null), is("wait_until", "<=", released)]),
      is.or([is("day", "is", null), is("day", "<=", dayAfter(today, 1))]),
    ]);
}

/** Puts waiting withdrawals on a new sheet, likewise; false if none is waiting. */
export function makeWithdrawalsSheet(making: Making, base: string, edition: string): Promise<boolean> {
  return making.store.change(async (query) => {
    const rows = await query
      .selectFrom("withdrawal")
      .select(["id", "attestation"])
      .where("sheet", "is", null)
      .orderBy("id")
      .limit(SHEET_ROWS)
      .forUpdate()
      .skipLocked()
      .execute();
    if (rows.length === 0) return false;
    const sheet = await insert(query, making, base, { kind: "withdrawals", edition, rows });
    const ids = rows.map(({ id }) => id);
    await query.updateTable("withdrawal").set({ sheet }).where("id", "in", ids).execute();
    return true;
  });
}

/**
 * Puts what is on a sheet that the git host has not taken on another one, with another base; false if it has taken it by
 * now. It has another id: whatever may have arrived of the old one is another sheet, whose rows count only once. How often
 * it was tried stays, so that an operator hears of what fails again and again.
 */
export function renewSheet(making: Making, sheet: string, base: string): Promise<boolean> {
  return making.store.change(async (query) => {
    const old = await query
      .selectFrom("sheet")
      .selectAll()
      .where("sheet", "=", sheet)
      .where("state", "=", "filing")
      .where("text", "is not", null)
      .forUpdate()
      .executeTakeFirst();
    if (old?.text == null) return false;
    const next = await insert(query, making, base, parseSheet(old.text), isQuarantined(old.message));
    const { attempts, failure } = old;
    await query.updateTable("sheet").set({ attempts, failure }).where("sheet", "=", next).execute();
    for (const table of ["signature", "withdrawal"] as const)
      await query.updateTable(table).set({ sheet: next }).where("sheet", "=", sheet).execute();
    await query.deleteFrom("sheet").where("sheet", "=", sheet).execute();
    return true;
  });
}

/** A sheet that the git host has not accepted yet, and how often it was tried. */
export type SheetToFile = { readonly filing: Filing; readonly attempts: number };

/** Returns the sheets to file. Those that have failed often come last. */
export async function sheetsToFile(store: Store): Promise<SheetToFile[]> {
  const rows = await store.query
    .selectFrom("sheet")
    .selectAll()
    .where("state", "=", "filing")
    .where("text", "is not", null)
    .orderBy("attempts")
    .orderBy("sheet")
    .execute();
  return rows.map(({ sheet, text, base, message, day, attempts }) => ({
    filing: { sheet, text: text ?? "", base, message, day },
    attempts,
  }));
}

/** Notes that a sheet could not be filed, and returns how often that has happened. */
export function noteFailure(store: Store, sheet: string, failure: string): Promise<number> {
  return store.change(async (query) => {
    const row = await query
      .updateTable("sheet")
      .set((is) => ({ attempts: is("attempts", "+", 1), failure }))
      .where("sheet", "=", sheet)
      .returning("attempts")
      .executeTakeFirst();
    return row?.attempts ?? 0;
  });
}

/** A sheet that was set aside: how often it was tried, and the class and code of the last error. */
export type SheetSetAside = { readonly sheet: string; readonly attempts: number; readonly failure: string | null };

/** Returns the sheets that were set aside, for the operator of the service. */
export function sheetsSetAside(query: Query): Promise<SheetSetAside[]> {
  return query
    .selectFrom("sheet")
    .select(["sheet", "attempts", "failure"])
    .where("state", "=", "filing")
    .where("attempts", ">=", SET_ASIDE_AFTER)
    .orderBy("sheet")
    .execute();
}

/** Notes that the git host has a sheet, and forgets its text. */
export async function markFiled(store: Store, sheet: string): Promise<void> {
  await store.change(async (query) => {
    await query.updateTable("sheet").set({ state: "filed", text: null }).where("sheet", "=", sheet).execute();
    await query
      .updateTable("signature")
      .set({ state: "filed" })
      .where("sheet", "=", sheet)
      .where("state", "=", "filing")
      .execute();
  });
}

// A distributive Omit: of each kind of sheet.
type Unnamed<S> = S extends Sheet ? Omit<S, "sheet"> : never;

async function insert(
  query: Query,
  { clock, random, attestation }: Making,
  base: string,
  unnamed: Unnamed<Sheet>,
  quarantined = false,
): Promise<string> {
  const sheet = formatCrockford128(random(16));
  const text = formatSheet({ ...unnamed, sheet } as Sheet);
  await query
    .insertInto("sheet")
    .values({
      sheet,
      kind: unnamed.kind,
      state: "filing",
      text,
      base,
      message: filingMessage(sheet, { quarantined, attestation: attestSheet(sheet, text, attestation) }),
      day: dayOf(clock.now()),
    })
    .execute();
  return sheet;
}

function withinBytes(rows: readonly Row[]): Row[] {
  // Leaves room for the front matter and the head of the table. A line has 3 bytes around each cell.
  let left = SHEET_BYTES - 1000;
  const cut = rows.findIndex((row) => {
    left -= formatRow(row).reduce((sum, cell) => sum + Buffer.byteLength(cell) + 3, 2);
    return left < 0;
  });
  return cut < 0 ? [...rows] : rows.slice(0, cut);
}
