import { isBase64url } from "../bytes/base64url.ts";
import { LetterError } from "../bytes/error.ts";
import { formatTileNumber, TILE_WIDTH } from "../ledger/tile.ts";
import { type PublicFields, parsePublicFields } from "./row.ts";
import { formatTable, parseTable } from "./table.ts";

/** A live row of the list: the index of its accept entry, its public fields, its opening (base64url, 32 bytes). */
export type ListRow = PublicFields & { readonly index: number; readonly opening: string };

const COLUMNS = ["index", "shown", "name", "lang", "place", "signed", "opening"] as const;

/** Returns the name of a shard below `signatures/accepted/` and `/list/`: `000.md`, `x001/234.md`. */
export function listShardName(shard: number): string {
  return `${formatTileNumber(shard)}.md`;
}

/** Returns the number of the shard that holds the row of an entry. */
export function shardOf(index: number): number {
  return Math.floor(index / TILE_WIDTH);
}

/** Formats one shard. When all its rows were withdrawn, it is a table without rows. */
export function formatListShard(rows: readonly ListRow[]): string {
  return formatTable(
    COLUMNS,
    rows.map((row) => COLUMNS.map((column) => String(row[column]))),
  );
}

/** @throws LetterError `list`, `table` or `row` naming the shard, the line and the rule */
export function parseListShard(text: string, shard: number): ListRow[] {
  const where = `list/${listShardName(shard)}`;
  let last = -1;
  return parseTable(COLUMNS, text, where).map((cells, i) => {
    const [index = "", shown = "", name = "", lang = "", place = "", signed = "", opening = ""] = cells;
    const at = `${where}: line ${i + 3}`;
    if (!/^(0|[1-9]\d{0,14})$/.test(index) || shardOf(Number(index)) !== shard || Number(index) <= last) {
      throw new LetterError("list", `${at}: the index is malformed, out of order or of another shard`);
    }
    last = Number(index);
    if (!isBase64url(opening, 32)) throw new LetterError("list", `${at}: opening is not 32 bytes in base64url`);
    return { index: last, ...parsePublicFields({ shown, name, lang, place, signed }, at), opening };
  });
}
