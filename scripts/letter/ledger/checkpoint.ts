import { LetterError } from "../bytes/error.ts";
import { type NoteSigner, type NoteVerifier, openNote, signNote } from "./note.ts";
import type { Hash } from "./tree.ts";

/** The state of a ledger at one moment: its origin, its size in entries and its root. */
export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Hash };

/** Signs a checkpoint as a note of three lines: origin, size, base64 of the root. Source: C2SP tlog-checkpoint. */
export function signCheckpoint(checkpoint: Checkpoint, signer: NoteSigner): string {
  return signNote(`${checkpoint.origin}\n${checkpoint.size}\n${formatRoot(checkpoint.root)}\n`, signer);
}

/**
 * Opens the checkpoint in a note that this key signed for this origin. Extension lines are ignored, but none
 * is empty (C2SP tlog-checkpoint, Note text).
 *
 * @throws LetterError `note` or `checkpoint`
 */
export function openCheckpoint(note: string, verifier: NoteVerifier, origin = verifier.name): Checkpoint {
  const [first, size = "", root = "", ...rest] = openNote(note, verifier).split("\n");
  if (first !== origin) throw new LetterError("checkpoint", "the checkpoint is of another ledger");
  if (!/^(0|[1-9]\d{0,14})$/.test(size) || rest.at(-1) !== "")
    throw new LetterError("checkpoint", "the size of the checkpoint is malformed");
  if (rest.slice(0, -1).includes(""))
    throw new LetterError("checkpoint", "the checkpoint has an empty line where only extension lines may follow");
  const hash = Buffer.from(root, "base64");
  if (hash.length !== 32 || hash.toString("base64") !== root)
    throw new LetterError("checkpoint", "the root of the checkpoint is malformed");
  return { origin, size: Number(size), root: new Uint8Array(hash) };
}

/** Formats a root for people to compare: standard base64. */
export function formatRoot(root: Hash): string {
  return Buffer.from(root).toString("base64");
}
