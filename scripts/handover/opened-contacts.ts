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
import type { Bag } from "../outside/bag/reader.ts";
import type { Unseal } from "../outside/seal/unseal.ts";
import type { PublicBagFacts } from "./public-bag-facts.ts";
import { type LedgerNow, readSinceOfBag } from "./since/ledger-now.ts";

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

function assertPair(contacts: Bag, bag: Bag, { handover, verified }: PublicBagFacts): void {
  const said = (label: string) => contacts.info.get(label);
  const same =
    said("Handover-Tag") === handover.tag &&
    said("Ledger-Size") === String(verified.size) &&
    said("Ledger-Root") === verified.root &&
    said("Public-Bag-Digest") === bag.digest;
  if (contacts.problems.length === 0 && !contacts.info.has("Public-Bag-Digest"))
    throw new LetterError(
      "bag",
      "the file given with --contacts is not a contacts bag: the name of one begins with contacts-",
    );
  const damage = contacts.problems.find(({ path }) => path === "bag-info.txt");
  if (!same && damage) throw new LetterError("bag", `the contacts bag is damaged: bag-info.txt ${damage.reason}`);
  if (!same) throw new LetterError("bag", "the two bags do not belong together: take both from the same handover");
}

function isSince(path: string): boolean {
  return path === SINCE_PATH || path === SINCE_CHECKPOINT_PATH;
}
