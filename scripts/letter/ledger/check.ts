import { LetterError } from "../bytes/error.ts";
import { type AcceptedBytes, type OpenAccepted, openAccepted } from "./accepted.ts";
import type { AcceptEntry, BatchEntry } from "./entry.ts";
import { parseEntry } from "./entry.ts";
import { openTakenDownRule } from "./taken-down.ts";

/** The facts that follow from all entries of a ledger. */
export type LedgerFacts = {
  /** logged editions, the current one last */
  readonly editions: readonly string[];
  /** edition and public commitment of each accept entry, by index */
  readonly accepts: OpenAccepted;
  /** the indexes of accept entries that were withdrawn */
  readonly withdrawn: ReadonlySet<number>;
  /** what became of each sheet of signatures */
  readonly batches: readonly BatchEntry[];
  /** why the list has to be published; undefined when it may have been taken down */
  readonly whyListed: string | undefined;
};

/**
 * Checks a ledger entry by entry. Both functions throw LetterError `ledger` with the rule that is broken. `add` returns
 * whether a checkpoint can have been signed after the entry: never inside a batch.
 */
export type LedgerCheck = {
  /** the accepts and the withdrawn indexes so far */
  readonly accepts: OpenAccepted;
  readonly withdrawn: ReadonlySet<number>;
  add(line: string): boolean;
  /** The same for an accept that was read from bytes and is known to be attested. */
  addAccept(entry: AcceptedBytes): boolean;
  finish(): LedgerFacts;
};

/**
 * Checks the rules between entries. An accept is inside a batch, is attested, names an edition that was logged before
 * it, and repeats no commitment of another entry. A batch has as many accepts as it says. A withdrawal names one
 * earlier accept, which no other withdrawal names. A handover has its own contacts bag, and a purge names the bag of an
 * earlier handover, which no other purge names.
 */
export function openLedgerCheck(isAttested: (entry: AcceptEntry) => boolean): LedgerCheck {
  const editions: string[] = [];
  const accepts = openAccepted();
  const withdrawn = new Set<number>();
  const batches: BatchEntry[] = [];
  const [handedOver, purged] = [new Set<string>(), new Set<string>()];
  const takenDown = openTakenDownRule();
  let index = 0;
  let due = 0;

  const assertInBatch = ({ edition }: Pick<AcceptEntry, "edition">) => {
    if (due === 0) throw broken("an accept is outside its batch");
    if (!editions.includes(edition)) throw broken("the edition was not on the ledger before");
  };
  const addAccept = (entry: AcceptEntry) => {
    assertInBatch(entry);
    if (!isAttested(entry)) throw broken("the attestation is wrong");
    if (!accepts.add(index, entry)) throw broken("the commitment is on the ledger twice");
    due--;
  };

  return {
    accepts,
    withdrawn,
    addAccept(entry) {
      assertInBatch(entry);
      if (!accepts.addBytes(index, entry)) throw broken("the commitment is on the ledger twice");
      due--;
      takenDown.add(ACCEPT);
      index++;
      return due === 0;
    },
    add(line) {
      const entry = parseEntry(line);
      if (due > 0 && entry.kind !== "accept") throw broken(`the batch before it lacks ${due} accepts`);
      if (entry.kind === "accept") addAccept(entry);
      if (entry.kind === "letter") editions.push(entry.edition);
      if (entry.kind === "batch") {
        due = entry.filed - entry.refused - entry.leftOut;
        if (due < 0) throw broken("the batch refuses more than was filed");
        batches.push(entry);
      }
      if (entry.kind === "withdraw") {
        if (!accepts.has(entry.index)) throw broken("the withdrawal names no earlier accept");
        if (withdrawn.has(entry.index)) throw broken("the same accept is withdrawn twice");
        withdrawn.add(entry.index);
      }
      if (entry.kind === "handover") {
        if (handedOver.has(entry.contactsBag)) throw broken("the same contacts bag is handed over twice");
        handedOver.add(entry.contactsBag);
      }
      if (entry.kind === "purge") {
        if (!handedOver.has(entry.contactsBag))
          throw broken("the purge names no contacts bag that was handed over before");
        if (purged.has(entry.contactsBag)) throw broken("the same contacts bag is purged twice");
        purged.add(entry.contactsBag);
      }
      takenDown.add(entry);
      index++;
      return due === 0;
    },
    finish() {
      if (due > 0) throw broken(`the ledger ends ${due} accepts before the end of its last batch`);
      const logged = [...new Set(editions.toReversed())].reverse();
      return { editions: logged, accepts, withdrawn, batches, whyListed: takenDown.whyListed() };
    },
  };
}

const ACCEPT = { kind: "accept" } as const;

function broken(message: string): LetterError {
  return new LetterError("ledger", message);
}
