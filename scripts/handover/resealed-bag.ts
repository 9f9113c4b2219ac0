import { join } from "node:path";
import { contactPath, SINCE_CHECKPOINT_PATH, SINCE_PATH } from "../letter/handover/contacts-payload.ts";
import { formatContactRecord } from "../letter/signature/contact.ts";
import type { Bag } from "../outside/bag/found-bag.ts";
import { writeBag } from "../outside/bag/writer.ts";
import type { Unseal } from "../outside/seal/identities.ts";
import type { Seal } from "../outside/seal/seal.ts";
import { handedDigest, type Opened, openContacts, RESEALED_FROM, type Right } from "./opened-contacts.ts";
import type { PublicBagFacts } from "./public-bag-facts.ts";
import type { LedgerNow } from "./since/departed.ts";

const WRITTEN_ANEW = new Set(["Bagging-Date", "Payload-Oxum", "Contact-Records", RESEALED_FROM]);

/**
 * Opens the contacts, and on the way seals what is right for others: no record lies open on the disk in between.
 *
 * @param resealing for whom, and the folder of the new bag; undefined to open only
 * @param keep gets each record that is right, in the order of the bag
 */
export async function openAndReseal(
  { bag, contacts, facts, ledger }: { bag: Bag; contacts: Bag; facts: PublicBagFacts; ledger: LedgerNow },
  unseal: Unseal,
  resealing: { seal: Seal; out: string } | undefined,
  progress: (done: number, of: number) => void,
  keep: (right: Right) => void | Promise<void>,
): Promise<Opened> {
  const records = openContacts(contacts, { bag, facts, ledger }, unseal, progress);
  let opened: Opened | undefined;
  const next = async () => {
    const { done, value } = await records.next();
    if (done) opened = value;
    else await keep(value);
    return done ? undefined : value;
  };
  if (resealing === undefined) while (await next());
  else {
    const { seal, out } = resealing;
    const name = `${facts.handover.contactsBag}-resealed`;
    const info = new Map([...contacts.info].filter(([label]) => !WRITTEN_ANEW.has(label)));
    // The receipt names the bag that was handed over, however often it was sealed again.
    info.set(RESEALED_FROM, handedDigest(contacts));
    const payload = async function* (): AsyncGenerator<[string, Uint8Array]> {
      for (let right = await next(); right; right = await next())
        yield [contactPath(right.record.id), await seal(formatContactRecord(right.record))];
      // The ledger proves why the records of those who have left are missing.
      if (ledger.since.length > 0) {
        yield [SINCE_PATH, Buffer.from(ledger.since.map((entry) => `${entry}\n`).join(""))];
        yield [SINCE_CHECKPOINT_PATH, Buffer.from(ledger.note)];
      }
      // The bag's description is written behind its payload, when this is known.
      info.set("Contact-Records", String(opened!.right));
    };
    await writeBag(join(out, `${name}.tar`), { name, day: facts.handover.day, payload: payload(), info });
  }
  return opened!;
}
