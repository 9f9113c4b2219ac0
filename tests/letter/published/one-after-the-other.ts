import { parseBase64url } from "../../../scripts/letter/bytes/base64url.ts";
import { LetterError } from "../../../scripts/letter/bytes/error.ts";
import {
  decodeUtf8,
  failed,
  type Read,
  readRequired,
  textOf,
  withContext,
} from "../../../scripts/letter/bytes/read.ts";
import { isAttested } from "../../../scripts/letter/ledger/attestation.ts";
import { type LedgerFacts, openLedgerCheck } from "../../../scripts/letter/ledger/check.ts";
import { type Checkpoint, formatRoot, openCheckpoint } from "../../../scripts/letter/ledger/checkpoint.ts";
import { parseVkey } from "../../../scripts/letter/ledger/note.ts";
import { parseEntryBundle, partialTiles, tileLevels, tilePath } from "../../../scripts/letter/ledger/tile.ts";
import { type Hash, leafHash, treeRoot } from "../../../scripts/letter/ledger/tree.ts";
import { checkCount, readCount } from "../../../scripts/letter/published/count.ts";
import { checkLetters } from "../../../scripts/letter/published/letters.ts";
import { checkNames, nameKey } from "../../../scripts/letter/published/page-names.ts";
import { type PageCheck, startPageCheck } from "../../../scripts/letter/published/pages.ts";
import { listShardName, parseListShard } from "../../../scripts/letter/signature/list.ts";
import type { Totals } from "../../../scripts/letter/signature/record.ts";
import { publicCommitment } from "../../../scripts/letter/signature/row.ts";

/**
 * Verifies a published site in the plainest way: one file after the other, each entry and each row in its turn, all in
 * memory, nothing ahead. Whatever is done at once must come to the same, and name the same place.
 */
export async function verifyOneAfterTheOther(read: Read, vkey: string): Promise<Totals> {
  const note = textOf("ledger/checkpoint", await readRequired(read, "ledger/checkpoint"));
  const keys = JSON.parse(decodeUtf8(await readRequired(read, "keys.json"))) as { ledger: string; attestation: string };
  const checkpoint = withContext("ledger/checkpoint", () => openCheckpoint(note, parseVkey(vkey)));
  const facts = await readEntries(read, checkpoint, parseBase64url(keys.attestation, 32));
  const { languages } = await checkLetters(read, facts.editions);
  const pages = await startPageCheck(read, languages);
  const count = await readCount(read);
  const shown = await readRows(read, checkpoint.size, facts, pages);
  const totals = {
    ...{ accepted: facts.accepts.size, withdrawn: facts.withdrawn.size },
    ...{ listed: facts.accepts.size - facts.withdrawn.size, shown },
    ...{ size: checkpoint.size, root: formatRoot(checkpoint.root) },
  };
  checkCount(count, totals);
  await pages.finish({ totals, vkey: keys.ledger, batches: facts.batches });
  return totals;
}

