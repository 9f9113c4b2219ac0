import { dayAfter, dayOf } from "../../letter/bytes/day.ts";
import { entriesOf } from "../../letter/ledger/entry.ts";
import type { Clock } from "../../outside/clock.ts";
import type { MainState } from "../../outside/git/host.ts";
import { endSignature, forget, noteDeparted } from "../signing/withdrawal.ts";
import { lastDueDay } from "../store/due-hour.ts";
import { storedRow } from "../store/rows-set-aside.ts";
import { OUT_OF_QUEUE, type Query, type Store } from "../store/schema.ts";

/** Days after which a refused row and its contact record are destroyed. */
const REFUSED_DAYS = 7;

/**
 * Takes over what main has settled, also of rows that wait here: a database that was put back by its own means does not
 * know that they were filed. A row leaves the queue only if its commitment is in the ledger, or a trailer
 * refuses it or names it as withdrawn; a sheet if a trailer names it.
 *
 * If a sheet of signatures left a row out, that says nothing about the row: it was decided elsewhere, or will be. So no
 * contact record is destroyed for that; `reconcile` makes sure that such a row is on a sheet that can decide.
 */
export async function settle(store: Store, clock: Clock, main: MainState): Promise<void> {
  const left = await store.change(async (query) => {
    let left = 0;
    const waiting = await query
      .selectFrom("signature")
      .select(["id", "row"])
      .where("state", "in", ["confirmed", "aside", "filing", "filed"])
      .orderBy("id")
      .forUpdate()
      .execute();
    const ledger = waiting.length > 0 ? contactCommitments(main.record.entries) : new Set<string>();
    const hasLeft = leaversOf(main.record);
    for (const { id, row } of waiting) {
      const set = (values: object) => query.updateTable("signature").set(values).where("id", "=", id).execute();
      const { contact = "", opening = "" } = storedRow(row);
      if (ledger.has(contact) && hasLeft(opening)) {
        await takeOverLeave(query, id, clock.now());
      } else if (ledger.has(contact)) {
        await set({ ...OUT_OF_QUEUE, state: "accepted" });
      } else if (main.settled.refused.has(id)) {
        await set({ ...OUT_OF_QUEUE, state: "refused", day: dayOf(clock.now()) });
      } else if (main.settled.withdrawn.has(id)) {
        await takeOverLeave(query, id, clock.now());
      } else continue;
      left++;
    }
    left += await forgetRemoved(query, main.settled.removed, dayOf(clock.now()));
    const sheets = await query.selectFrom("sheet").select(["sheet"]).execute();
    for (const { sheet } of sheets.filter(({ sheet }) => main.settled.sheets.has(sheet))) {
      await query.deleteFrom("withdrawal").where("sheet", "=", sheet).execute();
      await query.deleteFrom("sheet").where("sheet", "=", sheet).execute();
      left++;
    }
    return left;
  });
  if (left > 0) await store.scrub();
}

/** Takes over a withdrawal that main or one of our sheets shows, and notes it for the backups, which may be older. */
export async function takeOverLeave(query: Query, id: string, now: Date): Promise<void> {
  await endSignature(query, id, longAgo(now));
  await noteDeparted(query, id, dayOf(now));
}

/** A withdrawal whose 48 hours are over: when it was made nobody knows any more, and keeping it would tell that it was. */
export function longAgo(now: Date): { readonly day: string; readonly due: null } {
  return { day: lastDueDay(now), due: null };
}

/**
 * Whether the list of main has every signature that its ledger has accepted and nobody has withdrawn. Only then does a
 * missing row say that somebody has left.
 */
export function isListWhole({ entries, rows, takenDown }: MainState["record"]): boolean {
  const left = new Set(entriesOf("withdraw", entries).map(({ index }) => index)).size;
  return !takenDown && entriesOf("accept", entries).length - left === rows.length;
}

/** Tells whether an accepted signature has left the list since: the database is older, then. */
function leaversOf(record: MainState["record"]): (opening: string) => boolean {
  let listed: Set<string> | undefined;
  return (opening) => {
    // Rarely asked, and the list is long.
    if (!isListWhole(record)) return false;
    listed ??= new Set(record.rows.map((row) => row.opening));
    return !listed.has(opening);
  };
}

/** Deletes everything about signatures that a notice took off the list, also after a backup has brought it back. */
async function forgetRemoved(query: Query, removed: ReadonlySet<string>, today: string): Promise<number> {
  if (removed.size === 0) return 0;
  const known = await query
    .selectFrom("signature")
    .select("id")
    .where("id", "in", [...removed])
    .orderBy("id")
    .forUpdate()
    .execute();
  for (const { id } of known) {
    await forget(query, id);
    const codes = query.selectFrom("code").select("code_hash").where("id", "=", id);
    await query.deleteFrom("submission").where("code_hash", "in", codes).execute();
    await query.deleteFrom("code").where("id", "=", id).execute();
    await query.deleteFrom("signature").where("id", "=", id).execute();
    // A backup may hold it, together with a repository that is as old.
    await noteDeparted(query, id, today);
  }
  return known.length;
}

/**
 * Destroys what was refused seven days ago or earlier, with its codes and its address. A day that is still to come was
 * written by a wrong clock, and counts as today.
 */
export async function destroyRefused(store: Store, clock: Clock): Promise<void> {
  const today = dayOf(clock.now());
  const lastDay = dayAfter(today, -REFUSED_DAYS);
  const destroyed = await store.change(async (query) => {
    await query
      .updateTable("signature")
      .set({ day: today })
      .where("state", "=", "refused")
      .where("day", ">", dayAfter(today, 1))
      .execute();
    const old = await query
      .selectFrom("signature")
      .select("id")
      .where("state", "=", "refused")
      .where("day", "<=", lastDay)
      .orderBy("id")
      .forUpdate()
      .execute();
    for (const { id } of old) {
      await forget(query, id);
      await query.deleteFrom("code").where("id", "=", id).execute();
      await query.deleteFrom("signature").where("id", "=", id).execute();
    }
    return old.length;
  });
  if (destroyed > 0) await store.scrub();
}

/** Returns the contact commitments of every signature that was ever accepted. */
export function contactCommitments(entries: readonly string[]): Set<string> {
  return new Set(entriesOf("accept", entries).map(({ contactCommitment }) => contactCommitment));
}
