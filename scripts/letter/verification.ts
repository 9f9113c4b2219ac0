import { z } from "zod";
import { isAttested } from "./attestation.ts";
import { isBase64url, parseBase64url } from "./base64url.ts";
import { type Checkpoint, formatRoot, openCheckpoint } from "./checkpoint.ts";
import { editionOf } from "./edition.ts";
import { LetterError } from "./error.ts";
import { type LedgerFacts, startLedgerCheck } from "./ledger-check.ts";
import { missingFromPage } from "./letter-page.ts";
import { type ListRow, listShardName, parseListShard } from "./list.ts";
import { type NoteVerifier, parseVkey } from "./note.ts";
import { need, place, type Read, readPublishedLedger } from "./published-ledger.ts";
import type { Totals } from "./record.ts";
import { publicCommitment } from "./row.ts";
import { TILE_WIDTH } from "./tile.ts";

/** What verification found: all of it recomputed from the published files alone. */
export type Verified = Totals & {
  readonly checkpoint: Checkpoint;
  readonly verifier: NoteVerifier;
  /** pages of the current text that the site does not have, and that nobody could compare with it */
  readonly missingPages: readonly string[];
};

/**
 * Recomputes everything from what a site publishes: the signature of the checkpoint, the root over all entries, every
 * row against the accept entry at its index, every attestation, the withdrawals, the counts, the texts of all editions.
 *
 * @param vkey the ledger's key, pinned by the caller; without it the key is taken from the site
 * @param progress is told the entries checked so far and the size
 * @throws LetterError naming the file, the entry or the line, and the rule that is broken
 */
export async function verifyPublished(
  read: Read,
  vkey?: string,
  progress: (done: number, size: number) => void = () => {},
): Promise<Verified> {
  const note = text("ledger/checkpoint", await need(read, "ledger/checkpoint"));
  const keys = await readJson(read, "keys.json", Keys);
  const verifier = vkey === undefined ? inside("keys.json", () => parseVkey(keys.ledger)) : parseVkey(vkey);
  const checkpoint = inside("ledger/checkpoint", () => openCheckpoint(note, verifier));
  if (vkey !== undefined && keys.ledger !== vkey)
    throw failed("keys.json: the key of the ledger is another than the pinned one");

  const attestationKey = parseBase64url(keys.attestation, 32);
  const check = startLedgerCheck((entry) => isAttested(entry, attestationKey));
  await readPublishedLedger(read, "ledger/", checkpoint, (bytes, index) => {
    check.add(utf8.decode(bytes));
    if (index % TILE_WIDTH === 0) progress(index, checkpoint.size);
  });
  progress(checkpoint.size, checkpoint.size);
  const facts = inside("ledger", () => check.finish());
  const shown = await checkList(read, checkpoint.size, facts);
  const missingPages = await checkLetters(read, facts.editions);

  const totals: Totals = {
    accepted: facts.accepts.size,
    withdrawn: facts.withdrawn.size,
    listed: facts.accepts.size - facts.withdrawn.size,
    shown,
    size: checkpoint.size,
    root: formatRoot(checkpoint.root),
  };
  await checkCount(read, totals);
  return { ...totals, checkpoint, verifier, missingPages };
}

const Keys = z.object({ ledger: z.string(), attestation: z.string().refine((value) => isBase64url(value, 32)) });
const Editions = z.array(z.object({ edition: z.string(), languages: z.array(z.string().regex(/^[a-z]{2,3}$/)) }));

/** The list against the ledger: its indexes are {accept} − {withdraw}, each row opens the commitment at its index. */
async function checkList(read: Read, size: number, facts: LedgerFacts): Promise<Totals["shown"]> {
  const shown = { name: 0, initials: 0, hidden: 0, counted: 0 };
  for (let shard = 0; shard * TILE_WIDTH < size; shard++) {
    const path = `list/${listShardName(shard)}`;
    const bytes = await read(path);
    const rows = bytes === undefined ? [] : parseListShard(text(path, bytes), shard);
    for (const [i, row] of rows.entries()) {
      inside(`${path}: line ${i + 3} (index ${row.index})`, () => checkRow(row, facts));
      shown[row.shown]++;
    }
    const listed = new Set(rows.map((row) => row.index));
    for (let index = shard * TILE_WIDTH; index < Math.min(size, (shard + 1) * TILE_WIDTH); index++) {
      if (facts.accepts.has(index) && !facts.withdrawn.has(index) && !listed.has(index)) {
        throw failed(`${path}: the row of the accepted entry ${index} is missing, and it was never withdrawn`);
      }
    }
  }
  return shown;
}

