import { describe, expect, it } from "vitest";
import { openCheckpoint } from "../../../scripts/letter/ledger/checkpoint.ts";
import { formatReceipt, isReceipt, openReceipt, parseReceipt } from "../../../scripts/letter/ledger/receipt.ts";
import { assertConsistency, leafHash } from "../../../scripts/letter/ledger/tree.ts";
import { consistencyProof, inclusionProof } from "../../../scripts/letter/ledger/tree-proof.ts";
import { inventedCampaign, ledger } from "../invented.ts";

const { main, checkpoints } = inventedCampaign(2, 12);
const { entries, checkpoint } = main.record;
const leaves = entries.map((line) => leafHash(line));
const receiptOf = (index: number) =>
  formatReceipt({ index, proof: inclusionProof(index, leaves), checkpoint: checkpoint! });

describe("a receipt", () => {
  it("proves each entry, and comes back as it was written", () => {
    for (const [index, entry] of entries.entries()) {
      const text = receiptOf(index);
      expect(isReceipt(text)).toBe(true);
      expect(formatReceipt(parseReceipt(text))).toBe(text);
      expect(openReceipt(parseReceipt(text), entry, ledger.verifier).size).toBe(entries.length);
    }
  });

  it("proves no other entry, at no other place, in no other tree", () => {
    const receipt = parseReceipt(receiptOf(5));
    expect(() => openReceipt(receipt, entries[6]!, ledger.verifier)).toThrow("proves another entry");
    expect(() => openReceipt({ ...receipt, index: 6 }, entries[5]!, ledger.verifier)).toThrow("proves another entry");
    const older = { ...receipt, checkpoint: checkpoints[1]! };
    expect(() => openReceipt(older, entries[5]!, ledger.verifier)).toThrow();
    const changed = { ...receipt, checkpoint: checkpoint!.replace(/^\d+$/m, "6") };
    expect(() => openReceipt(changed, entries[5]!, ledger.verifier)).toThrow("signature");
  });

  it("may carry extra data, which proves nothing", () => {
    const text = receiptOf(3).replace("\nindex", "\nextra aGVsbG8=\nindex");
    expect(openReceipt(parseReceipt(text), entries[3]!, ledger.verifier).size).toBe(entries.length);
  });

  it.each([
    ["another head", (text: string) => text.replace("@v1", "@v2")],
    ["no index", (text: string) => text.replace(/index \d+\n/, "")],
    ["an index with a zero before it", (text: string) => text.replace("index 3", "index 03")],
    [
      "a hash of 31 bytes",
      (text: string) => text.replace(/\n[\w+/]{43}=\n/, `\n${Buffer.alloc(31).toString("base64")}\n`),
    ],
    ["a hash in another spelling", (text: string) => text.replace("=\n", "\n")],
    ["CRLF", (text: string) => text.replaceAll("\n", "\r\n")],
    ["nothing behind the proof", (text: string) => text.slice(0, text.indexOf("\n\n"))],
  ])("is refused with %s", (_what, edit) => {
    expect(() => parseReceipt(edit(receiptOf(3)))).toThrow("not a receipt");
  });
});

describe("the proof that nothing was rewritten", () => {
  it("leads from each checkpoint to the last one, and from nothing to nothing", () => {
    const last = openCheckpoint(checkpoint!, ledger.verifier);
    for (const note of checkpoints) {
      const { size, root } = openCheckpoint(note, ledger.verifier);
      assertConsistency(size, root, last.size, last.root, consistencyProof(size, leaves));
    }
    expect(() => consistencyProof(0, leaves)).toThrow("no consistency proof");
    expect(() => consistencyProof(leaves.length + 1, leaves)).toThrow("no consistency proof");
    expect(() => inclusionProof(leaves.length, leaves)).toThrow("outside the tree");
  });
});
