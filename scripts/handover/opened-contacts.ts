import { LetterError } from "../letter/bytes/error.ts";
import {
  type ContactProblem,
  contactId,
  contactProblem,
  type Expected,
  SINCE_CHECKPOINT_PATH,
  SINCE_PATH,
} from "../letter/handover/contacts-payload.ts";
import { type ContactRecord, parseContactRecord } from "../letter/signature/contact.ts";
import type { Bag } from "../outside/bag/found-bag.ts";
import type { Unseal } from "../outside/seal/identities.ts";
import type { PublicBagFacts } from "./public-bag-facts.ts";
import { type Departed, type LedgerNow, readSinceOfBag } from "./since/departed.ts";

/** The label under which a bag that was sealed again names the one that was handed over. */
export const RESEALED_FROM = "Resealed-From";

/** Returns the digest of the contacts bag that was handed over, which a bag that was sealed again names. */
export function handedDigest({ info, digest }: Pick<Bag, "info" | "digest">): string {
  return info.get(RESEALED_FROM) ?? digest;
}

/** Something in the contacts bag that does not agree, and whom it concerns. */
export type Finding =
  | {
      readonly kind: "missing" | Exclude<ContactProblem, "of-another">;
      readonly expected: Expected;
      readonly name: string;
    }
  | { readonly kind: "of-another"; readonly expected: Expected; readonly name: string; readonly other: string }
  | { readonly kind: "stranger"; readonly path: string; readonly name: string }
  | { readonly kind: "damaged"; readonly path: string; readonly reason: string };

/** A record that is what its signatory confirmed. */
export type Right = { readonly expected: Expected; readonly record: ContactRecord };

/** What the whole of a contacts bag came to. */
export type Opened = {
  readonly findings: readonly Finding[];
  readonly right: number;
  /** records of people who have left since the bag was made; they were not opened */
  readonly leftSealed: number;
};

/**
 * Opens a contacts bag record by record and compares each with the ledger. The record of somebody who has left is passed
 * over unopened.
 *
 * @returns yields each record that is right, in the order of the bag; gives at its end what the whole came to
 * @throws LetterError `bag` when it belongs to another public bag
 */
export async function* openContacts(
  contacts: Bag,
  { bag, facts, ledger }: { bag: Bag; facts: PublicBagFacts; ledger: Pick<LedgerNow, "known" | "departed"> },
  unseal: Unseal,
  progress: (done: number, of: number) => void,
): AsyncGenerator<Right, Opened> {
  assertPair(contacts, bag, facts);
  const findings: Finding[] = contacts.problems.map((problem) => ({ kind: "damaged", ...problem }));
  if (contacts.paths.some(isSince) && (await readSinceOfBag(contacts, ledger.known)) === undefined)
    findings.push({
      kind: "damaged",
      path: SINCE_PATH,
      reason: "the ledger's checkpoint does not cover these entries",
    });
  const left = new Set(ledger.departed.map(({ id }) => id));
  const due = new Map(facts.expected.filter(({ id }) => !left.has(id)).map((one) => [one.id, one]));
  const [seen, paths] = [new Set<string>(), contacts.paths];
  let [right, leftSealed, last] = [0, 0, ""];
  for (const [i, path] of paths.entries()) {
    progress(i, paths.length);
    if (isSince(path)) continue;
    const id = contactId(path);
    if (id !== undefined && id < last) findings.push({ kind: "damaged", path, reason: "it is not in the right order" });
    last = id ?? last;
    if (id !== undefined && left.has(id)) {
      leftSealed++;
      continue;
    }
    const expected = id === undefined ? undefined : due.get(id);
    const found = await openRecord(contacts, path, unseal);
    if (expected === undefined) {
      findings.push({ kind: "stranger", path, name: typeof found === "string" ? "" : found.name });
      continue;
    }
    seen.add(expected.id);
    const problem = typeof found === "string" ? found : contactProblem(found, expected);
    if (problem === undefined && typeof found !== "string") {
      right++;
      yield { expected, record: found };
    } else findings.push(findingOf(problem!, expected, found));
  }
  for (const expected of due.values())
    if (!seen.has(expected.id)) findings.push({ kind: "missing", expected, name: expected.row.name });
  progress(paths.length, paths.length);
  return { findings, right, leftSealed };
}

