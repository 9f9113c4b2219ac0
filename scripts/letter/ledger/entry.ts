import { isBase64url } from "../bytes/base64url.ts";
import { LetterError } from "../bytes/error.ts";

/**
 * One entry of the ledger. All binary values are base64url of 32 bytes, an attestation of 64.
 *
 * ```
 * undersigned/v1 letter EDITION
 * undersigned/v1 batch FILED REFUSED LEFT-OUT
 * undersigned/v1 accept EDITION PUBLIC-COMMITMENT CONTACT-COMMITMENT ATTESTATION
 * undersigned/v1 withdraw INDEX
 * undersigned/v1 handover PUBLIC-BAG-DIGEST CONTACTS-BAG-DIGEST
 * undersigned/v1 purge CONTACTS-BAG-DIGEST
 * ```
 */
export type Entry =
  | { readonly kind: "letter"; readonly edition: string }
  | BatchEntry
  | AcceptEntry
  | { readonly kind: "withdraw"; readonly index: number }
  | { readonly kind: "handover"; readonly publicBag: string; readonly contactsBag: string }
  | { readonly kind: "purge"; readonly contactsBag: string };

/** A settled sheet of signatures. `refused`: by moderators; `leftOut`: withdrawn before, or decided elsewhere. */
export type BatchEntry = {
  readonly kind: "batch";
  readonly filed: number;
  readonly refused: number;
  readonly leftOut: number;
};

/** An accepted signature: commitments and the form service's attestation, no name and no time. */
export type AcceptEntry = {
  readonly kind: "accept";
  readonly edition: string;
  readonly publicCommitment: string;
  readonly contactCommitment: string;
  readonly attestation: string;
};

const LABEL = "undersigned/v1";

/** Formats the entry as its line without the line feed, which is hashed as a leaf. */
export function formatEntry(entry: Entry): string {
  switch (entry.kind) {
    case "letter":
      return `${LABEL} letter ${entry.edition}`;
    case "batch":
      return `${LABEL} batch ${entry.filed} ${entry.refused} ${entry.leftOut}`;
    case "accept":
      return `${attestedText(entry)} ${entry.attestation}`;
    case "withdraw":
      return `${LABEL} withdraw ${entry.index}`;
    case "handover":
      return `${LABEL} handover ${entry.publicBag} ${entry.contactsBag}`;
    case "purge":
      return `${LABEL} purge ${entry.contactsBag}`;
    default:
      return entry satisfies never;
  }
}

/** Returns what the form service signs: the accept entry up to, but without, the blank before the attestation. */
export function attestedText(entry: Omit<AcceptEntry, "kind" | "attestation">): string {
  return `${LABEL} accept ${entry.edition} ${entry.publicCommitment} ${entry.contactCommitment}`;
}

/** @throws LetterError `entry` for anything that `formatEntry` does not write */
export function parseEntry(line: string): Entry {
  const [label, kind, ...words] = line.split(" ");
  const entry = label === LABEL ? read(kind ?? "", words) : undefined;
  if (!entry || formatEntry(entry) !== line) throw new LetterError("entry", "not an entry of the ledger");
  return entry;
}

/** Whether a line of the ledger begins like an entry of this kind. The rest of the line is not checked. */
export function isOfKind(kind: Entry["kind"], line: string): boolean {
  return line.startsWith(`${LABEL} ${kind} `);
}

/** Parses the entries of one kind among lines of the ledger, in their order. @throws LetterError `entry` for a broken one */
export function entriesOf<K extends Entry["kind"]>(kind: K, lines: readonly string[]): Extract<Entry, { kind: K }>[] {
  return lines.filter((line) => isOfKind(kind, line)).map((line) => parseEntry(line) as Extract<Entry, { kind: K }>);
}

function read(kind: string, words: readonly string[]): Entry | undefined {
  const [first = "", second = "", third = "", fourth = ""] = words;
  switch (kind) {
    case "letter":
      return isDigest(first) ? { kind, edition: first } : undefined;
    case "batch":
      return words.every(isCount)
        ? { kind, filed: Number(first), refused: Number(second), leftOut: Number(third) }
        : undefined;
    case "accept":
      return isDigest(first) && isDigest(second) && isDigest(third) && isBase64url(fourth, 64)
        ? { kind, edition: first, publicCommitment: second, contactCommitment: third, attestation: fourth }
        : undefined;
    case "withdraw":
      return isCount(first) ? { kind, index: Number(first) } : undefined;
    case "handover":
      return isDigest(first) && isDigest(second) ? { kind, publicBag: first, contactsBag: second } : undefined;
    case "purge":
      return isDigest(first) ? { kind, contactsBag: first } : undefined;
    default:
      return undefined;
  }
}

function isDigest(word: string): boolean {
  return isBase64url(word, 32);
}

function isCount(word: string): boolean {
  return /^(0|[1-9]\d{0,14})$/.test(word);
}
