import { describe, expect, it } from "vitest";
import { signCheckpoint } from "../../../scripts/letter/ledger/checkpoint.ts";
import { formatReceipt } from "../../../scripts/letter/ledger/receipt.ts";
import { leafHash, treeRoot } from "../../../scripts/letter/ledger/tree.ts";
import { inclusionProof } from "../../../scripts/letter/ledger/tree-proof.ts";
import { verifyPublished } from "../../../scripts/letter/published/verification.ts";
import { inventedCampaign, ledger, readFrom, siteOf, vkey } from "../invented.ts";

const { main, checkpoints } = inventedCampaign(7, 45);
const { entries, checkpoint } = main.record;
const site = siteOf(main.record);
const leaves = entries.map((line) => leafHash(line));
const receipt = formatReceipt({ index: 270, proof: inclusionProof(270, leaves), checkpoint: checkpoint! });
const signed = (size: number, root: Uint8Array) => signCheckpoint({ origin: ledger.verifier.name, size, root }, ledger);
const since = (...texts: string[]) =>
  verifyPublished(readFrom(site), vkey, { kept: new Map(texts.map((text, i) => [`kept${i}`, text])) });

describe("what somebody kept", () => {
  it("is still there: each checkpoint that was ever signed, that of nothing, and a receipt", async () => {
    const { kept } = await since(
      ...checkpoints,
      signed(0, treeRoot([])),
      signed(256, treeRoot(leaves.slice(0, 256))),
      receipt,
    );
    expect(kept.length).toBe(checkpoints.length + 3);
    expect(kept.at(-1)?.receipt?.index).toBe(270);
  });

  it.each([
    ["the ledger was longer", () => signed(entries.length + 3, treeRoot(leaves)), "entries were taken out"],
    [
      "an early entry was another one",
      () => signed(12, treeRoot(leaves.with(4, leafHash("x")).slice(0, 12))),
      "rewritten",
    ],
    [
      "the last entry was another one",
      () => signed(entries.length, treeRoot(leaves.with(-1, leafHash("x")))),
      "rewritten",
    ],
    ["a ledger of nothing had a root", () => signed(0, treeRoot(leaves)), "rewritten"],
    ["the receipt is of another entry", () => receipt.replace("index 270", "index 271"), "proves another entry"],
    ["the checkpoint was changed", () => checkpoints[2]!.replace(/\n\d+\n/, "\n9\n"), "signature"],
    ["it is something else", () => "hello", "not a signed note"],
  ])("is not there when %s", async (_what, text, reason) => {
    await expect(since(checkpoints[0]!, text())).rejects.toThrow(new RegExp(`^kept1: .*${reason}`));
  });
});