function findingOf(kind: ContactProblem, expected: Expected, found: ContactRecord | string): Finding {
  const sealed = typeof found === "string" ? "" : found.name;
  // A swapped record holds the name of another signer; only the list says whose place it took.
  if (kind === "of-another") return { kind, expected, name: expected.row.name, other: sealed };
  return { kind, expected, name: expected.row.name || sealed };
}

async function openRecord(
  contacts: Bag,
  path: string,
  unseal: Unseal,
): Promise<ContactRecord | "not-opened" | "not-a-record"> {
  const plain = await unseal((await contacts.read(path))!);
  if (plain === undefined) return "not-opened";
  try {
    return parseContactRecord(plain);
  } catch {
    return "not-a-record";
  }
}

/**
 * Why two bags cannot be opened together. `campaign`: they are of two ledgers; `handover`: of two handovers of one;
 * `file`: the public bag is of the same handover, but another file than the one that was handed over.
 */
export type PairProblem = "not-contacts" | "damaged" | "campaign" | "handover" | "file";

/** Compares what a contacts bag says of the public bag that it belongs to; undefined when it is this one. */
export function pairProblem(contacts: Bag, bag: Bag, { handover, verified }: PublicBagFacts): PairProblem | undefined {
  const said = (label: string) => contacts.info.get(label);
  const same =
    said("Handover-Tag") === handover.tag &&
    said("Ledger-Size") === String(verified.size) &&
    said("Ledger-Root") === verified.root;
  if (contacts.problems.length === 0 && !contacts.info.has("Public-Bag-Digest")) return "not-contacts";
  if (same && said("Public-Bag-Digest") === bag.digest) return undefined;
  if (damageOfInfo(contacts)) return "damaged";
  if (same) return "file";
  const origin = said("Ledger-Origin");
  return origin === undefined || origin === verified.checkpoint.origin ? "handover" : "campaign";
}

function damageOfInfo({ problems }: Bag): Bag["problems"][number] | undefined {
  return problems.find(({ path }) => path === "bag-info.txt");
}

function assertPair(contacts: Bag, bag: Bag, facts: PublicBagFacts): void {
  const problem = pairProblem(contacts, bag, facts);
  switch (problem) {
    case undefined:
      return;
    case "not-contacts":
      throw new LetterError(
        "bag",
        "the file given with --contacts is not a contacts bag: the name of one begins with contacts-",
      );
    case "damaged":
      throw new LetterError("bag", `the contacts bag is damaged: bag-info.txt ${damageOfInfo(contacts)?.reason}`);
    case "campaign":
    case "handover":
      throw new LetterError("bag", "the two bags do not belong together: take both from the same handover");
    case "file":
      throw new LetterError(
        "bag",
        "the public bag is of the same handover, but not the file that was handed over with this contacts bag: another program has packed it again, or it was made again. Take the .tar file as you received it",
      );
    default:
      problem satisfies never;
  }
}

/**
 * Returns how many records a key would have to open, and whether it opens any of them. One that opens nothing is most
 * likely another one: no report then says of everybody that the record was changed.
 */
export async function tryKey(
  contacts: Bag,
  departed: readonly Departed[],
  unseal: Unseal,
): Promise<{ records: number; fits: boolean }> {
  const left = new Set(departed.map(({ id }) => id));
  const paths = contacts.paths.filter((path) => {
    const id = contactId(path);
    return id !== undefined && !left.has(id);
  });
  const records = paths.length;
  for (const path of paths) if (await unseal((await contacts.read(path))!)) return { records, fits: true };
  return { records, fits: records === 0 };
}

function isSince(path: string): boolean {
  return path === SINCE_PATH || path === SINCE_CHECKPOINT_PATH;
}
