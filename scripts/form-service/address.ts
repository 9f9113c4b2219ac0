import { createHmac } from "node:crypto";
import { canonicalEmail } from "../letter/email.ts";
import type { Query } from "./schema.ts";
import { hashOf } from "./submissions.ts";

/** An address as the database knows it: hex of HMAC-SHA-256 under the pepper. */
export type KeyedAddress = {
  /** of the canonical form: by it one mailbox signs once */
  readonly hmac: string;
  /** of the address as it was typed, in lower case: by it one mailbox may ask for its own signature */
  readonly typed: string;
};

export function keyedAddress(pepper: Uint8Array, email: string): KeyedAddress {
  const keyed = (message: string) => createHmac("sha256", pepper).update(message).digest("hex");
  return {
    hmac: keyed(`undersigned/v1/address ${canonicalEmail(email)}`),
    typed: keyed(`undersigned/v1/typed ${email.toLowerCase()}`),
  };
}

/**
 * The id of the signature that this address stands for: the given one, or that of an earlier signature, which stays.
 * Undefined where the earlier one was given from an address that is equal in its canonical form alone.
 */
export async function claimAddress(query: Query, address: KeyedAddress, id: string): Promise<string | undefined> {
  const { numInsertedOrUpdatedRows } = await query
    .insertInto("address")
    .values({ ...address, id })
    .onConflict((conflict) => conflict.column("hmac").doNothing())
    .executeTakeFirst();
  if ((numInsertedOrUpdatedRows ?? 0n) > 0n) return id;
  const first = await query
    .selectFrom("address")
    .select(["id", "typed"])
    .where("hmac", "=", address.hmac)
    .forUpdate()
    .executeTakeFirst();
  // The earlier signature was withdrawn on another instance between the two statements: the address is free again.
  if (!first) return claimAddress(query, address, id);
  return first.typed === address.typed ? first.id : undefined;
}

/** The keyed canonical address of the signature that a withdrawal code stands for. */
export async function mailboxOf(query: Query, withdrawalCode: string): Promise<string | undefined> {
  const found = await query
    .selectFrom("code")
    .innerJoin("address", "address.id", "code.id")
    .select("address.hmac")
    .where("code.code_hash", "=", hashOf(withdrawalCode))
    .executeTakeFirst();
  return found?.hmac;
}

/**
 * The id of the signature that was given from this very address.
 *
 * `sara+x@…` is Sara's at most providers, but not at all: whoever owns it elsewhere must not reach her signature.
 */
export async function findByAddress(query: Query, { hmac, typed }: KeyedAddress): Promise<string | undefined> {
  const found = await query
    .selectFrom("address")
    .select("id")
    .where("hmac", "=", hmac)
    .where("typed", "=", typed)
    .executeTakeFirst();
  return found?.id;
}