function checkRow(row: ListRow, facts: LedgerFacts): void {
  const accept = facts.accepts.get(row.index);
  if (!accept) throw failed("the ledger has no accept at this index");
  if (facts.withdrawn.has(row.index)) throw failed("the row was withdrawn and must not stand on the list");
  if (publicCommitment(row, accept.edition) !== accept.publicCommitment) {
    throw failed("the row does not open the commitment on the ledger: it was changed after it was accepted");
  }
}

/** Every logged text gives its digest, and the pages of the current edition carry it; which of them are not there. */
async function checkLetters(read: Read, editions: readonly string[]): Promise<string[]> {
  const languagesOf = await readEditions(read, editions);
  let missingPages: string[] = [];
  for (const edition of editions) {
    const languages = languagesOf.get(edition) ?? ["en", "fa"];
    const texts = new Map<string, string>();
    for (const lang of languages) {
      const path = `letter/${edition}/${lang}.md`;
      const bytes = await read(path);
      const named = languagesOf.has(edition) ? ", which letter/editions.json names" : "";
      if (bytes === undefined) throw failed(`${path} is missing${named}`);
      texts.set(lang, text(path, bytes));
    }
    const found = inside(`letter/${edition}`, () => editionOf(texts));
    if (found !== edition) {
      throw failed(`letter/${edition}/: the text (${languages.join(", ")}) has the digest ${found}: it was changed`);
    }
    if (edition === editions.at(-1)) missingPages = await checkPages(read, texts);
  }
  return missingPages;
}

/** The languages of each edition by `letter/editions.json`, which names those of the ledger; a site may do without it. */
async function readEditions(read: Read, editions: readonly string[]): Promise<Map<string, string[]>> {
  const path = "letter/editions.json";
  const bytes = await read(path);
  if (bytes === undefined) return new Map();
  const known = new Map(parseJson(path, bytes, Editions).map((one) => [one.edition, one.languages]));
  const unknown = [...known.keys()].find((edition) => !editions.includes(edition));
  if (unknown !== undefined) throw failed(`${path}: the ledger has no edition ${unknown}`);
  const missing = editions.find((edition) => !known.has(edition));
  if (missing !== undefined) throw failed(`${path}: the edition ${missing} of the ledger is missing`);
  return known;
}

/** A digest says nothing about the page that people read. A site without such pages is a site of another make. */
async function checkPages(read: Read, texts: ReadonlyMap<string, string>): Promise<string[]> {
  const missingPages: string[] = [];
  for (const [lang, markdown] of texts) {
    const path = `${lang}/index.html`;
    const page = await read(path);
    if (page === undefined) {
      missingPages.push(path);
      continue;
    }
    const missing = missingFromPage(markdown, text(path, page));
    if (missing !== undefined) throw failed(`${path}: the letter (${missing}) does not stand there as in its text`);
  }
  return missingPages;
}

async function checkCount(read: Read, totals: Totals): Promise<void> {
  const shown = z.object({ name: z.number(), initials: z.number(), hidden: z.number(), counted: z.number() });
  const Count = z.object({
    accepted: z.number(),
    withdrawn: z.number(),
    listed: z.number(),
    shown,
    size: z.number(),
    root: z.string(),
  });
  const count = await readJson(read, "count.json", Count);
  for (const key of ["accepted", "withdrawn", "listed", "size", "root"] as const) {
    if (count[key] !== totals[key])
      throw failed(`count.json: ${key} says ${count[key]}, the ledger gives ${totals[key]}`);
  }
  for (const key of ["name", "initials", "hidden", "counted"] as const) {
    if (count.shown[key] !== totals.shown[key])
      throw failed(`count.json: shown.${key} says ${count.shown[key]}, the list gives ${totals.shown[key]}`);
  }
}

async function readJson<T>(read: Read, path: string, schema: z.ZodType<T>): Promise<T> {
  return parseJson(path, await need(read, path), schema);
}

function parseJson<T>(path: string, bytes: Uint8Array, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(utf8.decode(bytes)));
  } catch (cause) {
    throw new LetterError("verify", `${path}: not the JSON that belongs there`, { cause });
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function text(path: string, bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new LetterError("verify", `${path}: not UTF-8`, { cause });
  }
}

function inside<T>(where: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw place(where, cause);
  }
}

function failed(message: string): LetterError {
  return new LetterError("verify", message);
}
