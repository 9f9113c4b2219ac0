import { dayAfter, dayOf } from "../../letter/bytes/day.ts";
import type { SigningKey } from "../../letter/bytes/key.ts";
import { attestLeave } from "../../letter/ledger/attestation.ts";
import { idOf, openingOf } from "../../letter/signature/derivation.ts";
import type { Clock } from "../../outside/clock.ts";
import { findByAddress, type KeyedAddress } from "../store/address.ts";
import { hideHour, isDue, KEPT_FOR, lastDueDay } from "../store/due-hour.ts";
import { OUT_OF_QUEUE, type Query, type SignatureState } from "../store/schema.ts";
import { hashOf } from "../store/secret-hash.ts";
import { type Looking, stateOnMain } from "./signature-state.ts";

export type Withdrawing = {
  readonly clock: Clock;
  readonly attestation: SigningKey;
  readonly pepper: Uint8Array;
  /** the day of the last backup, "" without one; a database that keeps copies of its own always counts as backed up */
  lastBackup(): Promise<string>;
  /** writes the ids that have left beside every backup; what cannot be written now is written later */
  carryLeft(): Promise<void>;
} & Looking;

/**
 * Withdraws the signature of a withdrawal code; false if there is none. Repeating it is a success.
 *
 * Vault, keyed address and public fields are deleted at once and for good. A filed signature is withdrawn on main too,
 * by an attested row on a sheet of withdrawals.
 */
export async function withdraw(deps: Withdrawing, code: string): Promise<boolean> {
  const { store } = deps;
  const leaving = await leavingNow(deps);
  const gone = await store.change(async (query) => {
    const known = await query.selectFrom("code").select("id").where("code_hash", "=", hashOf(code)).executeTakeFirst();
    if (known) return (await withdrawId(query, leaving, known.id)) ? known.id : undefined;
    // A row that this database never saw or has forgotten: the code opens it, and that is proof enough.
    const main = deps.main();
    const shown = main && stateOnMain(main, code);
    const id = idOf(openingOf(code));
    if (!shown || (shown === "unknown" && !deps.isOnOpenSheet(id))) return undefined;
    const state = shown === "unknown" ? "filed" : shown;
    await query
      .insertInto("code")
      .values({ code_hash: hashOf(code), id })
      .onConflict((conflict) => conflict.column("code_hash").doNothing())
      .execute();
    await query
      .insertInto("signature")
      .values({ id, state, ...OUT_OF_QUEUE })
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
    return (await withdrawId(query, leaving, id)) ? id : undefined;
  });
  await tellBackups(deps, leaving, gone);
  if (gone !== undefined) await store.scrub();
  return gone !== undefined;
}

/** Withdraws the signature, if there is one, of a mailbox whose owner has proved to own it. */
export async function withdrawOwn(deps: Withdrawing, address: KeyedAddress): Promise<void> {
  const { store } = deps;
  const leaving = await leavingNow(deps);
  const gone = await store.change(async (query) => {
    const id = await findByAddress(query, address);
    if (id !== undefined) await withdrawId(query, leaving, id);
    return id;
  });
  await tellBackups(deps, leaving, gone);
  await store.scrub();
}

/** Carries an id to the backups, also to one that was begun during the withdrawal and still holds the signature. */
async function tellBackups(deps: Withdrawing, leaving: Leaving, id: string | undefined): Promise<void> {
  if (id !== undefined && (await deps.lastBackup()) !== leaving.lastBackup) {
    await deps.store.change(async (query) => {
      await fileLeave(query, leaving, id);
      await noteDeparted(query, id, dayOf(leaving.now));
    });
  }
  await deps.carryLeft();
}

/** What a withdrawal is made with. `lastBackup`: the day of the last backup, "" without one. */
export type Leaving = {
  readonly attestation: SigningKey;
  readonly pepper: Uint8Array;
  readonly lastBackup: string;
  readonly now: Date;
};

async function leavingNow({ attestation, pepper, clock, lastBackup }: Withdrawing): Promise<Leaving> {
  return { attestation, pepper, lastBackup: await lastBackup(), now: clock.now() };
}

/**
 * Withdraws a signature by its id, inside a transaction; false if there is none. It leaves its id and code for 48 hours,
 * so that the withdrawal can be repeated. One that a backup may hold is withdrawn on main too, where a restored service
 * finds it, and is noted for the lists that lie beside the backups.
 */
