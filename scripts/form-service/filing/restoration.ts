import { parseBase64url } from "../../letter/bytes/base64url.ts";
import { dayOf } from "../../letter/bytes/day.ts";
import type { SigningKey } from "../../letter/bytes/key.ts";
import { stageOf } from "../../letter/ledger/signing.ts";
import { idOf } from "../../letter/signature/derivation.ts";
import { loggedEdition } from "../../letter/signature/record.ts";
import type { Sheet } from "../../letter/signature/sheet.ts";
import type { Clock } from "../../outside/clock.ts";
import type { GitHost, MainState } from "../../outside/git/host.ts";
import { endSignature, fileLeave, type Leaving, noteDeparted } from "../signing/withdrawal.ts";
import { lastDueDay } from "../store/due-hour.ts";
import { holdRestored } from "../store/restored-rows.ts";
import { storedRow } from "../store/rows-set-aside.ts";
import type { Query, Store } from "../store/schema.ts";
import { attestedSheets } from "./refiling.ts";
import { contactCommitments, settle } from "./settlement.ts";
import { type Making, makeWithdrawalsSheet, markFiled, sheetsToFile } from "./sheets.ts";

/** What `restore` knows besides the backup. `departed`: the ids on the lists of who left since. */
export type SinceBackup = Omit<Leaving, "lastBackup"> & { readonly departed: Iterable<string> };

/**
 * Makes the database of a backup that of today, as far as it can be without main: anyone on a list of who left is
 * withdrawn, here and at the next filing on main, and what was not filed then waits. Until `reconcileAfterRestore` has
 * run, main and the pending sheets know more.
 */
export async function noteRestored(query: Query, since: SinceBackup): Promise<void> {
  const day = dayOf(since.now);
  await query
    .insertInto("restoration")
    .values({ day })
    .onConflict((conflict) => conflict.column("day").doNothing())
    .execute();
  await holdRestored(query, day);
  await ageWithdrawn(query, since.now);
  for (const id of since.departed) {
    await endSignature(query, id, longAgo(since.now));
    await fileLeave(query, since, id);
    await noteDeparted(query, id, day);
  }
}

/** A withdrawal whose 48 hours are over: when it was made nobody knows any more, and keeping it would tell that it was. */
function longAgo(now: Date): { readonly day: string; readonly due: null } {
  return { day: lastDueDay(now), due: null };
}

/** Keeps the withdrawals of an old backup from looking like those of a wrong clock, which would be kept for longer. */
async function ageWithdrawn(query: Query, now: Date): Promise<void> {
  const { day, due } = longAgo(now);
  await query
    .updateTable("signature")
    .set({ day, due })
    .where("state", "=", "withdrawn")
    .where((is) => is.or([is("day", "is", null), is("day", "<", day)]))
    .execute();
}

/**
 * After a restoration, takes over what has happened since the backup, as far as main and the pending sheets show it.
 * What main has accepted is settled, what was withdrawn there is forgotten, and what waits on a sheet is not filed on
 * another one, where moderators would see it twice. Only what this service attested counts as a sheet. After a purge
 * nothing of the backup stays.
 */
export async function reconcileAfterRestore(
  store: Store,
  clock: Clock,
  main: MainState,
  gitHost: Pick<GitHost, "pendingSheets">,
  attestation: Pick<SigningKey, "publicKey">,
): Promise<void> {
  const restored = await store.query.selectFrom("restoration").select("day").executeTakeFirst();
  if (!restored) return;
  const pending = await gitHost.pendingSheets();
  const now = clock.now();
  await store.change(async (query) => {
    await takeOverMain(query, main, now);
    for (const [sheet, filed] of attestedSheets(pending, attestation)) {
      if (!main.settled.sheets.has(sheet.sheet)) await takeOverSheet(query, sheet, filed.message, now);
    }
    await dropSettledLeaves(query, main);
    if (stageOf(main.record.entries) === "destroyed") await destroyAgain(query);
    await query.deleteFrom("restoration").execute();
  });
  await settle(store, clock, main);
  await store.scrub();
}

/** Tables of what a purge destroyed. The withdrawals that are on their way go on: the list may still be public. */
const DESTROYED = ["submission", "code", "vault", "signature", "address", "suppressed"] as const;

