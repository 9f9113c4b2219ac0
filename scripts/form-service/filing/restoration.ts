import { parseBase64url } from "../../letter/bytes/base64url.ts";
import { dayOf } from "../../letter/bytes/day.ts";
import { stageOf } from "../../letter/ledger/signing.ts";
import { idOf } from "../../letter/signature/derivation.ts";
import { loggedEdition } from "../../letter/signature/record.ts";
import type { Sheet } from "../../letter/signature/sheet.ts";
import type { GitHost, MainState } from "../../outside/git/host.ts";
import { endSignature, fileLeave, type Leaving, noteDeparted } from "../signing/withdrawal.ts";
import { holdRestored } from "../store/restored-rows.ts";
import { storedRow } from "../store/rows-set-aside.ts";
import type { Query, Store } from "../store/schema.ts";
import { contactCommitments, isListWhole, longAgo, takeOverLeave } from "./settlement.ts";
import { type Making, makeWithdrawalsSheet, markFiled, sheetsToFile } from "./sheets.ts";

/** What `restore` knows besides the backup. `departed`: the ids on the lists of who left since. */
export type SinceBackup = Omit<Leaving, "lastBackup"> & { readonly departed: Iterable<string> };

/**
 * Makes the database of a backup that of today, as far as it can be without main: anyone on a list of who left is
 * withdrawn, here and at the next filing on main, and what was not filed then waits. Until `takeOver` has run, main and the pending sheets know more.
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

/**
 * Withdraws everybody whom the data folder's own list of who left names and the database has forgotten: it was put back,
 * and the folder was not.
 */
export async function takeOverList(
  store: Store,
  ids: ReadonlySet<string>,
  { attestation, now }: Pick<Leaving, "attestation" | "now">,
): Promise<void> {
  if (ids.size === 0) return;
  await store.change(async (query) => {
    const rows = await query
      .selectFrom("signature")
      .select("id")
      .where("state", "!=", "withdrawn")
      .orderBy("id")
      .forUpdate()
      .execute();
    for (const { id } of rows) {
      if (!ids.has(id)) continue;
      await fileLeave(query, { attestation }, id);
      await takeOverLeave(query, id, now);
    }
  });
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

/** What main and the open sheets say, to bring the database up to it. */
export type TakingOver = {
  readonly main: MainState;
  /** our open sheets, as far as they were read, with the messages that they were filed with */
  readonly open: ReadonlyMap<Sheet, { readonly message: string }>;
  readonly now: Date;
  /** the database is known to be older than main or these sheets */
  readonly isOlder: boolean;
  /** whether the whole list of main is compared, although nothing speaks for a difference */
  readonly isWhole: boolean;
};

/**
 * Takes over what has happened since the database was as it is now, as far as main and the open sheets show it. What was
 * withdrawn there is forgotten, and what waits on a sheet is not filed on another one, where moderators would see it
 * twice. Only what this service attested counts as a sheet. After a purge nothing stays. What main has accepted or refused
 * is settled by `settle`.
 *
 * What was unfiled in a database that was put back waits as after `restore`: its holder may have withdrawn it since.
 */
export async function takeOver(query: Query, { main, open, now, isOlder, isWhole }: TakingOver): Promise<void> {
  const restored = (await query.selectFrom("restoration").select("day").executeTakeFirst()) !== undefined;
  if (isOlder && !restored) {
    await holdRestored(query, dayOf(now));
    await ageWithdrawn(query, now);
  }
  let isNew = false;
  for (const [sheet, { message }] of open) {
    const known = await query.selectFrom("sheet").select("state").where("sheet", "=", sheet.sheet).executeTakeFirst();
    if (known && !restored) continue;
    await takeOverSheet(query, sheet, message, now);
    isNew = true;
  }
  if (isOlder || restored || isWhole || isNew) await takeOverLeaves(query, main, now);
  await dropSettledLeaves(query, main);
  if (stageOf(main.record.entries) === "destroyed") await destroyAgain(query, restored);
  await query.deleteFrom("restoration").execute();
}

/**
 * Whether main or an open sheet shows what the database would know if it were as young as they are. It was put back, then,
 * or another machine works on a copy of it.
 */
export async function isOlder(
  query: Query,
  { record, settled }: MainState,
  open: TakingOver["open"],
): Promise<boolean> {
  const waiting = await query
    .selectFrom("signature")
    .select(["id", "row", "sheet"])
    .where("state", "in", ["confirmed", "aside"])
    .orderBy("id")
    .execute();
  if (waiting.length === 0) return false;
  const accepted = contactCommitments(record.entries);
  const decided = waiting.some(
    ({ id, row }) => accepted.has(storedRow(row).contact ?? "") || settled.refused.has(id) || settled.withdrawn.has(id),
  );
  if (decided) return true;
  const known = new Set((await query.selectFrom("sheet").select("sheet").execute()).map(({ sheet }) => sheet));
  const elsewhere = new Set(
    [...open.keys()].flatMap(({ sheet, rows }) => (known.has(sheet) ? [] : rows.map(({ id }) => id))),
  );
  return waiting.some(({ id }) => elsewhere.has(id));
}

/** Tables of what a purge destroyed. The withdrawals that are on their way go on: the list may still be public. */
const DESTROYED = ["submission", "code", "vault", "signature", "address", "suppressed"] as const;

/** Destroys what a database brings back that no purge could find, because nobody had told of it. */
async function destroyAgain(query: Query, restored: boolean): Promise<void> {
  const record = await query.selectFrom("vault").select("id").limit(1).executeTakeFirst();
  const address = await query.selectFrom("address").select("id").limit(1).executeTakeFirst();
  if (!restored && record === undefined && address === undefined) return;
  for (const table of DESTROYED) await query.deleteFrom(table).execute();
  await query.deleteFrom("sheet").where("kind", "=", "signatures").execute();
}

/**
 * Takes over who has left the list of main. Nothing is concluded from a main that is older than one that the database has
 * seen, or whose list is not what its ledger says: contact records would be destroyed for it.
 */
async function takeOverLeaves(query: Query, main: MainState, now: Date): Promise<void> {
  const { record, settled } = main;
  const seen = await query.selectFrom("campaign").select("size").executeTakeFirst();
  if (Number(seen?.size ?? 0) > record.entries.length) return;
  const listed = isListWhole(record)
    ? new Set(record.rows.map(({ opening }) => idOf(parseBase64url(opening, 32))))
    : undefined;
  const rows = await query
    .selectFrom("signature")
    .select(["id", "state"])
    .where("state", "in", ["confirmed", "aside", "filing", "filed", "accepted", "refused"])
    .orderBy("id")
    .forUpdate()
    .execute();
  for (const { id, state } of rows) {
    const hasLeft = state === "accepted" && listed !== undefined && !listed.has(id);
    if (hasLeft || settled.withdrawn.has(id)) await takeOverLeave(query, id, now);
  }
}

/**
 * Takes over a sheet that the database does not know: our rows on it, compared row by row, count as filed, and those who
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
      const here = await query.selectFrom("signature").select("state").where("id", "=", id).executeTakeFirst();
      // Who has left here already keeps the 48 hours.
      if (here?.state !== "withdrawn") await takeOverLeave(query, id, now);
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
      .where("state", "in", ["confirmed", "aside"])
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