async function readEntries(read: Read, { size, root }: Checkpoint, attestationKey: Uint8Array): Promise<LedgerFacts> {
  const check = openLedgerCheck((entry) => isAttested(entry, attestationKey));
  const leaves: Hash[] = [];
  const sizes: number[] = [];
  for (let start = 0; start < size; start += 256) {
    const width = Math.min(256, size - start);
    const path = `ledger/${tilePath("entries", start / 256, width)}`;
    const bundle = await readRequired(read, path);
    const entries = withContext(path, () => parseEntryBundle(bundle, width));
    for (const bytes of entries) leaves.push(leafHash(bytes));
    const here = leaves.slice(start);
    await checkTile(read, `ledger/${tilePath(0, start / 256, width)}`, here, (i) => `entry ${start + i} in ${path}`);
    const ends = entries.flatMap((bytes, i) =>
      withContext(`${path}: entry ${start + i}`, () => check.add(decodeUtf8(bytes))) ? [i + 1] : [],
    );
    for (const end of ends.filter((end) => end < width)) {
      await checkTile(read, `ledger/${tilePath(0, start / 256, end)}`, here.slice(0, end), (i) => `hash ${i}`);
      const old = `ledger/${tilePath("entries", start / 256, end)}`;
      const length = entries.slice(0, end).reduce((total, bytes) => total + 2 + bytes.length, 0);
      if (Buffer.compare(await readRequired(read, old), bundle.subarray(0, length)) !== 0)
        throw new LetterError("tile", `${old}: not the first ${end} entries of its bundle`);
    }
    sizes.push(...ends.map((end) => start + end));
  }
  const levels = tileLevels(leaves);
  const seen = new Set<string>();
  const above = [
    ...levels.flatMap((hashes, level) =>
      Array.from({ length: Math.ceil(hashes.length / 256) }, (_, number) => ({
        ...{ level, number, width: Math.min(256, hashes.length - number * 256) },
      })),
    ),
    ...sizes.flatMap(partialTiles),
  ].filter(({ level }) => level > 0);
  for (const { level, number, width } of above) {
    const path = `ledger/${tilePath(level, number, width)}`;
    const hashes = levels[level]?.slice(number * 256, number * 256 + width) ?? [];
    if (!seen.has(path)) await checkTile(read, path, hashes, (i) => `hash ${i}`);
    seen.add(path);
  }
  const found = treeRoot(leaves);
  if (Buffer.compare(found, root) !== 0) {
    const roots = `the root is ${formatRoot(root)}, but the ${size} entries give ${formatRoot(found)}`;
    throw new LetterError("ledger", `ledger/checkpoint: ${roots}`);
  }
  return withContext("ledger", () => check.finish());
}

async function checkTile(read: Read, path: string, hashes: readonly Hash[], what: (i: number) => string) {
  const tile = await readRequired(read, path);
  const wrong = hashes.findIndex((hash, i) => Buffer.compare(hash, tile.subarray(i * 32, i * 32 + 32)) !== 0);
  if (wrong >= 0) throw new LetterError("tile", `${path}: ${what(wrong)} does not have the hash that is in this tile`);
  if (tile.length !== hashes.length * 32)
    throw new LetterError("tile", `${path}: ${tile.length} bytes, not ${hashes.length * 32}`);
}

async function readRows(read: Read, size: number, { accepts, withdrawn }: LedgerFacts, pages: PageCheck) {
  const shown = { name: 0, initials: 0, hidden: 0, counted: 0 };
  for (let shard = 0; shard * 256 < size; shard++) {
    const path = `list/${listShardName(shard)}`;
    const bytes = await read(path);
    const rows = bytes === undefined ? [] : parseListShard(textOf(path, bytes), shard);
    for (const [i, row] of rows.entries()) {
      const accept = accepts.get(row.index);
      const reason = withdrawn.has(row.index)
        ? "the row was withdrawn and must not be on the list"
        : accept === undefined
          ? "the ledger has no accept at this index"
          : publicCommitment(row, accept.edition) !== accept.publicCommitment
            ? "the row does not open the commitment on the ledger: it was changed after it was accepted"
            : undefined;
      if (reason !== undefined) throw failed(`${path}: line ${i + 3} (index ${row.index}): ${reason}`);
      shown[row.shown]++;
      pages.due.delete(nameKey(row));
    }
    for (let index = shard * 256; index < Math.min(size, shard * 256 + 256); index++) {
      if (accepts.has(index) && !withdrawn.has(index) && !rows.some((row) => row.index === index))
        throw failed(`${path}: the row of the accepted entry ${index} is missing, and it was never withdrawn`);
    }
    for (const page of pages.pathsOf(shard)) {
      const html = await read(page);
      if (html === undefined) throw failed(`${page} is missing, though the list has that page`);
      checkNames(page, textOf(page, html), rows);
    }
  }
  return shown;
}
