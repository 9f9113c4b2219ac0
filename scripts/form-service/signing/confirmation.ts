import { formatBase64url } from "../../letter/bytes/base64url.ts";
import { dayOf } from "../../letter/bytes/day.ts";
import type { SigningKey } from "../../letter/bytes/key.ts";
import { attest } from "../../letter/ledger/attestation.ts";
import { newWithdrawalCode, WITHDRAWAL_CODE_LENGTH } from "../../letter/signature/code.ts";
import { type ContactRecord, contactCommitment, formatContactRecord } from "../../letter/signature/contact.ts";
import { idOf, leaveKeyOf, openingOf } from "../../letter/signature/derivation.ts";
import { formatRow, parseRow, publicCommitment, type Row } from "../../letter/signature/row.ts";
import { publicFieldsOf } from "../../letter/signature/submission.ts";
import type { Random } from "../../outside/random.ts";
import type { Seal } from "../../outside/seal/seal.ts";
import type { Bursts } from "../limits/domain-bursts.ts";
import { claimAddress, keyedAddress } from "../store/address.ts";
import { hideHour, KEPT_FOR } from "../store/due-hour.ts";
import type { Queue } from "../store/queue.ts";
import { readRow } from "../store/rows-set-aside.ts";
import type { Query, Store } from "../store/schema.ts";
import { hashOf } from "../store/secret-hash.ts";
import type { WaitingCodes } from "./pending-confirmations.ts";
import { type Kept, openKept, sealKept, type WaitingSubmission } from "./sealed-submission.ts";
import { type Trying, tryCode } from "./submissions.ts";

export type Confirming = Trying & {
  readonly codes: Pick<WaitingCodes, "find" | "keepAfterConfirmation">;
  readonly random: Random;
  readonly seal: Seal;
  readonly attestation: SigningKey;
  readonly pepper: Uint8Array;
  readonly queue: Pick<Queue, "noteConfirmed">;
  readonly bursts: Pick<Bursts, "note">;
};

/** The result of a confirmation: a signature, or none because this mailbox, or one like it, has signed before. */
export type Confirmed =
  | {
      readonly state: "signed";
      readonly withdrawalCode: string;
      /** as it will be on a sheet; undefined once the signature has left the queue */
      readonly row: Row | undefined;
    }
  | { readonly state: "already" | "alike" };

/**
 * Confirms a submission by page and code; undefined if the code does not open it.
 *
 * One transaction spends the submission and inserts vault, queue and keyed address; it is on disk when this returns.
 * Repeating it within 48 hours returns the same answer and signs nothing twice.
 */
