import { sha256 } from "./derivation.ts";
import { LetterError } from "./error.ts";
import { isSignedBy, type SigningKey, signingKey } from "./key.ts";

/** A key that checks signed notes: the name, the four bytes of its id, the 32 bytes of an Ed25519 public key. */
export type NoteVerifier = { readonly name: string; readonly id: Uint8Array; readonly publicKey: Uint8Array };
/** A key that signs notes under a name. */
export type NoteSigner = { readonly verifier: NoteVerifier; readonly key: SigningKey };

const ED25519 = 0x01;

/** A verifier of a name and a public key. Source: C2SP signed-note, key ID = SHA-256(name ‖ 0A ‖ 01 ‖ key)[:4]. */
export function noteVerifier(name: string, publicKey: Uint8Array): NoteVerifier {
  if (name === "" || /[\s+]/u.test(name))
    throw new LetterError("note-name", "the name of a note's key has no blank and no plus");
  const id = sha256(name, "\n", Uint8Array.of(ED25519), publicKey).subarray(0, 4);
  return { name, id, publicKey };
}

/** The verifier as one text, `NAME+ID+KEY`, as it is printed, pinned and handed on ("vkey"). */
export function formatVkey(verifier: NoteVerifier): string {
  const key = Buffer.concat([Uint8Array.of(ED25519), verifier.publicKey]).toString("base64");
  return `${verifier.name}+${Buffer.from(verifier.id).toString("hex")}+${key}`;
}

/** @throws LetterError `vkey` for another type than Ed25519, a wrong id, or any other spelling */
export function parseVkey(text: string): NoteVerifier {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/u.exec(text);
  const key = Buffer.from(match?.[3] ?? "", "base64");
  if (match?.[1] === undefined || key.length !== 33 || key[0] !== ED25519) {
    throw new LetterError("vkey", "not a verifier key of the form NAME+ID+KEY with an Ed25519 key");
  }
  const verifier = noteVerifier(match[1], new Uint8Array(key.subarray(1)));
  if (formatVkey(verifier) !== text)
    throw new LetterError("vkey", "the id of the verifier key does not fit its name and key");
  return verifier;
}

/** A signer of a name and a 32-byte Ed25519 seed. */
export function noteSigner(name: string, seed: Uint8Array): NoteSigner {
  const key = signingKey(seed);
  return { key, verifier: noteVerifier(name, key.publicKey) };
}

/**
 * The text as a signed note: text, a blank line, `— NAME base64(id ‖ signature)`. Source: C2SP signed-note.
 *
 * @param text must end with a line feed
 */
export function signNote(text: string, signer: NoteSigner): string {
  if (!text.endsWith("\n")) throw new LetterError("note", "the text of a note ends with a line feed");
  const signature = Buffer.concat([signer.verifier.id, signer.key.sign(Buffer.from(text, "utf8"))]).toString("base64");
  return `${text}\n— ${signer.verifier.name} ${signature}\n`;
}

/**
 * The text of a note that carries a good signature of this verifier. Signatures of unknown keys are passed over.
 *
 * @throws LetterError `note` when it is malformed, unsigned by this key, or has a bad signature of it
 */
export function openNote(note: string, verifier: NoteVerifier): string {
  // The last blank line: a text may hold blank lines of its own.
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n") || hasControls(note)) throw new LetterError("note", "not a signed note");
  const text = note.slice(0, split + 1);
  const lines = note.slice(split + 2, -1).split("\n");
  let good = false;
  for (const line of lines) {
    const match = /^— ([^+\s]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
    const bytes = Buffer.from(match?.[2] ?? "", "base64");
    if (!match || bytes.length < 5 || bytes.toString("base64") !== match[2])
      throw new LetterError("note", "a malformed line of signatures");
    if (match[1] !== verifier.name || !bytes.subarray(0, 4).equals(verifier.id)) continue;
    if (good) throw new LetterError("note", "two signatures of the same key");
    if (!isSignedBy(verifier.publicKey, Buffer.from(text, "utf8"), bytes.subarray(4))) {
      throw new LetterError(
        "note",
        "the signature of the note is wrong: its text was changed, or another key signed it",
      );
    }
    good = true;
  }
  if (!good) throw new LetterError("note", "the note is not signed by the expected key");
  return text;
}

function hasControls(note: string): boolean {
  return /[\u0000-\u0009\u000b-\u001f\ufffd]/.test(note);
}
