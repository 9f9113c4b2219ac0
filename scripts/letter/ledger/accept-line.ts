import { charactersOf, decodeBase64url, isBase64urlAt } from "../bytes/base64url.ts";

const [DIGEST, ATTESTATION] = [charactersOf(32), charactersOf(64)];
const HEAD = "undersigned/v1 accept ";
const [EDITION, PUBLIC] = [HEAD.length, HEAD.length + DIGEST + 1];
const [CONTACT, ATTESTED] = [PUBLIC + DIGEST + 1, PUBLIC + 2 * (DIGEST + 1)];

/** The length of each accept entry: only its values differ. */
const ACCEPT_LENGTH = ATTESTED + ATTESTATION;

/** The values of one accept entry after another, in bytes. */
export type AcceptLine = {
  edition: string;
  readonly publicCommitment: Uint8Array;
  readonly contactCommitment: Uint8Array;
};

/** A place for the values of accept entries. */
export function emptyAcceptLine(): AcceptLine {
  return { edition: "", publicCommitment: new Uint8Array(32), contactCommitment: new Uint8Array(32) };
}

/**
 * Reads the line of a text from `at` to `end` as an accept entry into `into`; false when it is not one that `parseEntry`
 * takes. It is `parseEntry` for a ledger of a million of them, and makes no object and, for one edition, no string.
 *
 * @param text the line in it is ASCII, or not an entry
 */
export function readAcceptLine(text: string, at: number, end: number, into: AcceptLine): boolean {
  if (end - at !== ACCEPT_LENGTH || !text.startsWith(HEAD, at)) return false;
  if (!(isBlank(text, at + PUBLIC - 1) && isBlank(text, at + CONTACT - 1) && isBlank(text, at + ATTESTED - 1)))
    return false;
  if (into.edition === "" || !text.startsWith(into.edition, at + EDITION)) {
    if (!isBase64urlAt(text, at + EDITION, 32)) return false;
    into.edition = text.slice(at + EDITION, at + EDITION + DIGEST);
  }
  return (
    decodeBase64url(text, at + PUBLIC, into.publicCommitment) &&
    decodeBase64url(text, at + CONTACT, into.contactCommitment) &&
    isBase64urlAt(text, at + ATTESTED, 64)
  );
}

function isBlank(text: string, at: number): boolean {
  return text.charCodeAt(at) === 0x20;
}
