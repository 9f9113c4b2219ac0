import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import {
  assertProven,
  formatLeftFile,
  isLeftFile,
  type LeftFile,
  leftFileOf,
  parseLeftFile,
} from "../../../scripts/letter/handover/left-file.ts";
import { openCheckpoint, signCheckpoint } from "../../../scripts/letter/ledger/checkpoint.ts";
import { openContinuation } from "../../../scripts/letter/ledger/continuation.ts";
import { parseVkey } from "../../../scripts/letter/ledger/note.ts";
import { append, EMPTY_FRONTIER, leafHash, treeRoot } from "../../../scripts/letter/ledger/tree.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { root } from "../../support/source.ts";
import { inventedCampaign, ledger } from "../invented.ts";

const random = fixedRandomness(`left ${inject("seed")}`);
const all = Array.from({ length: 700 }, () => `undersigned/v1 withdraw ${Buffer.from(random(4)).readUInt32BE()}`);
const leaves = all.map(leafHash);
const origin = ledger.verifier.name;
const checkpointOf = (size: number) => signCheckpoint({ origin, size, root: treeRoot(leaves.slice(0, size)) }, ledger);
const fileOf = (from: number, size: number): LeftFile =>
  leftFileOf(all.slice(0, size), from, checkpointOf(size), "2026-12-24");
const bagOf = (size: number) => ({ size, root: treeRoot(leaves.slice(0, size)) });
const sizes = fc
  .tuple(fc.integer({ min: 1, max: all.length }), fc.integer({ min: 1, max: all.length }))
  .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

describe("the file that tells who has left", () => {
  it("comes back as it was written, and proves that the ledger continues the bag's, at all sizes", () => {
    fc.assert(
      fc.property(sizes, ([from, size]) => {
        const text = formatLeftFile(fileOf(from, size));
        const file = parseLeftFile(text);
        expect(isLeftFile(text)).toBe(true);
        expect(formatLeftFile(file)).toBe(text);
        expect(file.entries).toEqual(all.slice(from, size));
        assertProven(file, bagOf(from), ledger.verifier);
        const base = append(EMPTY_FRONTIER, leaves.slice(0, from));
        expect(openContinuation(base, file.checkpoint, file.entries, ledger.verifier).checkpoint.size).toBe(size);
      }),
      { numRuns: 40 },
    );
  });

  it("proves nothing about another ledger, whichever entry of it differs", () => {
    const cases = sizes.filter(([from, size]) => from < size).chain((both) => fc.tuple(fc.constant(both), fc.nat()));
    fc.assert(
      fc.property(cases, ([[from, size], at]) => {
        const file = fileOf(from, size);
        const other = leaves.slice(0, from).with(at % from, leafHash("another"));
        expect(() => assertProven(file, { size: from, root: treeRoot(other) }, ledger.verifier)).toThrow();
        const base = append(EMPTY_FRONTIER, other);
        expect(() => openContinuation(base, file.checkpoint, file.entries, ledger.verifier)).toThrow(
          "does not continue",
        );
        const changed = file.entries.with(at % file.entries.length, "undersigned/v1 withdraw 0");
        const own = append(EMPTY_FRONTIER, leaves.slice(0, from));
        expect(() => openContinuation(own, file.checkpoint, changed, ledger.verifier)).toThrow("does not continue");
        if (file.proof.length === 0) return;
        const proof = file.proof.with(at % file.proof.length, leafHash("another"));
        expect(() => assertProven({ ...file, proof }, bagOf(from), ledger.verifier)).toThrow();
        expect(() => assertProven({ ...file, proof: file.proof.slice(1) }, bagOf(from), ledger.verifier)).toThrow();
      }),
      { numRuns: 40 },
    );
  });

  it("is for a bag of one size, and says so", () => {
    expect(() => assertProven(fileOf(5, 9), bagOf(6), ledger.verifier)).toThrow(
      "made for a public bag of 5 entries, this one has 6",
    );
  });

  const { main, checkpoints } = inventedCampaign(2, 6);
  const { entries } = main.record;
  const from = openCheckpoint(checkpoints[1]!, ledger.verifier).size;
  const text = formatLeftFile(leftFileOf(entries, from, main.record.checkpoint!, "2026-12-24"));

  it.each<[string, (text: string) => string]>([
    ["another head", (text) => text.replace(" left", " gone")],
    ["no size", (text) => text.replace(/size \d+\n/, "")],
    ["size 0", (text) => text.replace(/size \d+/, "size 0")],
    ["a day that there is not", (text) => text.replace("2026-12-24", "2026-02-30")],
    ["a time", (text) => text.replace("2026-12-24", "2026-12-24T10:00:00Z")],
    ["an entry behind the proof", (text) => text.replace("\n\n", "\nundersigned/v1 withdraw 3\n\n")],
    ["a hash of 31 bytes", (text) => text.replace("\n\n", `\n${Buffer.alloc(31).toString("base64")}\n\n`)],
    ["a hash in another spelling", (text) => text.replace("=\n", "\n")],
    ["CRLF", (text) => text.replaceAll("\n", "\r\n")],
    ["no checkpoint", (text) => text.slice(0, text.indexOf("\n\n"))],
    ["nothing in it", () => ""],
  ])("is refused with %s", (_what, edit) => {
    expect(() => parseLeftFile(edit(text))).toThrow("not a whole file of npm run handover:left");
  });

  it("is refused when it was cut short anywhere", () => {
    const bag = { size: from, root: treeRoot(entries.slice(0, from).map(leafHash)) };
    assertProven(parseLeftFile(text), bag, ledger.verifier);
    for (let length = 0; length < text.length; length += 7)
      expect(() => assertProven(parseLeftFile(text.slice(0, length)), bag, ledger.verifier)).toThrow();
  });
});

describe("the example of signatures/README.md", () => {
  it("is such a file, for the first five of the worked entries", () => {
    const readme = readFileSync(join(root, "signatures/README.md"), "utf8");
    const example = /^```\n(undersigned\/v1 left\n[\s\S]*?)```$/m.exec(readme)?.[1] ?? "";
    const worked = JSON.parse(/^```json\n([\s\S]*?)^```$/m.exec(readme)?.[1] ?? "") as {
      vkey: string;
      entries: string[];
    };
    const known = worked.entries.slice(0, 5).map(leafHash);
    const file = parseLeftFile(example);
    assertProven(file, { size: 5, root: treeRoot(known) }, parseVkey(worked.vkey));
    expect(file.entries).toEqual(worked.entries.slice(5));
  });
});
