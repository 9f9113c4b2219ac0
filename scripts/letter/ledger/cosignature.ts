import { LetterError } from "../bytes/error.ts";
import { isSignedBy } from "../bytes/key.ts";
import { type NoteVerifier, parseNote, signaturesOf } from "./note.ts";

/** A witness's signature that a checkpoint continues everything it saw of the ledger before. */
export type Cosignature = {
  /** seconds since 1970, by the witness's clock */
  readonly time: number;
  /** the line under the checkpoint, with its line feed */
  readonly line: string;
};

/** Returns what a cosigner signs: `cosignature/v1`, `time SECONDS`, the checkpoint. Source: C2SP tlog-cosignature. */
export function cosignedMessage(text: string, time: number | bigint): Uint8Array {
  return Buffer.from(`cosignature/v1\ntime ${time}\n${text}`, "utf8");
}

/**
 * Opens the cosignature of this cosigner under a note: id, u64 of the time, 64 bytes of an Ed25519 signature. Lines of
 * other keys are ignored.
 *
 * @param cosigner a verifier of a key of type 04
 * @param now a cosignature from more than an hour after this moment is refused; the hour allows for wrong clocks
 * @throws LetterError `note` or `cosignature`
 */
export function openCosignature(note: string, cosigner: NoteVerifier, now: Date): Cosignature {
  const { text, signatures } = parseNote(note);
  const all = signaturesOf(signatures, cosigner).map((bytes) => openOne(Buffer.from(bytes), text, cosigner, now));
  // A witness that has cosigned it again said so later.
  return all.reduce((newest, one) => (one.time > newest.time ? one : newest));
}

function openOne(bytes: Buffer, text: string, cosigner: NoteVerifier, now: Date): Cosignature {
  if (bytes.length !== 72) throw new LetterError("cosignature", "the cosignature has not the length of one");
  const time = bytes.readBigUInt64BE();
  if (!isSignedBy(cosigner.publicKey, cosignedMessage(text, time), bytes.subarray(8)))
    throw new LetterError("cosignature", "the cosignature is wrong: it is of another checkpoint, time or key");
  if (time > BigInt(Math.floor(now.getTime() / 1000) + 3600))
    throw new LetterError("cosignature", "the cosignature is from the future: compare this machine's clock");
  const line = `— ${cosigner.name} ${Buffer.concat([cosigner.id, bytes]).toString("base64")}\n`;
  return { time: Number(time), line };
}
