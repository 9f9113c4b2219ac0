// Writes a ledger as it grows, for the client in Go: its files at every size, and nothing that Go could take on trust.
//
//   node tests/go/write-ledgers.ts FOLDER
//
// FOLDER/log/checkpoint.SIZE   the signed checkpoint of every size that was published
// FOLDER/log/files.SIZE        the files that a site of this size shows, one a line, for the sizes in FOLDER/sizes
// FOLDER/log/tile/…            all of them in one folder: no file may ever be written with other bytes
// FOLDER/log/INDEX.SIZE.tlog-proof
// FOLDER/site/…                a small site, whole
import { hash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { formatBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { attest } from "../../scripts/letter/ledger/attestation.ts";
import { signCheckpoint } from "../../scripts/letter/ledger/checkpoint.ts";
import { formatEntry } from "../../scripts/letter/ledger/entry.ts";
import { outlineOf, publishedSizes } from "../../scripts/letter/ledger/outline.ts";
import { formatReceipt } from "../../scripts/letter/ledger/receipt.ts";
import { append, EMPTY_FRONTIER, type Frontier, leafHash, rootOf } from "../../scripts/letter/ledger/tree.ts";
import { inclusionProof } from "../../scripts/letter/ledger/tree-proof.ts";
import { publishedFiles } from "../../scripts/letter/published/files.ts";
import { EMPTY_RECORD } from "../../scripts/letter/signature/record.ts";
import { edition, inventedCampaign, keys, ledger, service, siteOf, vkey } from "../letter/invented.ts";
import { fixedRandomness } from "../support/fixtures.ts";

const SIZES = [0, 1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 70_000];

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: write-ledgers.ts FOLDER");

const written = new Map<string, string>();
function write(path: string, content: string | Uint8Array): void {
  const file = join(folder!, path);
  const digest = hash("sha256", content);
  const before = written.get(file);
  if (before === digest) return;
  if (before !== undefined) throw new Error(`${path} was published before with other bytes`);
  written.set(file, digest);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

const random = fixedRandomness("ledgers for go");
function accept(): string {
  const entry = {
    edition,
    publicCommitment: formatBase64url(random(32)),
    contactCommitment: formatBase64url(random(32)),
  };
  return formatEntry({ kind: "accept", ...entry, attestation: attest(entry, service) });
}

/** Entries up to a size: batches of at most 200, so that each of the sizes is one that was published. */
function grow(entries: string[], size: number): void {
  while (entries.length < size) {
    const accepts = Math.min(200, size - entries.length - 1);
    entries.push(formatEntry({ kind: "batch", filed: accepts + 3, refused: 2, leftOut: 1 }));
    for (let i = 0; i < accepts; i++) entries.push(accept());
  }
}

function checkpointOf(tree: Frontier): string {
  return signCheckpoint({ origin: ledger.verifier.name, size: tree.size, root: rootOf(tree) }, ledger);
}

const entries: string[] = [];
for (const size of SIZES) {
  if (size === 1) entries.push(formatEntry({ kind: "letter", edition }));
  else grow(entries, size);
  const files: string[] = [];
  for (const [path, content] of publishedFiles({ ...EMPTY_RECORD, entries }, keys)) {
    if (!path.startsWith("ledger/tile/")) continue;
    files.push(path.replace("ledger/", ""));
    write(path.replace("ledger/", "log/"), content);
  }
  write(`log/files.${size}`, files.map((path) => `${path}\n`).join(""));
}
const leaves = entries.map((line) => leafHash(line));
const checkpoints = new Map<number, string>();
let tree = EMPTY_FRONTIER;
for (const size of [0, ...publishedSizes(outlineOf(entries))]) {
  tree = append(tree, leaves.slice(tree.size, size));
  checkpoints.set(size, checkpointOf(tree));
  write(`log/checkpoint.${size}`, checkpoints.get(size)!);
}
for (const size of SIZES.filter((one) => one > 0)) {
  for (const index of new Set([0, size >> 1, size - 1])) {
    const proof = inclusionProof(index, leaves.slice(0, size));
    write(`log/${index}.${size}.tlog-proof`, formatReceipt({ index, proof, checkpoint: checkpoints.get(size)! }));
  }
}
write("sizes", SIZES.map((size) => `${size}\n`).join(""));
write("vkey", `${vkey}\n`);
for (const [path, content] of siteOf(inventedCampaign(7, 45).main.record)) write(`site/${path}`, content);
