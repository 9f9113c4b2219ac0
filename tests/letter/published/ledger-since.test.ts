import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Read } from "../../../scripts/letter/bytes/read.ts";
import { signCheckpoint } from "../../../scripts/letter/ledger/checkpoint.ts";
import { noteSigner } from "../../../scripts/letter/ledger/note.ts";
import { formatEntryBundle, TILE_WIDTH, tilePath } from "../../../scripts/letter/ledger/tile.ts";
import { leafHash, treeRoot } from "../../../scripts/letter/ledger/tree.ts";
import { readLedgerSince } from "../../../scripts/letter/published/ledger-since.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { ledger } from "../invented.ts";

const all = Array.from({ length: 12 * TILE_WIDTH }, (_, i) => `undersigned/v1 withdraw ${i}`);
const origin = ledger.verifier.name;

/** A site that publishes the first `size` entries, and what is asked of it. */
function siteOf(size: number, signer = ledger) {
  const root = treeRoot(all.slice(0, size).map(leafHash));
  const files = new Map<string, Uint8Array>([
    ["ledger/checkpoint", Buffer.from(signCheckpoint({ origin: signer.verifier.name, size, root }, signer))],
  ]);
  for (let start = 0; start < size; start += TILE_WIDTH) {
    const entries = all.slice(start, Math.min(start + TILE_WIDTH, size));
    files.set(`ledger/${tilePath("entries", start / TILE_WIDTH, entries.length)}`, formatEntryBundle(entries));
  }
  const asked: string[] = [];
  let [now, most] = [0, 0];
  const read: Read = async (path) => {
    asked.push(path);
    most = Math.max(most, ++now);
    await new Promise((wake) => setImmediate(wake));
    now--;
    return files.get(path);
  };
  return { files, read, asked, atOnce: () => most };
}

describe("the entries of a published ledger since a size", () => {
  it("are all of those and no other, at the edges of bundles too", async () => {
    const edge = fc.constantFrom(1, 255, 256, 257, 511, 512, 513, 1000);
    await fc.assert(
      fc.asyncProperty(edge, edge, async (a, b) => {
        const [from, size] = [Math.min(a, b), Math.max(a, b)];
        const { since } = await readLedgerSince(siteOf(size).read, from, ledger.verifier);
        expect(since).toEqual(all.slice(from, size));
      }),
      { numRuns: 30 },
    );
  });

  it("are asked for alone, a few files at once", async () => {
    const site = siteOf(all.length);
    await readLedgerSince(site.read, 2 * TILE_WIDTH, ledger.verifier);
    expect(site.asked).toEqual([
      "ledger/checkpoint",
      ...Array.from({ length: 10 }, (_, i) => `ledger/${tilePath("entries", i + 2, TILE_WIDTH)}`),
    ]);
    expect(site.atOnce()).toBe(8);
    const unchanged = siteOf(300);
    await readLedgerSince(unchanged.read, 300, ledger.verifier);
    expect(unchanged.asked).toEqual(["ledger/checkpoint"]);
  });

  it("are refused of a smaller ledger, of another key, and where a file is missing or cut short", async () => {
    const since = (site: ReturnType<typeof siteOf>, from = 300) => readLedgerSince(site.read, from, ledger.verifier);
    await expect(since(siteOf(299))).rejects.toThrow("it has 299 entries, but 300 are known here");
    const stranger = noteSigner(origin, fixedRandomness("another ledger")(32));
    await expect(since(siteOf(400, stranger))).rejects.toThrow("not signed by the expected key");
    const missing = siteOf(600);
    missing.files.delete("ledger/tile/entries/002.p/88");
    await expect(since(missing)).rejects.toThrow("ledger/tile/entries/002.p/88 is missing");
    const cut = siteOf(600);
    const bundle = cut.files.get("ledger/tile/entries/001")!;
    cut.files.set("ledger/tile/entries/001", bundle.subarray(0, -1));
    await expect(since(cut)).rejects.toThrow("ledger/tile/entries/001: entry 255 of the bundle is cut short");
    const none = siteOf(600);
    none.files.delete("ledger/checkpoint");
    await expect(since(none)).rejects.toThrow("ledger/checkpoint is missing");
  });
});
