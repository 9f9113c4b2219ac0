import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LetterError } from "../../letter/bytes/error.ts";
import { ledgerShardName, parseLedgerShard } from "../../letter/ledger/shards.ts";
import { TILE_WIDTH } from "../../letter/ledger/tile.ts";
import { formatListShard, listShardName } from "../../letter/signature/list.ts";
import { CHECKPOINT_PATH } from "../../letter/signature/record.ts";
import { decodeText } from "../../outside/git/object.ts";

/** A file of the ledger as it was read. */
export type LedgerFile = { readonly shard: number; readonly bytes: Uint8Array };

/** Yields the files of the ledger in the folder of a record, one after the other. */
export function* readLedgerFiles(signatures: string): Generator<LedgerFile> {
  for (let shard = 0; ; shard++) {
    const bytes = readIfAny(join(signatures, "ledger", ledgerShardName(shard)));
    if (bytes === undefined) return;
    yield { shard, bytes };
  }
}

/** Reads a file of the ledger that was there before. @throws LetterError `record` when it is gone */
export function readLedgerFile(signatures: string, shard: number): Uint8Array {
  const bytes = readIfAny(join(signatures, "ledger", ledgerShardName(shard)));
  if (bytes === undefined) throw new LetterError("record", `ledger/${ledgerShardName(shard)} is gone`);
  return bytes;
}

/** Returns the entries of a file of the ledger. @throws LetterError `text`, `ledger` */
export function entriesIn({ shard, bytes }: LedgerFile): string[] {
  return parseLedgerShard(decodeText(bytes, `signatures/ledger/${ledgerShardName(shard)}`), shard);
}

/** Reads a file of the list; a shard without a file has no rows. */
export function readListFile(signatures: string, shard: number): Uint8Array {
  return readIfAny(join(signatures, "accepted", listShardName(shard))) ?? NO_ROWS;
}

const NO_ROWS = Buffer.from(formatListShard([]));

/** Whether there is any file of the list. A list from which everybody has withdrawn still has its files. */
export function hasList(signatures: string): boolean {
  return filesBelow(join(signatures, "accepted")).some((name) => name.endsWith(".md"));
}

/** Reads the signed checkpoint; undefined before the first entry. */
export function readCheckpoint(signatures: string): string | undefined {
  const bytes = readIfAny(join(signatures, CHECKPOINT_PATH));
  return bytes && decodeText(bytes, `signatures/${CHECKPOINT_PATH}`);
}

/** Reads the text of each logged edition, by edition and language. */
export function readEditions(signatures: string): Map<string, Map<string, string>> {
  const editions = new Map<string, Map<string, string>>();
  for (const path of filesBelow(join(signatures, "editions"))) {
    const [, edition, lang] = /^([\w-]{43})\/([a-z]{2,3})\.md$/.exec(path) ?? [];
    if (edition === undefined || lang === undefined) continue;
    const text = decodeText(readFileSync(join(signatures, "editions", path)), `signatures/editions/${path}`);
    editions.set(edition, (editions.get(edition) ?? new Map<string, string>()).set(lang, text));
  }
  return editions;
}

/** Says that the ledger goes on after a file that is not full. @throws LetterError `record` */
export function assertFull(shard: number, width: number): void {
  if (width !== TILE_WIDTH) throw new LetterError("record", `ledger/${ledgerShardName(shard)} is not full`);
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => path.replaceAll("\\", "/"));
  } catch {
    return [];
  }
}

function readIfAny(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw cause;
  }
}
