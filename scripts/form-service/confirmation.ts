import { attest } from "../letter/attestation.ts";
import { formatBase64url } from "../letter/base64url.ts";
import { type ContactRecord, contactCommitment, formatContactRecord } from "../letter/contact.ts";
import { dayOf } from "../letter/day.ts";
import { idOf, openingOf, withdrawalCodeOf } from "../letter/derivation.ts";
import type { SigningKey } from "../letter/key.ts";
import { formatRow, parseRow, publicCommitment, type Row } from "../letter/row.ts";
import { publicFieldsOf } from "../letter/submission.ts";
import type { Clock } from "../outside/clock.ts";
import type { Random } from "../outside/random.ts";
import type { Seal } from "../outside/seal.ts";
import { claimAddress, keyedAddress } from "./address.ts";
import type { Bursts } from "./bursts.ts";
import type { PageWords } from "./page-words.ts";
import type { Queue } from "./queue.ts";
import type { Store } from "./schema.ts";
import type { WaitingSubmission } from "./sealed-submission.ts";
import { hashOf, isSpent, spendSubmission, tryCode } from "./submissions.ts";

/** What a confirmation works with. */
export type Confirming = {
  readonly store: Store;
  readonly pageWords: PageWords;
  readonly clock: Clock;
  readonly random: Random;
  readonly seal: Seal;
  readonly attestation: SigningKey;
  readonly pepper: Uint8Array;
  readonly queue: Pick<Queue, "noteConfirmed">;
  readonly bursts: Pick<Bursts, "note">;
};

/**
 * Confirms a submission by link and code, and gives the withdrawal code; undefined when the code does not open it.
 *
 * One transaction spends the submission and inserts vault, queue and keyed address; it is on the disk when this
 * returns. Doing it again gives the same code and signs nothing twice.
 */
export async function confirm(deps: Confirming, s: Uint8Array, code: string): Promise<string | undefined> {
  const opened = await tryCode(deps, s, code);
  if (!opened) return undefined;
  const withdrawalCode = withdrawalCodeOf(s, code);
  if (opened.state === "spent") return withdrawalCode;
  const today = dayOf(deps.clock.now());
  const { row, contact } = signatureOf(deps, opened.submission, withdrawalCode, today);
  const address = keyedAddress(deps.pepper, contact.email);
  const spent = { s_hash: hashOf(s), code_hash: hashOf(withdrawalCode) };
  const sealed = await deps.seal(formatContactRecord(contact));
  const outcome = await deps.store.change(async (query): Promise<"new" | "again" | "gone"> => {
    // Since it was opened, another device may have confirmed it, or wrong codes may have ended it.
    if (!(await spendSubmission(query, spent))) return (await isSpent(query, spent)) ? "again" : "gone";
    const first = await claimAddress(query, address, row.id);
    if (first !== undefined) {
      await query.insertInto("code").values({ code_hash: spent.code_hash, id: first }).execute();
    }
    if (first !== row.id) return "again";
    await query.insertInto("vault").values({ id: row.id, sealed }).execute();
    await query
      .insertInto("signature")
      .values({
        id: row.id,
        state: "confirmed",
        day: today,
        edition: opened.submission.edition,
        row: JSON.stringify(row),
        sheet: null,
        flood: opened.submission.suspect ? 1 : 0,
      })
      .execute();
    return "new";
  });
  if (outcome === "gone") return undefined;
  deps.queue.noteConfirmed(row.id);
  if (outcome === "new") await quarantine(deps.store, deps.bursts.note(row.id, contact.email));
  return withdrawalCode;
}

/** Marks signatures that turned out to be part of a burst, unless they have been filed by now. */
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
  // One row that breaks a rule would make its whole sheet invalid: it must fail here, where it stops nobody else.
  return { row: parseRow(formatRow(row), "the row"), contact };
}
