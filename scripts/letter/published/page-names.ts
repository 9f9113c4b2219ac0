import { failed } from "../bytes/read.ts";
import type { ListRow } from "../signature/list.ts";
import { showsName } from "../signature/shown.ts";
import { between, decodeEntities, numbersIn } from "./page-words.ts";

/** A page as it was read; undefined when there is none. */
export type PageBytes = { readonly path: string; readonly bytes: Uint8Array | undefined };

type Shown = Pick<ListRow, "name" | "place"> & { readonly signed?: string };

const NAME = /<bdi class="who">([^<]*)<\/bdi>(?: <bdi class="at">([^<]*)<\/bdi>)?/;
const NAME_OR_DAY = new RegExp(`<time[^<>]* datetime="([^"]*)"|${NAME.source}`, "g");
/** Matches the end of a name list's tag, and the only content such a list may have: items of one name each. */
const ROLL = new RegExp(`^[^"]*">\\s*(?:<li[^>]*>${NAME.source}</li>\\s*)*$`);

/** Returns the names on a page, each with the day that precedes it. */
export function namesOn(html: string): Shown[] {
  let signed = "";
  const names: Shown[] = [];
  for (const [, day, name, place] of html.matchAll(NAME_OR_DAY)) {
    if (day !== undefined) signed = day;
    else names.push({ name: decodeEntities(name ?? ""), place: decodeEntities(place ?? ""), signed });
  }
  return names;
}

/** Returns the name and the place of a row or of a name on a page, to compare them. */
export function nameKey({ name, place }: Shown): string {
  return `${name}|${place}`;
}

/**
 * Checks that a page of the list shows its names, day by day, and nothing else among them.
 *
 * @throws LetterError `verify` naming the page
 */
export function checkNames(path: string, html: string, rows: readonly ListRow[]): void {
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