export async function confirm(deps: Confirming, s: Uint8Array, typed: string): Promise<Confirmed | undefined> {
  const opened = await tryCode(deps, s, typed, "confirm");
  if (!opened) return undefined;
  if (opened.state === "spent") return confirmedBefore(deps.store, opened.kept);
  const { waiting, code } = opened;
  const withdrawalCode = newWithdrawalCode(deps.random(WITHDRAWAL_CODE_LENGTH));
  const today = dayOf(deps.clock.now());
  const { row, contact } = signatureOf(deps, waiting, withdrawalCode, today);
  const address = keyedAddress(deps.pepper, contact.email);
  const codes = new Set([code, typed, ...(await deps.mailedCodes.of(contact.email)).confirm]);
  const keys = [...codes].map((one) => leaveKeyOf(s, one));
  const [s_hash, code_hash] = [hashOf(s), hashOf(withdrawalCode)];
  const sealed = await deps.seal(formatContactRecord(contact));
  const kept = await deps.store.change(async (query): Promise<Kept | undefined> => {
    const submission = await query
      .selectFrom("submission")
      .select(["sealed", "leave", "day"])
      .where("s_hash", "=", s_hash)
      .forUpdate()
      .executeTakeFirst();
    // Since it was opened, another device may have confirmed it, or wrong codes may have ended it.
    if (!submission?.sealed) return submission?.leave ? openKept(submission.leave, keys[0]!) : undefined;
    const claim = await claimAddress(query, address, row.id);
    const kept = claim.state === "new" ? { withdrawalCode } : claim.state;
    const leave = sealKept(kept, keys, deps.random);
    // A clock that is slow for a moment must not let the page forget the code early.
    const isSlow = submission.day > today;
    const due = hideHour(deps.pepper, s_hash, new Date(deps.clock.now().getTime() + KEPT_FOR));
    const spent = { sealed: null, leave, ...(isSlow ? {} : { day: today, due }) };
    if (claim.state !== "new") {
      const of = claim.state === "already" ? await codeHashOf(query, claim.id) : undefined;
      await query
        .updateTable("submission")
        .set({ ...spent, code_hash: of ?? null })
        .where("s_hash", "=", s_hash)
        .execute();
      return kept;
    }
    await query
      .updateTable("submission")
      .set({ ...spent, code_hash })
      .where("s_hash", "=", s_hash)
      .execute();
    await query.insertInto("code").values({ code_hash, id: row.id }).execute();
    await query.insertInto("vault").values({ id: row.id, sealed }).execute();
    await query
      .insertInto("signature")
      .values({
        id: row.id,
        state: "confirmed",
        day: today,
        edition: waiting.edition,
        row: JSON.stringify(row),
        sheet: null,
        flood: waiting.suspect ? 1 : 0,
      })
      .execute();
    return kept;
  });
  if (kept === undefined) return undefined;
  deps.codes.keepAfterConfirmation(s);
  if (typeof kept === "string") return { state: kept };
  if (kept.withdrawalCode !== withdrawalCode) return confirmedBefore(deps.store, kept);
  deps.queue.noteConfirmed(row.id);
  await quarantine(deps.store, deps.bursts.note(row.id, contact.email));
  return { state: "signed", withdrawalCode, row };
}

async function confirmedBefore({ query }: Store, kept: Kept): Promise<Confirmed> {
  if (typeof kept === "string") return { state: kept };
  const { withdrawalCode } = kept;
  const signature = await query
    .selectFrom("code")
    .innerJoin("signature", "signature.id", "code.id")
    .select(["signature.id", "signature.row"])
    .where("code.code_hash", "=", hashOf(withdrawalCode))
    .executeTakeFirst();
  return { state: "signed", withdrawalCode, row: signature && readRow(signature.id, signature.row) };
}

/** Returns the hash of a signature's withdrawal code. A submission that carries it is deleted with the withdrawal. */
async function codeHashOf(query: Query, id: string): Promise<string | undefined> {
  const found = await query.selectFrom("code").select("code_hash").where("id", "=", id).executeTakeFirst();
  return found?.code_hash;
}

/** Marks signatures that turned out to be part of a burst, unless they have been filed already. */
async function quarantine(store: Store, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await store.change((query) =>
    query.updateTable("signature").set({ flood: 1 }).where("id", "in", ids).where("state", "=", "confirmed").execute(),
  );
}

function signatureOf(
  deps: Confirming,
  submission: WaitingSubmission,
  withdrawalCode: string,
  today: string,
): { row: Row; contact: ContactRecord } {
  const opening = openingOf(withdrawalCode);
  const id = idOf(opening);
  const { name, email, place, lang, consents, edition } = submission;
  const contactOpening = formatBase64url(deps.random(32));
  const contact = { id, name, email, place, lang, signed: today, consents, opening: contactOpening };
  const fields = { ...publicFieldsOf(submission, today), opening: formatBase64url(opening) };
  const contactCommitted = contactCommitment(contact);
  const attestation = attest(
    { edition, publicCommitment: publicCommitment(fields, edition), contactCommitment: contactCommitted },
    deps.attestation,
  );
  const row = { id, ...fields, contact: contactCommitted, attestation };
  // One row that breaks a rule would make its whole sheet invalid. It must fail here, where it stops no other
  // signature.
  return { row: parseRow(formatRow(row), "the row"), contact };
}
