import { withAsciiDigits } from "../bytes/digits.ts";
import { failed, type Read, textOf } from "../bytes/read.ts";
import type { BatchEntry } from "../ledger/entry.ts";
import type { ListRow } from "../signature/list.ts";
import { peopleMark, peopleOf, type Totals } from "../signature/record.ts";
import { showsName } from "../signature/shown.ts";
import { between, decodeEntities, wordsOf } from "./page-words.ts";

/** The facts that the pages with names and numbers must agree with. */
export type PageFacts = { readonly totals: Totals; readonly vkey: string; readonly batches: readonly BatchEntry[] };

/** Compares pages with what was verified. Both functions throw LetterError `verify` naming the page. */
export type PageCheck = {
  /** checks the page of one file of the list, in each language */
  shard(number: number, rows: readonly ListRow[]): Promise<void>;
  /** checks that the page of a file that was taken down has no names left, if there is still a page */
  gone(number: number): Promise<void>;
  finish(facts: PageFacts): Promise<void>;
};

/**
 * Starts a check of the pages that people read: the pages of the list have exactly its names, day by day; every name on
 * the front pages is on the list; every number on a page is the computed one. A site may lack these pages, as a bag
 * does.
 */
export async function startPageCheck(read: Read, languages: readonly string[]): Promise<PageCheck> {
  const page = async (path: string) => {
    const bytes = await read(path);
    return bytes === undefined ? undefined : { path, html: textOf(path, bytes) };
  };
  const fronts: Page[] = [];
  const withList: string[] = [];
  for (const lang of languages) {
    const list = await page(`${lang}/signatures/index.html`);
    if (list) withList.push(lang);
    const others = ["index.html", "verify/index.html", "how/index.html"].map((path) => page(`${lang}/${path}`));
    fronts.push(...[list, ...(await Promise.all(others))].filter((found) => found !== undefined));
  }
  // Names on the front pages that have not been found on the list yet.
  const due = new Map<string, string>();
  for (const { path, html } of fronts) for (const name of namesOn(html)) due.set(nameKey(name), path);
  return {
    async shard(number, rows) {
      for (const row of rows) due.delete(nameKey(row));
      for (const lang of withList) {
        const path = `${lang}/signatures/${number + 1}/index.html`;
        const found = await page(path);
        if (found === undefined) throw failed(`${path} is missing, though the list has that page`);
        checkNames(path, found.html, rows);
      }
    },
    async gone(number) {
      for (const lang of languages) {
        const found = await page(`${lang}/signatures/${number + 1}/index.html`);
        if (found && PART_OF_LIST.test(found.html))
          throw failed(`${found.path}: it still shows a part of the list, which was taken down`);
      }
    },
    async finish(facts) {
      const [path] = due.values();
      if (path !== undefined) throw failed(`${path}: it has a name that is not on the list`);
      for (const { path, html } of fronts) checkNumbers(path, html, facts);
    },
  };
}

type Page = { readonly path: string; readonly html: string };
type Shown = Pick<ListRow, "name" | "place"> & { readonly signed?: string };

const NAME = /<bdi class="who">([^<]*)<\/bdi>(?: <bdi class="at">([^<]*)<\/bdi>)?/;
const NAME_OR_DAY = new RegExp(`<time[^<>]* datetime="([^"]*)"|${NAME.source}`, "g");
/** Matches the end of a name list's tag, and the only content such a list may have: items of one name each. */
const ROLL = new RegExp(`^[^"]*">\\s*(?:<li[^>]*>${NAME.source}</li>\\s*)*$`);

/** Returns the names on a page, each with the day that precedes it. */
function namesOn(html: string): Shown[] {
  let signed = "";
  const names: Shown[] = [];
  for (const [, day, name, place] of html.matchAll(NAME_OR_DAY)) {
    if (day !== undefined) signed = day;
    else names.push({ name: decodeEntities(name ?? ""), place: decodeEntities(place ?? ""), signed });
  }
  return names;
}

function nameKey({ name, place }: Shown): string {
  return `${name}|${place}`;
}

