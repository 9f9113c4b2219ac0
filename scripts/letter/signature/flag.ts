import type { ListRow } from "./list.ts";
import { matchKey } from "./name.ts";
import type { PublicFields, Row } from "./row.ts";
import { showsName } from "./shown.ts";
import { holdsProfanity, looksLikeAddress, namesFigure } from "./watchwords.ts";

/** Why a moderator should look at a row. A flag is a hint and refuses no row. */
export type Flag = "on-list" | "twice" | "look-alike" | "mixed-scripts" | "figure" | "address" | "profanity" | "burst";

/** The context that the rows of a sheet are compared with. */
export type Surroundings = {
  /** the live rows of the list */
  readonly listed: readonly ListRow[];
  /** the ids of rows that came in a burst from one mail domain */
  readonly bursts: Pick<ReadonlySet<string>, "has">;
  /** the whole sheet looks like part of a flood */
  readonly quarantined?: boolean;
};

/** Returns the flags of the rows that show a name or initials, by id, without the rows that have none. */
export function flagRows(rows: readonly Row[], { listed, bursts }: Surroundings): Map<string, Flag[]> {
  const flags = new Map<string, Flag[]>();
  const [here, there] = [countLikenesses(rows), countLikenesses(listed)];
  for (const row of rows) {
    if (!showsName(row.shown)) continue;
    const found = [...likenessFlags(row, here, there), ...ownFlags(row)];
    if (bursts.has(row.id)) found.push("burst");
    if (found.length > 0) flags.set(row.id, found);
  }
  return flags;
}

function ownFlags({ name, place }: PublicFields): Flag[] {
  const texts = [name, place];
  return [
    ...(hasTwoScripts(name) ? (["mixed-scripts"] as const) : []),
    ...(/\p{L}\p{M}*\p{Nd}\p{L}/u.test(name) ? (["look-alike"] as const) : []),
    ...(namesFigure(name) ? (["figure"] as const) : []),
    ...(texts.some(looksLikeAddress) ? (["address"] as const) : []),
    ...(texts.some(holdsProfanity) ? (["profanity"] as const) : []),
  ];
}

type Likenesses = { readonly same: Map<string, number>; readonly alike: Map<string, Set<string>> };

function likenessFlags(row: PublicFields, here: Likenesses, there: Likenesses): Flag[] {
  if (row.shown !== "name") return [];
  const [same, look] = [sameKey(row), lookKey(row)];
  const alike = [here, there].some(({ alike }) => [...(alike.get(look) ?? [])].some((other) => other !== same));
  return [
    ...(there.same.has(same) ? (["on-list"] as const) : []),
    ...((here.same.get(same) ?? 0) > 1 ? (["twice"] as const) : []),
    ...(alike ? (["look-alike"] as const) : []),
  ];
}

/** Counts names only: many people share initials. */
function countLikenesses(rows: readonly PublicFields[]): Likenesses {
  const [same, alike] = [new Map<string, number>(), new Map<string, Set<string>>()];
  for (const row of rows) {
    if (row.shown !== "name") continue;
    const [key, look] = [sameKey(row), lookKey(row)];
    same.set(key, (same.get(key) ?? 0) + 1);
    alike.set(look, (alike.get(look) ?? new Set()).add(key));
  }
  return { same, alike };
}

function sameKey({ name, place }: PublicFields): string {
  return `${matchKey(name)}\n${matchKey(place)}`;
}

/**
 * Returns a key that names of one script share when they look the same in print.
 *
 * Folds a few classes in the manner of UTS #39, whose own skeleton is not for comparing names: it joins ه with o and ۱
 * with ا.
 */
function lookKey({ name, place }: PublicFields): string {
  const look = name
    .normalize("NFC")
    .replace(/(?<=\p{Script=Latin})0|0(?=\p{Script=Latin})/gu, "o")
    .replace(/(?<=\p{Script=Latin})1|1(?=\p{Script=Latin})|I(?=\p{Ll})/gu, "l")
    .replaceAll("rn", "m")
    .replaceAll("vv", "w")
    .replaceAll("ڪ", "ک")
    .replace(/[ہھە]/g, "ه")
    .replace(/[ۍێے]/g, "ی")
    .replaceAll("ں", "ن");
  return `${matchKey(look)}\n${matchKey(place)}`;
}

// Japanese and Korean write several scripts in one word. All scripts that are not listed count as one.
const SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Arabic}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Hebrew}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Georgian}/u,
  /\p{Script=Devanagari}/u,
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Hangul}]/u,
];

/** Whether a name has words of two scripts; `parseName` refuses two scripts within a word. */
function hasTwoScripts(name: string): boolean {
  const letters = name.match(/(?![\p{Script=Common}\p{Script=Inherited}])\p{L}/gu) ?? [];
  return new Set(letters.map((letter) => SCRIPTS.findIndex((script) => script.test(letter)))).size > 1;
}
