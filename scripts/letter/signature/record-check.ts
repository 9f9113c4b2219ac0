import { decodeBase64url } from "../bytes/base64url.ts";
import { LetterError } from "../bytes/error.ts";
import { type Finder, openFinder } from "../bytes/finder.ts";
import { sha256Into } from "../bytes/hash.ts";
import { decodeUtf8 } from "../bytes/read.ts";
import { emptyAcceptLine, readAcceptLine } from "../ledger/accept-line.ts";
import type { OpenAccepted } from "../ledger/accepted.ts";
import { type LedgerCheck, openLedgerCheck } from "../ledger/check.ts";
import { isOfKind } from "../ledger/entry.ts";
import type { IndexedEntry } from "../ledger/outline.ts";
import { ledgerShardName, notLines } from "../ledger/shards.ts";
import { TILE_WIDTH } from "../ledger/tile.ts";
import { append, EMPTY_FRONTIER, type Frontier, type Hash, rootOf } from "../ledger/tree.ts";
import { type ListRow, parseListShard } from "./list.ts";
import { publicCommitmentInto } from "./row.ts";

/** What is kept of a record that was read once, shard by shard. */
export type RecordFacts = {
  readonly size: number;
  /** the rows on the list */
  readonly listed: number;
  /** whether any line begins like an accept */
  readonly hasAccepts: boolean;
  /** of the whole ledger */
  readonly frontier: Frontier;
  /** the root of each shard that is full */
  readonly tiles: Hash[];
  /** the lines of the last shard, if that is not full */
  readonly last: readonly string[];
  /** the entries that are not accepts */
  readonly others: IndexedEntry[];
  /** the indexes of the rows by SHA-256 of their openings, also of rows that were withdrawn */
  readonly byOpening: Finder;
  /** the accepts, and the indexes that were withdrawn: of all entries, unless a rule is broken */
  readonly accepts: OpenAccepted;
  readonly withdrawn: Set<number>;
  /** the first rule between entries that is broken */
  readonly broken: LetterError | undefined;
  /** whether each row opens the accept at its index and is not withdrawn, and no row is missing */
  readonly fits: boolean;
};

/**
 * Checks a record shard by shard, in their order: a shard of the ledger, then that of the list which has the rows of its
 * accepts.
 */
export type RecordCheck = {
  /** Adds a shard of the ledger, in UTF-8. @throws LetterError `record` or `ledger` when it is not canonical */
  addLedger(bytes: Uint8Array): void;
  /** Adds the shard of the list. @throws LetterError `list`, `table` or `row` when it is not canonical */
  addList(text: string): void;
  finish(): RecordFacts;
};

/**
 * Opens the check of a record: the root of its entries, the rules between them, without the attestations of the accepts,
 * and each row against its commitment. It holds the commitments, to see one that comes twice, and of all else only what
 * growing needs.
 */
export function openRecordCheck(): RecordCheck {
  const check = openLedgerCheck(() => true);
  const byOpening = openFinder();
  const others: IndexedEntry[] = [];
  const tiles: Hash[] = [];
  const accept = emptyAcceptLine();
  const edition = { text: "", bytes: new Uint8Array(32) };
  const [opening, digest] = [new Uint8Array(32), new Uint8Array(32)];
  let broken: LetterError | undefined;
  let [size, shards, listed, hasAccepts, opens] = [0, 0, 0, false, true];
  let last: string[] = [];
  let above = EMPTY_FRONTIER;
  let frontier = EMPTY_FRONTIER;
  // Whether a row was withdrawn is known at the end only.
  let isListed = new Uint8Array(2 ** 16);

  const addEntry = (text: string, bytes: Uint8Array, at: number, end: number) => {
    const isAccept = readAcceptLine(text, at, end, accept);
    const line = isAccept ? "" : decodeUtf8(bytes.subarray(at, end));
    if (isAccept || isOfKind("accept", line)) hasAccepts = true;
    else others.push({ index: size, line });
    size++;
    if (broken) return;
    try {
      if (isAccept) check.addAccept(accept);
      else check.add(line);
    } catch (cause) {
      if (!(cause instanceof LetterError)) throw cause;
      broken = cause;
    }
  };

  const doesOpen = (row: ListRow): boolean => {
    const accepted = check.accepts.bytesAt(row.index);
    if (accepted === undefined) return false;
    if (accepted.edition !== edition.text) {
      edition.text = accepted.edition;
      decodeBase64url(edition.text, 0, edition.bytes);
    }
    publicCommitmentInto(digest, row, opening, edition.bytes);
    return Buffer.compare(digest, accepted.publicCommitment) === 0;
  };

  return {
    addLedger(bytes) {
      const ends = lineEnds(bytes);
      if (size !== shards * TILE_WIDTH)
        throw new LetterError("record", `ledger/${ledgerShardName(shards - 1)} is not full`);
      if (ends.length === 0 || ends.length > TILE_WIDTH || ends.at(-1) !== bytes.length - 1) throw notLines(shards);
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
      let at = 0;
      for (const end of ends) {
        addEntry(text, bytes, at, end);
        at = end + 1;
      }
      shards++;
      const leaves = leavesOf(bytes, ends);
      if (ends.length === TILE_WIDTH) {
        const tile = rootOf(append(EMPTY_FRONTIER, leaves));
        tiles.push(tile);
        above = append(above, [tile]);
        frontier = { size: above.size * TILE_WIDTH, peaks: above.peaks };
        last = [];
      } else {
        frontier = append(frontier, leaves);
        last = decodeUtf8(bytes).split("\n").slice(0, -1);
      }
    },
    addList(text) {
      for (const row of parseListShard(text, shards - 1)) {
        decodeBase64url(row.opening, 0, opening);
        sha256Into(digest, 0, opening);
        byOpening.add(digest, row.index);
        listed++;
        while (row.index >= isListed.length) isListed = doubled(isListed);
        isListed[row.index] = 1;
        opens &&= doesOpen(row);
      }
    },
    finish() {
      broken ??= unfinished(check);
      const { accepts, withdrawn } = check;
      let fits = opens && listed === accepts.size - withdrawn.size;
      for (const index of withdrawn) if (isListed[index] === 1) fits = false;
      return {
        ...{ size, listed, hasAccepts, frontier, tiles, last, others, byOpening, broken, fits },
        ...{ accepts, withdrawn: new Set(withdrawn) },
      };
    },
  };
}

function unfinished(check: LedgerCheck): LetterError | undefined {
  try {
    check.finish();
    return undefined;
  } catch (cause) {
    if (!(cause instanceof LetterError)) throw cause;
    return cause;
  }
}

/** Returns the places of the line feeds. */
function lineEnds(bytes: Uint8Array): number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) ends.push(at);
  return ends;
}

const LF = 0x0a;
/** A shard with a zero before each line, as leaves are hashed. */
let prefixed = new Uint8Array(2 ** 16);

function leavesOf(bytes: Uint8Array, ends: readonly number[]): Hash[] {
  if (prefixed.length <= bytes.length) prefixed = new Uint8Array(2 * bytes.length + 1);
  prefixed[0] = 0;
  prefixed.set(bytes, 1);
  let at = 0;
  return ends.map((end) => {
    const leaf = new Uint8Array(32);
    sha256Into(leaf, 0, prefixed.subarray(at, end + 1));
    at = end + 1;
    prefixed[at] = 0;
    return leaf;
  });
}

function doubled(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const more = new Uint8Array(bytes.length * 2);
  more.set(bytes);
  return more;
}