/** Destroys what a backup brings back that no purge could find, because nobody had told of it. */
async function destroyAgain(query: Query): Promise<void> {
  for (const table of DESTROYED) await query.deleteFrom(table).execute();
  await query.deleteFrom("sheet").where("kind", "=", "signatures").execute();
}

async function takeOverMain(query: Query, { record, settled }: MainState, now: Date): Promise<void> {
  const accepted = contactCommitments(record.entries);
  const listed = new Set(record.rows.map(({ opening }) => idOf(parseBase64url(opening, 32))));
  const rows = await query
    .selectFrom("signature")
    .select(["id", "state", "row"])
    .where("state", "in", ["confirmed", "aside", "filing", "filed", "accepted", "refused"])
    .orderBy("id")
    .forUpdate()
    .execute();
  for (const { id, state, row } of rows) {
    const isAccepted = state === "accepted" || accepted.has(storedRow(row).contact ?? "");
    if ((isAccepted && !listed.has(id)) || settled.withdrawn.has(id)) {
      await takeOverLeave(query, id, now);
    } else if (state === "confirmed" && (isAccepted || settled.refused.has(id))) {
      // As if it had been filed from here: the settlement does the rest.
      await query.updateTable("signature").set({ state: "filed" }).where("id", "=", id).execute();
    }
  }
}

/** Takes over a withdrawal that main or one of our sheets shows, and notes it for the backups, which may be older. */
async function takeOverLeave(query: Query, id: string, now: Date): Promise<void> {
  await endSignature(query, id, longAgo(now));
  await noteDeparted(query, id, dayOf(now));
}

/**
 * Takes over a sheet that was filed after the backup: our rows on it, compared row by row, count as filed, and those who
 * leave with it have left.
 */
async function takeOverSheet(query: Query, sheet: Sheet, message: string, now: Date): Promise<void> {
  const name = sheet.sheet;
  const known = await query.selectFrom("sheet").select("state").where("sheet", "=", name).executeTakeFirst();
  if (!known) {
    const values = { sheet: name, kind: sheet.kind, state: "filed", text: null, base: "", message, day: "" } as const;
    await query.insertInto("sheet").values(values).execute();
  }
  if (sheet.kind === "withdrawals") {
    for (const { id, attestation } of sheet.rows) {
      await takeOverLeave(query, id, now);
      await query
        .insertInto("withdrawal")
        .values({ id, attestation, sheet: name })
        .onConflict((conflict) => conflict.column("id").doUpdateSet({ sheet: name }))
        .execute();
    }
    return;
  }
  if (known) return;
  for (const row of sheet.rows) {
    const mine = await query
      .selectFrom("signature")
      .select("row")
      .where("id", "=", row.id)
      .where("state", "=", "confirmed")
      .forUpdate()
      .executeTakeFirst();
    if (!mine || storedRow(mine.row).attestation !== row.attestation) continue;
    await query.updateTable("signature").set({ state: "filed", sheet: name }).where("id", "=", row.id).execute();
  }
}

/** Drops waiting withdrawals that main has taken already: a list of who left may be older than main. */
async function dropSettledLeaves(query: Query, { settled }: Pick<MainState, "settled">): Promise<void> {
  const waiting = await query.selectFrom("withdrawal").select("id").where("sheet", "is", null).execute();
  for (const { id } of waiting)
    if (settled.withdrawn.has(id)) await query.deleteFrom("withdrawal").where("id", "=", id).execute();
}

/** What files the withdrawals of a restored service before anything is published again. */
export type FilingLeaves = Making & { readonly gitHost: Pick<GitHost, "file" | "readMain"> };

/**
 * Files the withdrawals that the lists of who left have told, on one machine: its repository comes from the backup too,
 * and the next start accepts what is filed there before it publishes the site again.
 *
 * @returns how many sheets there are
 */
export async function fileRestoredLeaves(making: FilingLeaves): Promise<number> {
  const { store, gitHost } = making;
  const main = await gitHost.readMain();
  await store.change((query) => dropSettledLeaves(query, main));
  const edition = loggedEdition(main.record.entries);
  while (edition !== undefined && (await makeWithdrawalsSheet(making, main.commit, edition)));
  const sheets = await sheetsToFile(store);
  for (const { filing } of sheets) {
    await gitHost.file(filing);
    await markFiled(store, filing.sheet);
  }
  return sheets.length;
}
