import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Read } from "../../../scripts/letter/bytes/read.ts";
import { openCheckpoint } from "../../../scripts/letter/ledger/checkpoint.ts";
import { parseVkey } from "../../../scripts/letter/ledger/note.ts";
import { outlineOf, publishedSizes } from "../../../scripts/letter/ledger/outline.ts";
import { formatTileNumber, partialTiles, tilePath } from "../../../scripts/letter/ledger/tile.ts";
import { leafHash, treeRoot } from "../../../scripts/letter/ledger/tree.ts";
import { publishedFiles } from "../../../scripts/letter/published/files.ts";
import { readPublishedLedger } from "../../../scripts/letter/published/ledger.ts";
import { noVectors, readVector, vectorsDir } from "../../support/vectors.ts";
import { inventedCampaign, keys, ledger, readFrom, siteOf } from "../invented.ts";

describe.skipIf(noVectors)("Tessera's test log", () => {
  const verifier = parseVkey("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx");
  const folder = (path: string) => join(vectorsDir ?? "", "tessera-log", path);
  const read: Read = async (path) =>
    existsSync(folder(path)) ? new Uint8Array(readFileSync(folder(path))) : undefined;
  const checkpointAt = (name: string) => openCheckpoint(readVector(`tessera-log/${name}`).toString("utf8"), verifier);

  it.each(Array.from({ length: 16 }, (_, size) => size))("is read and checked at size %d", async (size) => {
    const seen: number[] = [];
    const checkpoint = checkpointAt(`checkpoint.${size}`);
    expect(checkpoint.size).toBe(size);
    await readPublishedLedger(read, "", checkpoint, { entry: (_bytes, index) => seen.push(index) });
    expect(seen).toEqual(Array.from({ length: size }, (_, index) => index));
  });

  it("is refused with a root of another size", async () => {
    const [five, six] = [checkpointAt("checkpoint.5"), checkpointAt("checkpoint.6")];
    await expect(readPublishedLedger(read, "", { ...five, root: six.root }, { entry: () => {} })).rejects.toThrow(
      "the root is",
    );
  });
});

describe("a published ledger", () => {
  const { main, checkpoints } = inventedCampaign(7, 45);
  const site = siteOf(main.record);
  const sizes = checkpoints.map((note) => openCheckpoint(note, ledger.verifier).size);

  it("is checked from each checkpoint that was ever signed", async () => {
    expect(main.record.entries.length).toBeGreaterThan(256);
    for (const note of checkpoints) {
      const checkpoint = openCheckpoint(note, ledger.verifier);
      const lines: string[] = [];
      await readPublishedLedger(readFrom(site), "ledger/", checkpoint, {
        entry: (bytes) => lines.push(Buffer.from(bytes).toString()),
      });
      expect(lines).toEqual(main.record.entries.slice(0, checkpoint.size));
    }
  });

  it("has the partial tiles of every size at which a checkpoint was signed", () => {
    const known = publishedSizes(outlineOf(main.record.entries));
    expect(sizes.filter((size) => !known.includes(size))).toEqual([]);
    for (const size of known) {
      for (const { level, number, width } of partialTiles(size)) {
        const tile = site.get(`ledger/${tilePath(level, number, width)}`);
        expect(tile?.length).toBe(32 * width);
        if (level > 0) continue;
        const leaves = main.record.entries.slice(number * 256, number * 256 + width).map((line) => leafHash(line));
        expect(Buffer.compare(Buffer.concat(leaves), tile!)).toBe(0);
        expect(site.has(`ledger/${tilePath("entries", number, width)}`)).toBe(true);
      }
    }
  });

  it("is refused when a tile of an older size is missing or another", async () => {
    const { verifier } = ledger;
    const last = openCheckpoint(main.record.checkpoint!, verifier);
    const old = openCheckpoint(checkpoints[3]!, verifier).size;
    const settled = new Set(publishedSizes(outlineOf(main.record.entries)));
    const check = (files: typeof site) =>
      readPublishedLedger(readFrom(files), "ledger/", last, { entry: (_bytes, index) => settled.has(index + 1) });
    await check(site);
    for (const path of [`ledger/tile/0/000.p/${old}`, `ledger/tile/entries/000.p/${old}`]) {
      await expect(check(new Map([...site].filter(([name]) => name !== path)))).rejects.toThrow(`${path} is missing`);
      const flipped = Buffer.from(site.get(path)!);
      flipped[40]! ^= 1;
      await expect(check(new Map(site).set(path, flipped))).rejects.toThrow(`${path}: `);
    }
  });

  it("publishes each file once", () => {
    const paths = [...publishedFiles(main.record, keys)].map(([path]) => path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths.filter((path) => !/^[a-zA-Z0-9_\-/.]+$/.test(path) || path.includes(".."))).toEqual([]);
  });
});

describe("a large log", () => {
  // Leaves that stand for entries: the tiles of three levels, and one hash that is wrong on each.
  const count = 65_536 + 300;
  const leaves = Array.from({ length: count }, (_, i) => leafHash(`entry ${i}`));
  const files = new Map<string, Uint8Array>();
  for (let level = 0, hashes = leaves; hashes.length > 0; level++) {
    const above = [];
    for (let number = 0; number * 256 < hashes.length; number++) {
      const part = hashes.slice(number * 256, number * 256 + 256);
      files.set(tilePath(level, number, part.length), Buffer.concat(part));
      if (part.length === 256) above.push(treeRoot(part));
      if (level > 0) continue;
      const entries = part.map((_, i) => Buffer.from(`entry ${number * 256 + i}`));
      const prefixed = entries.flatMap((entry) => [Buffer.from([0, entry.length]), entry]);
      files.set(tilePath("entries", number, part.length), Buffer.concat(prefixed));
    }
    hashes = above;
  }
  const checkpoint = { origin: "x", size: count, root: treeRoot(leaves) };

  it("has the tiles that the specification names", () => {
    expect(formatTileNumber(1_234_067)).toBe("x001/x234/067");
    expect(partialTiles(count)).toEqual([
      { level: 0, number: 257, width: 44 },
      { level: 1, number: 1, width: 1 },
      { level: 2, number: 0, width: 1 },
    ]);
    expect(partialTiles(65_536)).toEqual([{ level: 2, number: 0, width: 1 }]);
    expect(partialTiles(0)).toEqual([]);
  });

  it("is read, and a wrong hash is found on every level", async () => {
    const read = readFrom(files);
    await readPublishedLedger(read, "", checkpoint, { entry: () => {} });
    const refused = (reason: string) =>
      expect(readPublishedLedger(read, "", checkpoint, { entry: () => {} })).rejects.toThrow(reason);
    // Early tiles: what is wrong at the end is found after everything before it was read.
    for (const path of ["tile/0/003", "tile/entries/004", "tile/2/000.p/1"]) {
      const good = files.get(path)!;
      const flipped = Buffer.from(good);
      flipped[5]! ^= 1;
      files.set(path, flipped);
      await refused(path.replace("entries", "0"));
      files.set(path, Buffer.concat([good, Buffer.alloc(1)]));
      await refused(path);
      files.delete(path);
      await refused(`${path} is missing`);
      files.set(path, good);
    }
  });
});
