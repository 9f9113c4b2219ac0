import { parseEntry } from "../../letter/ledger/entry.ts";
import { publishedSizes } from "../../letter/ledger/outline.ts";
import { TILE_WIDTH } from "../../letter/ledger/tile.ts";
import { append, EMPTY_FRONTIER, type Hash, leafHash, rootOf, treeRoot } from "../../letter/ledger/tree.ts";
import { tilesAbove, tilesOfShard, widthsByShard } from "../../letter/published/files.ts";
import { listShardName, parseListShard } from "../../letter/signature/list.ts";
import { noAccept, type Totals } from "../../letter/signature/record.ts";
import { decodeText } from "../../outside/git/object.ts";
import { languagesOf, type SignedRow, type SiteContext } from "../views/context.ts";
import { NEWEST_ROWS, shardPage } from "../views/pages/signatures-page.ts";
import { takenDownPage } from "../views/pages/taken-down-page.ts";
import type { LedgerFacts, LedgerShard, LedgerSurvey } from "./ledger-survey.ts";
import { entriesIn, readLedgerFile, readListFile } from "./record-folder.ts";
import { digestOf, type SiteFile, type SiteFolder } from "./site-folder.ts";

/** What a site is written from, shard by shard. */
export type ListSource = {
  /** the folder of the record */
  readonly signatures: string;
  readonly survey: LedgerSurvey;
  readonly folder: SiteFolder;
  /** The whole list was taken down: there are no files of it. */
  readonly takenDown: boolean;
};

/** What came to light while the list was written. */
export type ListNumbers = {
  readonly root: Hash;
  readonly shown: Totals["shown"];
  /** how many live rows signed each edition */
  readonly byEdition: ReadonlyMap<string, number>;
};

type PageFacts = { readonly shown: Totals["shown"]; readonly editions: readonly (readonly [string, number])[] };

/**
 * Writes the tiles of the ledger, the files of the list and its numbered pages. It holds one shard in memory, and of the
 * others only numbers and the hash of each.
 *
 * @param site without what grows with the list: a numbered page must not change because there are more
 * @throws LetterError when a file of the record is not canonical
 */
export function writeList(source: ListSource, site: SiteContext): ListNumbers {
  const { survey, takenDown } = source;
  const shown = { name: 0, initials: 0, hidden: 0, counted: 0 };
  const byEdition = new Map<string, number>();
  const root = writeTiles(source);
  if (takenDown) return { root, shown, byEdition };
  const made = digestOf(JSON.stringify(site));
  for (const shard of survey.shards) {
    const facts = writeRows(source, shard, { site, made });
    for (const kind of ["name", "initials", "hidden", "counted"] as const) shown[kind] += facts.shown[kind];
    for (const [edition, count] of facts.editions) byEdition.set(edition, (byEdition.get(edition) ?? 0) + count);
  }
  return { root, shown, byEdition };
}

function writeTiles({ signatures, survey, folder }: ListSource): Hash {
  const sizes = publishedSizes(survey.outline);
  const widths = widthsByShard(sizes);
  const above: Hash[] = [];
  let last: readonly Hash[] = [];
  for (const { shard, digest, ...facts } of survey.shards) {
    const noted = folder.factsOf(`ledger/${shard}`, digest) as LedgerFacts | undefined;
    let root = noted?.root;
    // A shard that is not full is read again: its leaves belong to the root of the whole.
    const tiles = root === undefined ? readTiles(signatures, shard) : undefined;
    if (tiles && facts.width === TILE_WIDTH) root = Buffer.from(treeRoot(tiles.leaves)).toString("base64url");
    if (root === undefined) last = tiles?.leaves ?? [];
    else above.push(Buffer.from(root, "base64url"));
    folder.put(`ledger/${shard}`, { key: digest, facts: { ...facts, root } satisfies LedgerFacts }, () => []);
    const sized = widths.get(shard) ?? [];
    folder.put(`tiles/${shard}`, { key: digestOf(digest, sized.join(" ")), facts: undefined }, () =>
      tilesOfShard(shard, { ...(tiles ?? readTiles(signatures, shard)), widths: sized }),
    );
  }
  for (const [group, files] of Map.groupBy(tilesAbove(above, sizes), ([path]) => path.replace(/\.p\/\d+$/, "")))
    folder.put(group, { key: digestOf(...files.flat()), facts: undefined }, () => files);
  const [full, rest] = [append(EMPTY_FRONTIER, above), append(EMPTY_FRONTIER, last)];
  return rootOf({ size: survey.outline.size, peaks: [...full.peaks, ...rest.peaks] });
}

