import { keyedAddress } from "./address.ts";
import type { Query, Store } from "./schema.ts";

/**
 * Remembers that a mailbox wants no more mail: the keyed hash of its canonical address, so that no other spelling of
 * the address gets through either. It is the one address that is kept, keyed, without a signature.
 */
export async function suppress(query: Query, hmac: string): Promise<void> {
  await query
    .insertInto("suppressed")
    .values({ hmac })
    .onConflict((conflict) => conflict.column("hmac").doNothing())
    .execute();
}

export async function isSuppressed(query: Query, hmac: string): Promise<boolean> {
  const row = await query.selectFrom("suppressed").select("hmac").where("hmac", "=", hmac).executeTakeFirst();
  return row !== undefined;
}

/** Lets mail to this mailbox again, because its owner has asked for it; false when nothing stood in the way. */
export async function allowAgain(store: Store, pepper: Uint8Array, email: string): Promise<boolean> {
  const { hmac } = keyedAddress(pepper, email);
  const { numDeletedRows } = await store.change((query) =>
    query.deleteFrom("suppressed").where("hmac", "=", hmac).executeTakeFirst(),
  );
  return numDeletedRows > 0n;
}
