import { formatTileNumber, TILE_WIDTH } from "../ledger/tile.ts";

/** What readers take for a part of list, letter or count: below these, nothing may lie that was not checked. */
const CHECKED = /^(list\/|letter\/|[a-z]{2,3}\/(signatures\/(\d+\/)?)?index\.html$)/;

/**
 * Whether a file of a site's folder belongs to what was verified, or cannot be taken for a part of it.
 *
 * @param read the paths that verification has read
 * @param size the entries of the ledger
 */
export function belongs(path: string, read: ReadonlySet<string>, size: number): boolean {
  if (path.startsWith("ledger/")) return path === "ledger/checkpoint" || isTile(path, size);
  return read.has(path) || !CHECKED.test(path);
}

/** Whether a ledger of this size has, or once had, such a tile (C2SP tlog-tiles). */
function isTile(path: string, size: number): boolean {
  const match = /^ledger\/tile\/(entries|\d|[1-5]\d)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path);
  if (!match) return false;
  const [, level = "", name = "", partial] = match;
  const number = Number(name.replace(/[x/]/g, ""));
  const width = Number(partial ?? TILE_WIDTH);
  const nodes = Math.floor(size / TILE_WIDTH ** (level === "entries" ? 0 : Number(level)));
  const whole = partial === undefined || width < TILE_WIDTH;
  return whole && formatTileNumber(number) === name && number * TILE_WIDTH + width <= nodes;
}