function readTiles(signatures: string, shard: number): { entries: readonly string[]; leaves: readonly Hash[] } {
  const entries = entriesIn({ shard, bytes: readLedgerFile(signatures, shard) });
  return { entries, leaves: entries.map(leafHash) };
}

/** Writes a file of the list, and its page in each language. */
function writeRows(
  { signatures, survey, folder }: ListSource,
  shard: LedgerShard,
  { site, made }: { site: SiteContext; made: string },
): PageFacts {
  const number = shard.shard + 1;
  const shards = survey.shards.length;
  const bytes = readListFile(signatures, shard.shard);
  const digest = digestOf(bytes);
  // A page names the text that each row signed, and leads to the page after it, if there is one.
  const texts = shard.editions.length > 1 ? shard.digest : (shard.editions[0] ?? "");
  const key = digestOf(made, texts, digest, String(number < shards));
  // Rows are compared with the entries again when there are other entries, even if no page changes.
  const isKnown = folder.factsOf(`ledger/${shard.shard}`, shard.digest) !== undefined;
  const noted = isKnown ? (folder.factsOf(`pages/${shard.shard}`, key) as PageFacts | undefined) : undefined;
  let rows = noted ? undefined : signedRows(signatures, shard, bytes);
  const facts = noted ?? countRows(rows ?? []);
  folder.put(`list/${shard.shard}`, { key: digest, facts: undefined }, () => [
    [`list/${listShardName(shard.shard)}`, bytes],
  ]);
  folder.put(`pages/${shard.shard}`, { key, facts }, function* (): Generator<SiteFile> {
    rows ??= signedRows(signatures, shard, bytes);
    for (const lang of languagesOf(site))
      yield [`${lang}/signatures/${number}/index.html`, shardPage(site, lang, { number, shards, rows })];
  });
  return facts;
}

/** Returns the rows of a file of the list with the edition that each signed. */
function signedRows(
  signatures: string,
  { shard, others, width, editions }: LedgerShard,
  bytes: Uint8Array,
): SignedRow[] {
  const rows = parseListShard(decodeText(bytes, `signatures/accepted/${listShardName(shard)}`), shard);
  const first = shard * TILE_WIDTH;
  const notAccepts = new Set(others.map(({ index }) => index));
  const [edition, ...more] = editions;
  // Only around a change of the letter do the entries have to be looked at one by one.
  const entries = more.length > 0 ? entriesIn({ shard, bytes: readLedgerFile(signatures, shard) }) : undefined;
  return rows.map((row) => {
    if (edition === undefined || notAccepts.has(row.index) || row.index >= first + width) throw noAccept(row);
    return { ...row, edition: entries ? editionOf(entries[row.index - first]) : edition };
  });
}

function editionOf(line = ""): string {
  const entry = parseEntry(line);
  return entry.kind === "accept" ? entry.edition : "";
}

function countRows(rows: readonly SignedRow[]): PageFacts {
  const shown = { name: 0, initials: 0, hidden: 0, counted: 0 };
  for (const row of rows) shown[row.shown]++;
  const editions = [...Map.groupBy(rows, ({ edition }) => edition)].map(
    ([edition, those]) => [edition, those.length] as const,
  );
  return { shown, editions };
}

/** Returns the newest rows of the list, the newest first. */
export function newestRows({ signatures, survey, takenDown }: Omit<ListSource, "folder">): SignedRow[] {
  const newest: SignedRow[] = [];
  if (takenDown) return newest;
  for (const shard of survey.shards.toReversed()) {
    newest.push(...signedRows(signatures, shard, readListFile(signatures, shard.shard)).toReversed());
    if (newest.length >= NEWEST_ROWS) break;
  }
  return newest.slice(0, NEWEST_ROWS);
}

/** Writes what is at the addresses of the numbered pages once the list was taken down. */
export function writeTakenDownPages({ survey, folder }: ListSource, site: SiteContext): void {
  const key = digestOf(JSON.stringify(site));
  for (const { shard } of survey.shards) {
    folder.put(`pages/${shard}`, { key, facts: undefined }, () =>
      languagesOf(site).map((lang): SiteFile => {
        const path = `signatures/${shard + 1}/`;
        return [`${lang}/${path}index.html`, takenDownPage(site, lang, path)];
      }),
    );
  }
}
