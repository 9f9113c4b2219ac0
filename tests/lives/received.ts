import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { openHandover } from "../../scripts/handover/open-handover.ts";
import { initialsOf } from "../../scripts/letter/signature/name.ts";
import { parseCsv } from "../support/formulas.ts";
import { idOfPerson, type Person, tracesOf } from "./person.ts";
import { assertNoTrace, filesOf } from "./search.ts";
import type { Received, World } from "./world.ts";

type Counts = Awaited<ReturnType<typeof openHandover>>["counts"];

/** Checks what the recipient has opened: nobody who left, everybody else, and what may be printed of them. */
export function checkOpened({ people }: World, one: Received, counts: Counts, resealed: boolean): void {
  const inBag = one.people.map((number) => people[number]!);
  const left = inBag.filter(({ stage }) => stage === "left");
  const right = inBag.filter(({ stage, number }) => stage !== "left" && one.records.includes(number));
  if (counts.left.length !== left.length || counts.right !== right.length)
    throw new Error(
      `opened ${counts.right} and ${counts.left.length} have left, and not ${right.length} and ${left.length}`,
    );
  const gone = people.filter(({ stage }) => stage === "left");
  const ids = ({ code }: Person) => code !== "";
  // The ids of sealed records are the names of their files.
  const traces = gone.map((person) => ({
    person,
    bytes: [...tracesOf(person), ...(ids(person) ? [Buffer.from(idOfPerson(person))] : [])],
  }));
  const files = filesOf(one.out, []);
  const isBag = ({ where }: { where: string }) => where.endsWith(".tar");
  assertNoTrace(
    traces,
    files.filter((file) => !isBag(file)).map((file) => ({ ...file, bytes: withoutReport(file) })),
  );
  if (resealed) assertNoTrace(traces, files.filter(isBag));
  checkPublicNames(one, right);
}

/** The report names by their ids those who have left, since the recipient has to find them in its own database. */
function withoutReport({ where, bytes }: { where: string; bytes: Buffer }): Buffer {
  const text = /report-\w+\.txt$/.test(where) ? bytes.toString("utf8").replace(/\b[0-9a-hjkmnp-tv-z]{26}\b/g, "") : "";
  return text === "" ? bytes : Buffer.from(text);
}

/** Only the column for it may be printed: a full name is there only for people who chose to show it. */
function checkPublicNames(one: Received, right: readonly Person[]): void {
  const [head = [], ...cells] = parseCsv(readFileSync(join(one.out, "signatories.csv"), "utf8"));
  const rows = cells.map((row) => Object.fromEntries(row.map((cell, i) => [head[i]!, cell])));
  for (const person of right.filter(({ shown }) => shown !== "counted")) {
    const { shown, name, number } = person;
    const row = rows.find(({ sealed_name }) => sealed_name === name);
    const printed = { name, initials: initialsOf(name), hidden: "", counted: "" }[shown];
    if (row === undefined || row.public_name !== printed)
      throw new Error(`signatories.csv does not say what may be printed of person ${number}`);
  }
}
