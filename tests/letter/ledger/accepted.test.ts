import { describe, expect, it } from "vitest";
import { formatBase64url } from "../../../scripts/letter/bytes/base64url.ts";
import { openAccepted } from "../../../scripts/letter/ledger/accepted.ts";
import type { AcceptEntry } from "../../../scripts/letter/ledger/entry.ts";
import { fixedRandomness } from "../../support/fixtures.ts";

const random = fixedRandomness("accept entries");
const editions = [formatBase64url(random(32)), formatBase64url(random(32))];
const accept = (of: number, publicCommitment = random(32), contactCommitment = random(32)): AcceptEntry => ({
  kind: "accept",
  edition: editions[of % 2]!,
  publicCommitment: formatBase64url(publicCommitment),
  contactCommitment: formatBase64url(contactCommitment),
  attestation: "",
});

/** Commitments that all begin at the same slot, as somebody who knows the program can choose them. */
function crowding(): Uint8Array {
  const bytes = Buffer.from(random(32));
  let mixed = 0;
  for (let at = 0; at < 28; at += 4) mixed = Math.imul(mixed ^ bytes.readInt32LE(at), 0x9e3779b1);
  bytes.writeInt32LE(mixed ^ 0x1234567, 28);
  return new Uint8Array(bytes);
}

describe("the accept entries of a ledger", () => {
  it.each([
    ["whatever their commitments are", () => random(32)],
    ["also when all commitments want the same place", crowding],
  ])("are found by their index, and no commitment comes twice, %s", (_what, commitment) => {
    const accepted = openAccepted();
    const entries = Array.from({ length: 700 }, (_, i) => accept(i, commitment(), commitment()));
    for (const [i, entry] of entries.entries()) expect(accepted.add(3 * i + 2, entry)).toBe(true);
    expect(accepted.size).toBe(700);
    expect([...accepted.keys()]).toEqual(entries.map((_, i) => 3 * i + 2));
    for (const [i, { edition, publicCommitment }] of entries.entries()) {
      expect(accepted.get(3 * i + 2)).toEqual({ edition, publicCommitment });
      expect([accepted.has(3 * i + 2), accepted.has(3 * i + 1)]).toEqual([true, false]);
    }
    for (const { publicCommitment, contactCommitment } of [entries[0]!, entries[350]!, entries[699]!]) {
      for (const again of [publicCommitment, contactCommitment]) {
        expect(accepted.add(9000, { ...accept(0), publicCommitment: again })).toBe(false);
        expect(accepted.add(9000, { ...accept(0), contactCommitment: again })).toBe(false);
      }
    }
    const twin = random(32);
    expect(accepted.add(9000, accept(0, twin, twin))).toBe(false);
  });
});
