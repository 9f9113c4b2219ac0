import { LetterError } from "../bytes/error.ts";
import { isSignedBy } from "../bytes/key.ts";
import { type NoteVerifier, parseNote, signatureOf } from "./note.ts";

/** A witness's word that a checkpoint continues all it saw of the ledger before. */
export type Cosignature = {
  /** seconds since 1970, as the witness's clock said */
  readonly time: number;
  /** the line as it stands under the checkpoint, with its line feed */
  readonly line: string;
};

/** What a cosigner signs: `cosignature/v1`, `time SECONDS`, the text of the checkpoint. Source: C2SP tlog-cosignature. */
export function cosignedMessage(text: string, time: number | bigint): Uint8Array {
  return Buffer.from(`cosignature/v1\ntime ${time}\n${text}`, "utf8");
}

/**
 * The cosignature of this cosigner under a note: id, u64 of the time, 64 bytes of an Ed25519 signature. Lines of other
 * keys are passed over.
 *
 * @param cosigner a verifier of a key of type 04
 * @param now a cosignature from after this moment, with an hour for clocks that go wrong, is refused
 * @throws LetterError `note` or `cosignature`
 */
export function openCosignature(note: string, cosigner: NoteVerifier, now: Date): Cosignature {
  const { text, signatures } = parseNote(note);
  const bytes = Buffer.from(signatureOf(signatures, cosigner));
  if (bytes.length !== 72) throw new LetterError("cosignature", "the cosignature has not the length of one");
  const time = bytes.readBigUInt64BE();
  if (!isSignedBy(cosigner.publicKey, cosignedMessage(text, time), bytes.subarray(8)))
    throw new LetterError("cosignature", "the cosignature is wrong: it is of another checkpoint, time or key");
  if (time > BigInt(Math.floor(now.getTime() / 1000) + 3600))
    throw new LetterError("cosignature", "the cosignature is from the future: compare this machine's clock");
  const line = `— ${cosigner.name} ${Buffer.concat([cosigner.id, bytes]).toString("base64")}\n`;
  return { time: Number(time), line };
}