function checkNames(path: string, html: string, rows: readonly ListRow[]): void {
  const key = (row: Shown) => `${row.signed}|${nameKey(row)}`;
  const listed = rows.filter(({ shown }) => showsName(shown)).map(key);
  const shown = namesOn(html).map(key);
  for (const name of shown) {
    const at = listed.indexOf(name);
    if (at < 0)
      throw failed(`${path}: name ${shown.indexOf(name) + 1} on this page is not on the list as it stands here`);
    listed.splice(at, 1);
  }
  if (listed.length > 0) throw failed(`${path}: ${listed.length} of the names on the list are not on this page`);
  for (const roll of between(html, '<ul class="roll', "</ul>")) {
    if (!ROLL.test(roll)) throw failed(`${path}: there is something other than names of the list among them`);
  }
  const more = between(html, '<p class="more">', "</p>").map((text) => numbersIn(text)[0] ?? 1);
  const hidden = rows.filter((row) => !showsName(row.shown)).length;
  if (more.reduce((sum, n) => sum + n, 0) !== hidden)
    throw failed(`${path}: the number of those whose name is not shown is another than the list gives, ${hidden}`);
}

/** What only a page with rows of the list has: names, and the number of those whose name is not shown. */
const PART_OF_LIST = /<ul class="roll|<bdi class="who">|<p class="more">/;

const TOLD = /<data class="of-(\w+)" value="(\d+)">([^<]*)<\/data>/g;

/** The numbers that a page must show; any other number is optional. */
const NEEDED: Readonly<Record<string, readonly ("people" | "size")[]>> = {
  "index.html": ["people"],
  "signatures/index.html": ["people"],
  "verify/index.html": ["size"],
  "how/index.html": ["size"],
};

function checkNumbers(path: string, html: string, { totals, vkey, batches }: PageFacts): void {
  const facts = factsOf(totals);
  const told = [...html.matchAll(TOLD)];
  for (const [, of = "", value = "", text = ""] of told) {
    const words = numbersIn(text);
    if (Number(value) !== facts[of] || words.length !== 1 || words[0] !== facts[of])
      throw failed(`${path}: the number of “${of}” says ${text}, the ledger and the list give ${facts[of]}`);
  }
  const needed = (NEEDED[path.replace(/^[a-z]+\//, "")] ?? []).map((of) => (of === "people" ? peopleMark(totals) : of));
  for (const of of needed) {
    // A page need not show a zero.
    if (facts[of]! > 0 && !told.some(([, name]) => name === of))
      throw failed(`${path}: the number of “${of}” does not stand there`);
  }
  if (!needed.includes("size") || totals.size === 0) return;
  const words = wordsOf(html);
  if (!words.includes(totals.root)) throw failed(`${path}: the root of the ledger is not there`);
  if (!words.includes(vkey)) throw failed(`${path}: the key of the ledger is not there`);
  if (path.endsWith("/how/index.html")) checkBatches(path, html, batches);
}

/** The numbers that a page may name. Without a list, nothing about its rows can be said. */
function factsOf(totals: Totals): Readonly<Record<string, number>> {
  const { accepted, withdrawn, listed, size, shown, takenDown } = totals;
  const known = { accepted, withdrawn, size };
  return takenDown ? { ...known, people: peopleOf(totals) } : { ...known, listed, ...shown };
}

function checkBatches(path: string, html: string, batches: readonly BatchEntry[]): void {
  const rows = [...html.matchAll(/<tr><th scope="row">([^<]*)<\/th>((?:<td>[^<]*<\/td>){4})<\/tr>/g)];
  for (const [i, { filed, refused, leftOut }] of batches.entries()) {
    const cells = rows[i] ? numbersIn(`${rows[i][1]} ${rows[i][2]}`) : [];
    const wanted = [i + 1, filed, filed - refused - leftOut, refused, leftOut];
    if (cells.join() !== wanted.join()) throw failed(`${path}: batch ${i + 1} is told otherwise than in the ledger`);
  }
  if (rows.length > batches.length) throw failed(`${path}: more batches are told than the ledger has`);
}

/** Parses the numbers in a text, in ASCII, Persian or Arabic digits, grouped or not. */
function numbersIn(text: string): number[] {
  const latin = withAsciiDigits(wordsOf(text));
  return (latin.match(/\d+(?:[,٬]\d{3})*/g) ?? []).map((digits) => Number(digits.replace(/[,٬]/g, "")));
}
