import { createHmac } from "node:crypto";
import { canonicalEmail, mailboxOf } from "../../letter/signature/email.ts";
import type { Query } from "./schema.ts";

/** An address as the database stores it: hex of HMAC-SHA-256 under the pepper. */
export type KeyedAddress = {
  /** of the widest form: it limits one mailbox to one signature */
  readonly hmac: string;
  /** of the mailbox, as far as its provider is known: only the owner may learn or change anything through it */
  readonly mailbox: string;
  /** of the address in lower case, which identified signatures before mailboxes were distinguished */
  readonly typed: string;
};

export function keyedAddress(pepper: Uint8Array, email: string): KeyedAddress {
  const keyed = (message: string) => createHmac("sha256", pepper).update(message).digest("hex");
  return {
    hmac: keyed(`undersigned/v1/address ${canonicalEmail(email)}`),
    mailbox: keyed(`undersigned/v1/mailbox ${mailboxOf(email)}`),
    typed: keyed(`undersigned/v1/typed ${email.toLowerCase()}`),
  };
}

/** Whether an address is free for a signature; if not, its signature, provided that only its owner can have asked. */
export type Claim = { state: "new" } | { state: "already"; id: string } | { state: "alike" };

/**
 * Claims an address for a signature. An earlier signature stays: one of the same mailbox (`already`), or one that is
 * equal in the widest form only (`alike`) and so may be a stranger's.
 */
export async function claimAddress(query: Query, address: KeyedAddress, id: string): Promise<Claim> {
  const { hmac, mailbox } = address;
  const { numInsertedOrUpdatedRows } = await query
    .insertInto("address")
    .values({ hmac, typed: mailbox, id })
    .onConflict((conflict) => conflict.column("hmac").doNothing())
    .executeTakeFirst();
  if ((numInsertedOrUpdatedRows ?? 0n) > 0n) return { state: "new" };
  const first = await query
    .selectFrom("address")
    .select(["id", "typed"])
    .where("hmac", "=", hmac)
    .forUpdate()
    .executeTakeFirst();
  // The earlier signature was withdrawn on another instance between the two statements, so the address is free again.
  if (!first) return claimAddress(query, address, id);
  return isSameMailbox(address, first.typed) ? { state: "already", id: first.id } : { state: "alike" };
}

/**
 * Returns the id of the signature that was given from this very mailbox.
 *
 * `sara+x@…` is Sara's at many providers, but not at all: the owner of it elsewhere must not reach her signature.
 */
export async function findByAddress(query: Query, address: KeyedAddress): Promise<string | undefined> {
  const found = await query
    .selectFrom("address")
    .select(["id", "typed"])
    .where("hmac", "=", address.hmac)
    .executeTakeFirst();
  if (found && isSameMailbox(address, found.typed)) return found.id;
  // Its widest form may have been different before the provider's rules were known. A match on `typed` is the same
  // address.
  const before = await query.selectFrom("address").select("id").where("typed", "=", address.typed).executeTakeFirst();
  return before?.id;
}

function isSameMailbox({ mailbox, typed }: KeyedAddress, stored: string): boolean {
  return stored === mailbox || stored === typed;
}
