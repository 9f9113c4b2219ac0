import { describe, expect, inject, it } from "vitest";
import { cosignedMessage, openCosignature } from "../../../scripts/letter/ledger/cosignature.ts";
import { COSIGNER_KEY, noteSigner, noteVerifier, signNote } from "../../../scripts/letter/ledger/note.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { ledger } from "../invented.ts";

const random = fixedRandomness(`cosignature ${inject("seed")}`);
const { key } = noteSigner("w.example", random(32));
const witness = noteVerifier("w.example", key.publicKey, COSIGNER_KEY);
const text = `letter.example.org/ledger\n1\n${Buffer.from(random(32)).toString("base64")}\n`;
const note = signNote(text, ledger);
const now = new Date("2026-12-01T12:00:00Z");
const seconds = now.getTime() / 1000;

function line(time: number, of = text): string {
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE(BigInt(time));
  const bytes = Buffer.concat([witness.id, stamp, key.sign(cosignedMessage(of, time))]);
  return `— w.example ${bytes.toString("base64")}\n`;
}

describe("a cosignature", () => {
  it("may be there again, and of two times the later one is told, in any order", () => {
    const [old, fresh] = [line(seconds - 60), line(seconds)];
    for (const lines of [fresh, fresh + fresh, old + fresh, fresh + old])
      expect(openCosignature(note + lines, witness, now)).toEqual({ time: seconds, line: fresh });
  });

  it("counts for nothing beside a bad one of the same witness", () => {
    const bad = line(seconds - 60, `${text}x\n`);
    for (const lines of [bad + line(seconds), line(seconds) + bad])
      expect(() => openCosignature(note + lines, witness, now)).toThrow("the cosignature is wrong");
  });
});
