import { attestLeave } from "../letter/attestation.ts";
import { idOf, openingOf } from "../letter/derivation.ts";
import type { SigningKey } from "../letter/key.ts";
import type { MainState } from "../outside/git-host.ts";
import { findByAddress, type KeyedAddress } from "./address.ts";
import type { Query, SignatureState, Store } from "./schema.ts";
import { stateOnMain } from "./signature-state.ts";
import { hashOf } from "./submissions.ts";

/** What a withdrawal works with. */
export type Withdrawing = {
  readonly store: Store;
  readonly attestation: SigningKey;
  /** main as it was read last; undefined before the first time */
  main(): MainState | undefined;
};

/**
 * Withdraws the signature of a withdrawal code; false when there is none. Doing it again is a success.
 *
 * Vault, keyed address and public fields go at once and for good. What has been filed is withdrawn on main too, by an
 * attested row on a sheet of withdrawals.
 */
export async function withdraw(deps: Withdrawing, code: string): Promise<boolean> {
  const { store } = deps;
  const done = await store.change(async (query) => {
    const known = await query.selectFrom("code").select("id").where("code_hash", "=", hashOf(code)).executeTakeFirst();
    if (known) return withdrawId(query, deps.attestation, known.id);
    // A row that this database never saw, or forgot: the code opens it, and that is proof enough.
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
      .values({ id, state: "accepted", day: null, edition: null, row: null, sheet: null })
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
    return withdrawId(query, deps.attestation, id);
  });
  if (done) await store.scrub();
  return done;
}

/** Withdraws the signature, if there is one, of a mailbox that has been proved to be its owner's. */
export async function withdrawOwn({ store, attestation }: Withdrawing, address: KeyedAddress): Promise<void> {
  await store.change(async (query) => {
    const id = await findByAddress(query, address);
    if (id !== undefined) await withdrawId(query, attestation, id);
  });
  await store.scrub();
}

/** Withdraws a signature that is known by its id, inside a transaction; false when there is none. */
async function withdrawId(query: Query, attestation: SigningKey, id: string): Promise<boolean> {
  const signature = await query
    .selectFrom("signature")
    .select("state")
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirst();
  if (!signature) return false;
  if (signature.state === "withdrawn") return true;
  await forget(query, id);
  // Whoever comes back to the confirmation page must not read there that the signature stands.
  const codes = query.selectFrom("code").select("code_hash").where("id", "=", id);
  await query.deleteFrom("submission").where("code_hash", "in", codes).execute();
  await query
    .updateTable("signature")
    .set({ state: "withdrawn", day: null, edition: null, row: null, sheet: null })
    .where("id", "=", id)
    .execute();
  if (!NOT_ON_MAIN.includes(signature.state)) {
    await query
      .insertInto("withdrawal")
      .values({ id, attestation: attestLeave(id, attestation), sheet: null })
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
  }
  return true;
}

/** No sheet holds these, or one that main refused. */
const NOT_ON_MAIN: readonly SignatureState[] = ["confirmed", "aside", "refused"];

/** Destroys the contact record and the keyed address of a signature. */
export async function forget(query: Query, id: string): Promise<void> {
  await query.deleteFrom("vault").where("id", "=", id).execute();
  await query.deleteFrom("address").where("id", "=", id).execute();
}
