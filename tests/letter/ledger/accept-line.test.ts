import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { formatBase64url } from "../../../scripts/letter/bytes/base64url.ts";
import { LetterError } from "../../../scripts/letter/bytes/error.ts";
import { emptyAcceptLine, readAcceptLine } from "../../../scripts/letter/ledger/accept-line.ts";
import { commit } from "../../../scripts/letter/ledger/commitment.ts";
import { type Entry, formatEntry, parseEntry } from "../../../scripts/letter/ledger/entry.ts";
import { fixedRandomness } from "../../support/fixtures.ts";

const random = fixedRandomness("accept lines");
const dice = (sides: number) => Buffer.from(random(4)).readUInt32LE() % sides;
const text = (length: number) => formatBase64url(random(length));
const editions = [text(32), text(32)];

/** An entry, and often one with a letter changed, taken out or put in. */
function aLine(): string {
  const [edition, publicCommitment, contactCommitment, attestation] = [
    editions[dice(2)]!,
    text(32),
    text(32),
    text(64),
  ];
  const entries: Entry[] = [
    { kind: "accept", edition, publicCommitment, contactCommitment, attestation },
    { kind: "letter", edition },
    { kind: "withdraw", index: dice(1000) },
  ];
  const line = formatEntry(entries[Math.max(0, dice(6) - 3)]!);
  const at = dice(3) === 0 ? line.length - 1 - dice(3) : dice(line.length);
  const letter = "AEQaz09-_ =+/é|\r"[dice(16)]!;
  return [
    line,
    line,
    line.slice(0, at) + letter + line.slice(at + 1),
    line.slice(0, at) + line.slice(at + 1),
    line + letter,
  ][dice(5)]!;
}

const parsed = (line: string) => {
  try {
    return parseEntry(line);
  } catch (cause) {
    if (cause instanceof LetterError) return undefined;
    throw cause;
  }
};

describe("an accept entry in a shard of the ledger", () => {
  it("is read as it is parsed, and nothing else is", () => {
    const into = emptyAcceptLine();
    let accepts = 0;
    for (let time = 0; time < 4000; time++) {
      const line = aLine();
      const before = "x".repeat(dice(4));
      const entry = parsed(line);
      const isRead = readAcceptLine(`${before}${line}\n`, before.length, before.length + line.length, into);
      expect([line, isRead]).toEqual([line, entry?.kind === "accept"]);
      if (entry?.kind !== "accept") continue;
      accepts++;
      expect(into.edition).toBe(entry.edition);
      expect(formatBase64url(into.publicCommitment)).toBe(entry.publicCommitment);
      expect(formatBase64url(into.contactCommitment)).toBe(entry.contactCommitment);
    }
    expect(accepts).toBeGreaterThan(500);
  });
});

describe("a commitment", () => {
  it("is the HMAC-SHA-256 of its fields, whatever the lengths of key and fields are", () => {
    for (let time = 0; time < 300; time++) {
      const key = random(time < 130 ? time : 32);
      const fields = Array.from({ length: dice(5) }, () =>
        dice(2) ? "علی‌رضا é 王 x".repeat(dice(200)) : random(dice(300)),
      );
      const hmac = createHmac("sha256", key);
      for (const field of fields) {
        const bytes = Buffer.from(field as string);
        hmac.update(Buffer.of(bytes.length >> 8, bytes.length & 255)).update(bytes);
      }
      expect(formatBase64url(commit(key, fields))).toBe(hmac.digest("base64url"));
    }
  });
});
