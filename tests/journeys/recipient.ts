import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { expect } from "vitest";
import { idOf, openingOf } from "../../scripts/letter/signature/derivation.ts";
import { SHOWN } from "../../scripts/letter/signature/shown.ts";
import { findCanaries, findCanariesIn } from "../support/canaries.ts";
import { parseCsv } from "../support/formulas.ts";
import type { Outcome } from "../support/servers/service.ts";
import { parseWorkbook } from "../support/workbook.ts";
import type { Signatory } from "./twelve.ts";

/** Runs a command that must do what it was asked for, and gives what it printed. */
export async function done(outcome: Promise<Outcome>): Promise<string> {
  const { stdout, stderr, code } = await outcome;
  expect(code, stdout + stderr).toBe(0);
  expect(stderr).not.toMatch(/^(error|warning):/m);
  return stdout;
}

/** Runs a command that must refuse, in one line, and gives that line. */
export async function refused(outcome: Promise<Outcome>): Promise<string> {
  const { stdout, stderr, code } = await outcome;
  expect(code, stdout + stderr).toBe(1);
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  return stderr;
}

/** A folder of a name that is not there yet. */
export function newFolder(...path: string[]): string {
  const folder = join(...path);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The folder that `handover:open` wrote has these people, each in the right file with the right cells, and no others. */
export function checkOpened(out: string, people: readonly Signatory[]): void {
  const named = people.filter(({ shown }) => shown !== "counted");
  const signatories = table(out, "signatories.csv");
  expect(
    pick(signatories, ["public_name", "sealed_name", "shown", "email", "email_opt_in", "place", "lang", "id"]),
  ).toEqual(
    sorted(
      named.map((person) => [
        ...[person.publicName, person.name, person.shown, person.email, "N", person.place, person.lang, idIn(person)],
      ]),
    ),
  );
  const imported = ["full_name", "public_name", "email", "country_code", "email_opt_in", "external_id"];
  expect(pick(table(out, "import.csv"), imported)).toEqual(
    sorted(named.map((one) => [one.name, one.publicName, one.email, one.country, "N", idIn(one)])),
  );
  const counted = people.filter(({ shown }) => shown === "counted");
  expect(pick(table(out, "counted.csv"), ["shown", "email", "id"])).toEqual(
    sorted(counted.map((one) => ["counted", one.email, idIn(one)])),
  );
  const [header = [], ...rows] = parseWorkbook(readFileSync(join(out, "signatories.xlsx")), "Signatories");
  expect(rows.map((row) => row[header.indexOf("id")]).sort()).toEqual(named.map(idIn).sort());

  const totals = table(out, "totals.csv");
  const sum = (rows: Row[]) => rows.reduce((all, { people: n }) => all + Number(n), 0);
  expect(sum(totals)).toBe(people.length);
  for (const shown of SHOWN)
    expect(sum(totals.filter((row) => row.shown === shown))).toBe(people.filter((one) => one.shown === shown).length);
  for (const code of new Set(people.map(({ country }) => country)))
    expect(sum(totals.filter((row) => row.country_code === code))).toBe(
      named.filter(({ country }) => country === code).length,
    );
  const published = table(out, "totals-public.csv");
  expect(published.find(({ by }) => by === "all")).toMatchObject({ people: String(people.length) });
}

/** Nothing of these people is in any file of these places, nor in a workbook among them. */
export function checkNoTrace(people: readonly Signatory[], places: readonly string[]): void {
  const openings = people.map(({ withdrawalCode }) => Buffer.from(openingOf(withdrawalCode)).toString("base64url"));
  checkFiles([...openings, ...secretsOf(people)], places);
}

/** Of these people, who are on the list without a name, nothing else is in any file of these places. */
export function checkNotNamed(people: readonly Signatory[], places: readonly string[]): void {
  checkFiles(secretsOf(people), places);
}

const secretsOf = (people: readonly Signatory[]) =>
  people.flatMap(({ name, place, email, withdrawalCode }) => [name, place, email, withdrawalCode]);

function checkFiles(secrets: readonly string[], places: readonly string[]): void {
  expect(findCanaries(secrets, places)).toEqual([]);
  for (const file of places.flatMap(filesIn).filter((path) => path.endsWith(".xlsx")))
    for (const [part, bytes] of Object.entries(unzipSync(readFileSync(file))))
      expect(findCanariesIn(secrets, part, strFromU8(bytes))).toEqual([]);
}

export const idIn = ({ withdrawalCode }: Signatory): string => idOf(openingOf(withdrawalCode));

type Row = Record<string, string>;

function table(out: string, name: string): Row[] {
  const [header = [], ...rows] = parseCsv(readFileSync(join(out, name), "utf8"));
  return rows.map((row) => Object.fromEntries(header.map((column, i) => [column, row[i] ?? ""])));
}

const pick = (rows: readonly Row[], columns: readonly string[]) =>
  sorted(rows.map((row) => columns.map((column) => row[column]!)));
const sorted = (rows: readonly string[][]) => rows.toSorted((a, b) => (a.join() < b.join() ? -1 : 1));

/** The running service removes old builds of the site: a folder that goes while it is read is looked for again. */
function filesIn(path: string): string[] {
  for (let left = 20; ; left--) {
    try {
      return readdirSync(path, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT" || left === 0 || !existsSync(path)) throw cause;
    }
  }
}
