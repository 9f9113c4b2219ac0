import type { SigningKey } from "../../letter/bytes/key.ts";
import { isSheetAttested } from "../../letter/ledger/attestation.ts";
import { attestationIn } from "../../letter/review/filing-message.ts";
import { parseSheet, type Sheet } from "../../letter/signature/sheet.ts";
import type { Clock } from "../../outside/clock.ts";
import type { GitHost, MainState, PendingSheets } from "../../outside/git/host.ts";
import { storedRow } from "../store/rows-set-aside.ts";
import type { Query, Store } from "../store/schema.ts";
import { settle } from "./settlement.ts";

/** The dependencies of the search for lost sheets. `refresh` reads main again. */
export type Refiling = {
  readonly store: Store;
  readonly clock: Clock;
  readonly attestation: Pick<SigningKey, "publicKey">;
  readonly gitHost: Pick<GitHost, "pendingSheets">;
  readonly main: { refresh(): Promise<MainState> };
};

/** Milliseconds between two checks of the branches of filed sheets. */
const PATROL_EVERY = 6 * 60 * 60 * 1000;

/** When the branches of filed sheets are checked next. Kept in memory only, so also after every start. */
export type Patrol = { isDue(): boolean; done(): void };

export function openPatrol(clock: Clock): Patrol {
  let next = Number.NEGATIVE_INFINITY;
  const now = () => clock.now().getTime();
  return {
    isDue: () => now() >= next,
    done() {
      next = now() + PATROL_EVERY;
    },
  };
}

/**
 * Queues rows for a new sheet if their own sheet can no longer decide anything, after `settle`:
 *
 * - it was fixed before sheets were attested, so accept passes over it;
 * - it was settled and left the row out, though the row is decided nowhere: a copy of it on another sheet was to
 *   decide;
 * - its branch is gone or holds other bytes than were filed (checked now and then, when `patrol` says so).
 *
 * No signature is lost or counted twice: a row that was accepted after all is left out wherever else it is filed.
 */
export async function refileLost(deps: Refiling, patrol: Patrol): Promise<void> {
  const { store, clock, gitHost, attestation } = deps;
  await store.change(async (query) => {
    const sheets = await query.selectFrom("sheet").select(["sheet", "message"]).execute();
    for (const { sheet, message } of sheets) if (attestationIn(message) === undefined) await dropSheet(query, sheet);
  });
  const due = patrol.isDue();
  if (!due && (await lostRows(store.query)).length === 0) return;
  // A sheet that is filed while the branches are being read is not missing.
  const filed = due ? await filedSheets(store.query) : [];
  const pending = attestedSheets(await gitHost.pendingSheets(), attestation);
  // Read main after the branches: a branch that accept has just deleted was settled by then.
  const main = await deps.main.refresh();
  await settle(store, clock, main);
  const waiting = new Map([...pending].filter(([{ sheet }]) => !main.settled.sheets.has(sheet)));
  await store.change(async (query) => {
    const there = new Set([...waiting.keys()].map(({ sheet }) => sheet));
    for (const sheet of filed) if (!there.has(sheet)) await dropSheet(query, sheet);
    for (const { id, row } of await lostRows(query)) {
      const [sheet, on] = [...waiting].find(([one]) => holds(one, id, storedRow(row).attestation)) ?? [];
      if (sheet && on) await noteSheet(query, sheet, on.message);
      const values = sheet
        ? ({ state: "filed", sheet: sheet.sheet } as const)
        : ({ state: "confirmed", sheet: null } as const);
      await query.updateTable("signature").set(values).where("id", "=", id).execute();
    }
  });
  if (due) patrol.done();
}

/**
 * Goes on with the sheets whose text was deleted because somebody on them withdrew before the git host had taken them.
 * One that the host has after all is filed to its end, with the text that lies there. Otherwise nobody has seen the name,
 * and nobody will: the other rows wait for another sheet.
 */
export async function remakeLeft(
  { store, gitHost }: Pick<Refiling, "store" | "gitHost">,
  { settled }: Pick<MainState, "settled">,
): Promise<void> {
  const left = await store.query
    .selectFrom("sheet")
    .select("sheet")
    .where("state", "=", "filing")
    .where("text", "is", null)
    .execute();
  if (left.length === 0) return;
  const pending = await gitHost.pendingSheets();
  await store.change(async (query) => {
    for (const { sheet } of left) {
      if (settled.sheets.has(sheet)) continue;
      const text = pending.get(sheet)?.text;
      if (text !== undefined) {
        await query.updateTable("sheet").set({ text }).where("sheet", "=", sheet).execute();
        continue;
      }
      const waits = { state: "confirmed", sheet: null } as const;
      await query.updateTable("signature").set(waits).where("sheet", "=", sheet).execute();
      await query.deleteFrom("sheet").where("sheet", "=", sheet).execute();
    }
  });
}

/** Returns the pending sheets that this service has attested, byte for byte. */
export function attestedSheets(
  pending: PendingSheets,
  { publicKey }: Pick<SigningKey, "publicKey">,
): Map<Sheet, { readonly message: string }> {
  const found = new Map<Sheet, { message: string }>();
  for (const [name, { text, message }] of pending) {
    if (isSheetAttested(name, text, attestationIn(message), publicKey)) found.set(parseSheet(text), { message });
  }
  return found;
}

/** Returns the rows that are on a sheet which the service no longer knows. */
function lostRows(query: Query) {
  return query
    .selectFrom("signature")
    .select(["id", "row"])
    .where("state", "in", ["filing", "filed"])
    .where("sheet", "is not", null)
    .where("sheet", "not in", query.selectFrom("sheet").select("sheet"))
    .orderBy("id")
    .execute();
}

/** Forgets a sheet. Its withdrawals wait again, and its rows become lost rows. */
async function dropSheet(query: Query, sheet: string): Promise<void> {
  await query.updateTable("withdrawal").set({ sheet: null }).where("sheet", "=", sheet).execute();
  await query.deleteFrom("sheet").where("sheet", "=", sheet).execute();
}

async function filedSheets(query: Query): Promise<string[]> {
  const rows = await query.selectFrom("sheet").select("sheet").where("state", "=", "filed").execute();
  return rows.map(({ sheet }) => sheet);
}

async function noteSheet(query: Query, { sheet, kind }: Sheet, message: string): Promise<void> {
  const known = await query.selectFrom("sheet").select("state").where("sheet", "=", sheet).executeTakeFirst();
  if (known) return;
  await query
    .insertInto("sheet")
    .values({ sheet, kind, state: "filed", text: null, base: "", message, day: "" })
    .execute();
}

function holds(sheet: Sheet, id: string, attestation: string | undefined): boolean {
  return sheet.kind === "signatures" && sheet.rows.some((row) => row.id === id && row.attestation === attestation);
}