async function withdrawId(query: Query, leaving: Leaving, id: string): Promise<boolean> {
  const { lastBackup, pepper, now } = leaving;
  const signature = await query
    .selectFrom("signature")
    .select(["state", "day", "sheet", "wait_until"])
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirst();
  if (!signature) return false;
  if (signature.state === "withdrawn") return true;
  const { state, day, sheet } = signature;
  if (state === "filing" && sheet !== null) await forgetText(query, sheet);
  const due = hideHour(pepper, id, new Date(now.getTime() + KEPT_FOR));
  await endSignature(query, id, { day: dayOf(now), due });
  const isBackedUp = (lastBackup !== "" && (day ?? "") <= lastBackup) || signature.wait_until !== null;
  if (!UNFILED.includes(state) || isBackedUp) await fileLeave(query, leaving, id);
  if (lastBackup !== "") await noteDeparted(query, id, dayOf(now));
  return true;
}

/** States in which no sheet holds the signature. */
const UNFILED: readonly SignatureState[] = ["confirmed", "aside"];

/** Notes that main is to hear of a withdrawal, also of an id that this database does not know. */
export async function fileLeave(
  query: Query,
  { attestation }: Pick<Leaving, "attestation">,
  id: string,
): Promise<void> {
  await query
    .insertInto("withdrawal")
    .values({ id, attestation: attestLeave(id, attestation), sheet: null })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
}

/** Notes an id for the lists that lie beside the backups. @param day UTC */
export async function noteDeparted(query: Query, id: string, day: string): Promise<void> {
  await query
    .insertInto("departed")
    .values({ id, day })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ day }))
    .execute();
}

/**
 * Ends a signature as withdrawn: everything of it is deleted, but for 48 hours its id and the hash of its code.
 *
 * @param since `day`: the UTC day of the withdrawal; `due`: the hidden hour of the end, null where it is not known
 */
export async function endSignature(
  query: Query,
  id: string,
  since: { readonly day: string; readonly due: Uint8Array | null },
): Promise<void> {
  await forget(query, id);
  // A signer who returns to the confirmation page must not read there that the signature is still valid.
  const codes = query.selectFrom("code").select("code_hash").where("id", "=", id);
  await query.deleteFrom("submission").where("code_hash", "in", codes).execute();
  await query
    .updateTable("signature")
    .set({ state: "withdrawn", ...OUT_OF_QUEUE, flood: 0, ...since })
    .where("id", "=", id)
    .execute();
}

/** Deletes the text of a sheet that the git host may not have yet: `remakeLeft` finds out whether it has. */
async function forgetText(query: Query, sheet: string): Promise<void> {
  await query
    .updateTable("sheet")
    .set({ text: null })
    .where("sheet", "=", sheet)
    .where("state", "=", "filing")
    .execute();
}

/** Destroys the contact record and the keyed address of a signature. */
export async function forget(query: Query, id: string): Promise<void> {
  await query.deleteFrom("vault").where("id", "=", id).execute();
  await query.deleteFrom("address").where("id", "=", id).execute();
}

/**
 * Deletes what is left of the signatures that were withdrawn 48 hours ago or earlier, so that nothing here proves any
 * more that they existed. A day that is much earlier, or missing, was written by a clock that was wrong for a moment,
 * or by an older program, and counts as today; so does one that is still to come.
 */
export async function deleteWithdrawn(query: Query, pepper: Uint8Array, now: Date): Promise<void> {
  const lastDay = lastDueDay(now);
  await query
    .updateTable("signature")
    .set({ day: dayOf(now), due: null })
    .where("state", "=", "withdrawn")
    .where((is) =>
      is.or([
        is("day", "is", null),
        is("day", "<", dayAfter(lastDay, -PLAUSIBLE_DAYS)),
        is("day", ">", dayAfter(dayOf(now), 1)),
      ]),
    )
    .execute();
  const old = await query
    .selectFrom("signature")
    .select(["id", "day", "due"])
    .where("state", "=", "withdrawn")
    .where("day", "<=", lastDay)
    .execute();
  for (const { id, day, due } of old) {
    if (!isDue(pepper, id, { day: day!, due }, now)) continue;
    await query.deleteFrom("code").where("id", "=", id).execute();
    await query.deleteFrom("signature").where("id", "=", id).execute();
  }
}

/** Days that a sweep may be late. A withdrawal that seems older than that was dated by a wrong clock. */
const PLAUSIBLE_DAYS = 7;
