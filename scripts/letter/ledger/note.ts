import { LetterError } from "../bytes/error.ts";
import { sha256 } from "../bytes/hash.ts";
import { isSignedBy, type SigningKey, signingKey } from "../bytes/key.ts";

/** A key that checks signed notes: the name, the four bytes of its id, the 32 bytes of an Ed25519 public key. */
export type NoteVerifier = { readonly name: string; readonly id: Uint8Array; readonly publicKey: Uint8Array };
/** A key that signs notes under a name. */
export type NoteSigner = { readonly verifier: NoteVerifier; readonly key: SigningKey };

/** One signature line under a note; `bytes` is what follows the id. `exact`: its base64 is spelled as we would spell it. */
export type NoteSignature = {
  readonly name: string;
  readonly id: Uint8Array;
  readonly bytes: Uint8Array;
  readonly exact: boolean;
};

/** The name of a key: at least one character, no Unicode blank and no plus. Source: C2SP signed-note, Format. */
const NAME = "[^+\\p{White_Space}]+";

/** What an Ed25519 key signs: notes, or (C2SP tlog-cosignature) checkpoints of other logs with the time. */
export type KeyType = typeof NOTE_KEY | typeof COSIGNER_KEY;
const NOTE_KEY = 0x01;
/** The type of a key that cosigns checkpoints. */
export const COSIGNER_KEY = 0x04;

const VKEY = new RegExp(`^(${NAME})\\+([0-9a-f]{8})\\+([A-Za-z0-9+/]+=*)$`, "u");

/** Creates a verifier from a name and a key. Source: C2SP signed-note, key ID = SHA-256(name ‖ 0A ‖ type ‖ key)[:4]. */
export function noteVerifier(name: string, publicKey: Uint8Array, type: KeyType = NOTE_KEY): NoteVerifier {
  if (!new RegExp(`^${NAME}$`, "u").test(name))
    throw new LetterError("note-name", "the name of a note's key has no blank and no plus");
  const id = sha256(name, "\n", Uint8Array.of(type), publicKey).subarray(0, 4);
  return { name, id, publicKey };
}

/** Formats the verifier as a vkey, `NAME+ID+KEY`. */
export function formatVkey(verifier: NoteVerifier, type: KeyType = NOTE_KEY): string {
  const key = Buffer.concat([Uint8Array.of(type), verifier.publicKey]).toString("base64");
  return `${verifier.name}+${Buffer.from(verifier.id).toString("hex")}+${key}`;
}

/** @throws LetterError `vkey` for another type of key, a wrong id, or a text that `formatVkey` does not write */
export function parseVkey(text: string, type: KeyType = NOTE_KEY): NoteVerifier {
  const match = VKEY.exec(text);
  const key = Buffer.from(match?.[3] ?? "", "base64");
  if (match?.[1] === undefined || key.length !== 33 || key[0] !== type) {
    throw new LetterError("vkey", "not a verifier key of the form NAME+ID+KEY with an Ed25519 key");
  }
  const verifier = noteVerifier(match[1], new Uint8Array(key.subarray(1)), type);
  if (formatVkey(verifier, type) !== text)
    throw new LetterError("vkey", "the id of the verifier key does not fit its name and key");
  return verifier;
}

/**
 * Whether a text is the verifier key of an algorithm that is not known here, such as ML-DSA-44 (C2SP signed-note and
 * tlog-cosignature): its id fits its name and key, and its type is none of ours.
 */
export function isVkeyOfOtherKind(text: string): boolean {
  const [, name = "", id, base64 = ""] = VKEY.exec(text) ?? [];
  const key = Buffer.from(base64, "base64");
  const [type = NOTE_KEY] = key;
  const isOther = type !== NOTE_KEY && type !== COSIGNER_KEY;
  return isOther && id === Buffer.from(sha256(name, "\n", key).subarray(0, 4)).toString("hex");
}

/** Creates a signer from a name and a 32-byte Ed25519 seed. */
export function noteSigner(name: string, seed: Uint8Array): NoteSigner {
  const key = signingKey(seed);
  return { key, verifier: noteVerifier(name, key.publicKey) };
}

/**
 * Signs a text as a note: text, a blank line, `— NAME base64(id ‖ signature)`. Source: C2SP signed-note.
 *
 * @param text must end with a line feed
 */
export function signNote(text: string, signer: NoteSigner): string {
  if (!text.endsWith("\n")) throw new LetterError("note", "the text of a note ends with a line feed");
  const signature = Buffer.concat([signer.verifier.id, signer.key.sign(Buffer.from(text, "utf8"))]).toString("base64");
  return `${text}\n— ${signer.verifier.name} ${signature}\n`;
}

/**
 * Returns the text of a note with a valid signature of this key. Signatures of unknown keys are ignored. A line that is
 * there again changes nothing, but none of this key may be bad.
 *
 * @throws LetterError `note` when it is malformed, unsigned by this key, or has a bad signature of it
 */
export function openNote(note: string, verifier: NoteVerifier): string {
  const { text, signatures } = parseNote(note);
  const signed = Buffer.from(text, "utf8");
  for (const bytes of signaturesOf(signatures, verifier))
    if (!isSignedBy(verifier.publicKey, signed, bytes)) {
      throw new LetterError(
        "note",
        "the signature of the note is wrong: its text was changed, or another key signed it",
      );
    }
  return text;
}

/**
 * Returns the text of a note and its signatures, which it does not verify.
 *
 * @throws LetterError `note` when it is malformed
 */
export function parseNote(note: string): { text: string; signatures: NoteSignature[] } {
  // Split at the last blank line: the text itself may hold blank lines.
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n") || hasControls(note)) throw new LetterError("note", "not a signed note");
  const lines = note.slice(split + 2, -1).split("\n");
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignature) };
}

/** Returns the signatures with the name and id of this key. @throws LetterError `note` when there is none */
export function signaturesOf(
  signatures: readonly NoteSignature[],
  { name, id }: NoteVerifier,
): [Uint8Array, ...Uint8Array[]] {
  const own = signatures.filter((one) => one.name === name && Buffer.compare(one.id, id) === 0);
  if (own.some(({ exact }) => !exact)) throw malformed();
  const [first, ...others] = own.map(({ bytes }) => bytes);
  if (!first) throw new LetterError("note", "the note is not signed by the expected key");
  return [first, ...others];
}

const SIGNATURE = new RegExp(`^— (${NAME}) ((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$`, "u");

function parseSignature(line: string): NoteSignature {
  const [, name, text = ""] = SIGNATURE.exec(line) ?? [];
  const bytes = Buffer.from(text, "base64");
  if (name === undefined || bytes.length < 5) throw malformed();
  return { name, id: bytes.subarray(0, 4), bytes: bytes.subarray(4), exact: bytes.toString("base64") === text };
}

function malformed(): LetterError {
  return new LetterError("note", "a malformed line of signatures");
}

function hasControls(note: string): boolean {
  return /[\u0000-\u0009\u000b-\u001f\ufffd]/.test(note);
}
