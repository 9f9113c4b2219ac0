import { dayAfter, dayOf } from "../../letter/bytes/day.ts";
import type { SigningKey } from "../../letter/bytes/key.ts";
import { attestLeave } from "../../letter/ledger/attestation.ts";
import { idOf, openingOf } from "../../letter/signature/derivation.ts";
import type { Clock } from "../../outside/clock.ts";
import type { MainState } from "../../outside/git/host.ts";
import { findByAddress, type KeyedAddress } from "../store/address.ts";
import { OUT_OF_QUEUE, type Query, type SignatureState, type Store } from "../store/schema.ts";
import { hashOf } from "../store/secret-hash.ts";
import { stateOnMain } from "./signature-state.ts";

export type Withdrawing = {
  readonly store: Store;
  readonly clock: Clock;
  readonly attestation: SigningKey;
  /** the day of the last backup, "" without one; a database that keeps copies of its own always counts as backed up */
  lastBackup(): Promise<string>;
  /** main as last read; undefined before the first time */
  main(): MainState | undefined;
};

/**
 * Withdraws the signature of a withdrawal code; false if there is none. Repeating it is a success.
 *
 * Vault, keyed address and public fields are deleted at once and for good. A filed signature is withdrawn on main too,
 * by an attested row on a sheet of withdrawals.
 */
export async function withdraw(deps: Withdrawing, code: string): Promise<boolean> {
  const { store } = deps;
  const leaving = await leavingNow(deps);
  const done = await store.change(async (query) => {
    const known = await query.selectFrom("code").select("id").where("code_hash", "=", hashOf(code)).executeTakeFirst();
    if (known) return withdrawId(query, leaving, known.id);
    // A row that this database never saw or has forgotten: the code opens it, and that is proof enough.
    const main = deps.main();
    if (!main || stateOnMain(main, code) !== "accepted") return false;
    const id = idOf(openingOf(code));
    await query
      .insertInto("code")
      .values({ code_hash: hashOf(code), id })
      .onConflict((conflict) => conflict.column("code_hash").doNothing())
      .execute();
    await query
      .insertInto("signature")
      .values({ id, state: "accepted", ...OUT_OF_QUEUE })
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
    return withdrawId(query, leaving, id);
  });
  if (done) await store.scrub();
  return done;
}

/** Withdraws the signature, if there is one, of a mailbox whose owner has proved to own it. */
export async function withdrawOwn(deps: Withdrawing, address: KeyedAddress): Promise<void> {
  const { store } = deps;
  const leaving = await leavingNow(deps);
  await store.change(async (query) => {
    const id = await findByAddress(query, address);
    if (id !== undefined) await withdrawId(query, leaving, id);
  });
  await store.scrub();
}

type Leaving = { readonly attestation: SigningKey; readonly lastBackup: string; readonly today: string };

async function leavingNow({ attestation, clock, lastBackup }: Withdrawing): Promise<Leaving> {
  return { attestation, lastBackup: await lastBackup(), today: dayOf(clock.now()) };
}

/**
 * Withdraws a signature by its id, inside a transaction; false if there is none. One that was never filed leaves its id
 * for two days, so that the withdrawal can be repeated. One that a backup may hold is withdrawn on main too, where a
 * restored service finds it.
 */
async function withdrawId(query: Query, leaving: Leaving, id: string): Promise<boolean> {
  const { attestation, lastBackup, today } = leaving;
  const signature = await query
    .selectFrom("signature")
    .select(["state", "day"])
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirst();
  if (!signature) return false;
  if (signature.state === "withdrawn") return true;
  await forget(query, id);
  // A signer who returns to the confirmation page must not read there that the signature is still valid.
  const codes = query.selectFrom("code").select("code_hash").where("id", "=", id);
  await query.deleteFrom("submission").where("code_hash", "in", codes).execute();
  const isBackedUp = lastBackup !== "" && (signature.day ?? "") <= lastBackup;
  const onMain = !NOT_ON_MAIN.includes(signature.state) || (signature.state !== "refused" && isBackedUp);
  await query
    .updateTable("signature")
    .set({ state: "withdrawn", ...OUT_OF_QUEUE, day: onMain ? null : today })
    .where("id", "=", id)
    .execute();
  if (onMain) {
    await query
      .insertInto("withdrawal")
      .values({ id, attestation: attestLeave(id, attestation), sheet: null })
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
  }
  return true;
}

/** States in which no sheet holds the signature, or only one that main refused. */
const NOT_ON_MAIN: readonly SignatureState[] = ["confirmed", "aside", "refused"];

/** Destroys the contact record and the keyed address of a signature. */
export async function forget(query: Query, id: string): Promise<void> {
  await query.deleteFrom("vault").where("id", "=", id).execute();
  await query.deleteFrom("address").where("id", "=", id).execute();
}

/**
 * Deletes what is left of signatures that were withdrawn before they were filed, on this day or earlier. A day that is
 * much earlier was written by a clock that was wrong for a moment, and counts as today.
 */
export async function deleteWithdrawn(query: Query, lastDay: string, today: string): Promise<void> {
  const withdrawn = query.updateTable("signature").set({ day: today }).where("state", "=", "withdrawn");
  await withdrawn.where("day", "<", dayAfter(lastDay, -PLAUSIBLE_DAYS)).execute();
  const gone = query.selectFrom("signature").select("id").where("state", "=", "withdrawn").where("day", "<=", lastDay);
  await query.deleteFrom("code").where("id", "in", gone).execute();
  await query.deleteFrom("signature").where("state", "=", "withdrawn").where("day", "<=", lastDay).execute();
}

/** Days that a sweep may be late. A withdrawal that seems older than that was dated by a wrong clock. */
const PLAUSIBLE_DAYS = 7;
