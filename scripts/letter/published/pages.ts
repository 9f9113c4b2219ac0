import { failed, type Read, textOf } from "../bytes/read.ts";
import type { BatchEntry } from "../ledger/entry.ts";
import { peopleMark, peopleOf, type Totals } from "../signature/record.ts";
import { nameKey, namesOn } from "./page-names.ts";
import { numbersIn, wordsOf } from "./page-words.ts";

/** The facts that the pages with names and numbers must agree with. */
export type PageFacts = { readonly totals: Totals; readonly vkey: string; readonly batches: readonly BatchEntry[] };

/** Compares pages with what was verified. Both functions that check throw LetterError `verify` naming the page. */
export type PageCheck = {
  /** the names (`nameKey`) on the front pages that have not been found on the list yet, with their page */
  readonly due: Map<string, string>;
  /** the pages of one file of the list, one in each language */
  pathsOf(shard: number): string[];
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
    const others = ["index.html", "verify/index.html", "how/index.html", "press/index.html"].map((path) =>
      page(`${lang}/${path}`),
    );
    fronts.push(...[list, ...(await Promise.all(others))].filter((found) => found !== undefined));
  }
  const due = new Map<string, string>();
  for (const { path, html } of fronts) for (const name of namesOn(html)) due.set(nameKey(name), path);
  return {
    due,
    pathsOf: (shard) => withList.map((lang) => listPage(lang, shard)),
    async gone(number) {
      for (const lang of languages) {
        const found = await page(listPage(lang, number));
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

function listPage(lang: string, shard: number): string {
  return `${lang}/signatures/${shard + 1}/index.html`;
}

type Page = { readonly path: string; readonly html: string };
/** What only a page with rows of the list has: names, and the number of those whose name is not shown. */
const PART_OF_LIST = /<ul class="roll|<bdi class="who">|<p class="more">/;

const TOLD = /<data class="of-(\w+)" value="(\d+)">([^<]*)<\/data>/g;

/** The numbers that a page must show; any other number is optional. */
const NEEDED: Readonly<Record<string, readonly ("people" | "size")[]>> = {
  "index.html": ["people"],
  "signatures/index.html": ["people"],
  "press/index.html": ["people"],
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
