import { LetterError } from "../bytes/error.ts";
import { formatTileNumber, TILE_WIDTH } from "./tile.ts";

/** Names a shard below `signatures/ledger/`: `000.txt`, `x001/234.txt`. A file has up to 256 entries, one per line. */
export function ledgerShardName(shard: number): string {
  return `${formatTileNumber(shard)}.txt`;
}

/** Yields the shards of the ledger that hold entries from `from` on, as [name, text]. */
export function* formatLedgerShards(entries: readonly string[], from = 0): Generator<[string, string]> {
  for (let start = Math.floor(from / TILE_WIDTH) * TILE_WIDTH; start < entries.length; start += TILE_WIDTH) {
    const lines = entries.slice(start, start + TILE_WIDTH);
    yield [ledgerShardName(start / TILE_WIDTH), lines.map((line) => `${line}\n`).join("")];
  }
}

/** Returns the lines of one shard; `parseEntry` checks what they mean. @throws LetterError `ledger` */
export function parseLedgerShard(text: string, shard: number): string[] {
  const lines = text.split("\n");
  if (lines.pop() !== "" || lines.length === 0 || lines.length > TILE_WIDTH) throw notLines(shard);
  return lines;
}

/** Creates the error about a shard that is not made of lines. */
export function notLines(shard: number): LetterError {
  return new LetterError("ledger", `ledger/${ledgerShardName(shard)}: not 1 to 256 lines`);
}
