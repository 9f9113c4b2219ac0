import { cpSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { LetterError } from "../../../scripts/letter/bytes/error.ts";
import { parseSheet } from "../../../scripts/letter/signature/sheet.ts";
import type { Machine } from "../../lives/machine.ts";
import { idOfPerson, type Person } from "../../lives/person.ts";
import { runRounds } from "../../lives/rounds.ts";
import { confirm, signForm } from "../../lives/signing.ts";
import type { World } from "../../lives/world.ts";
import { checkPublished } from "../checks.ts";
import { noteDecided } from "../moderating.ts";
import { addressOf, type KeptDatabase, type Operated, restart } from "../world.ts";
import { EMPTY, putRows, takeRows } from "./database-copies.ts";

/** Puts an earlier copy of the database back, by whatever means. No command is told of it. */
export async function rollBack(operated: Operated, copy: KeptDatabase | undefined): Promise<void> {
  const { life } = operated;
  if (copy === undefined || life.purged) return;
  // What was withdrawn since is known to the database alone until main has it: nobody else could tell of it.
  await runRounds(life);
  await noteDecided(life);
  await restart(operated, ({ settings }) => putRows(settings.database, copy.rows));
  await noteKnown(life, copy.stages);
  // Of a file that was copied without npm run backup nobody is told, so what was never filed was simply deleted.
  if (life.machine.settings.database.kind === "postgres") return;
  const { settled } = await life.machine.local().host.readMain();
  for (const person of life.people)
    if (person.stage === "left" && copy.stages.get(person.number)?.stage === "confirmed")
      if (!settled.withdrawn.has(idOfPerson(person))) Object.assign(person, { stage: "confirmed", leftAt: undefined });
}

/** Notes what has become of everybody whom the database knows only as they were earlier. */
export async function noteKnown(life: World, stages: KeptDatabase["stages"]): Promise<void> {
  const filed = await filedIds(life);
  for (const person of life.people) {
    const before = stages.get(person.number);
    person.known = before?.known ?? false;
    person.stage = stageAfter(person, before?.stage, filed);
  }
}

function stageAfter(person: Person, before: Person["stage"] | undefined, filed: ReadonlySet<string>): Person["stage"] {
  if (person.stage === "submitted") return before === "submitted" ? "submitted" : "lost";
  if (person.stage !== "confirmed") return person.stage;
  return before === "confirmed" || filed.has(idOfPerson(person)) ? "confirmed" : "lost";
}

/** The ids of everybody on a pending sheet. */
async function filedIds({ machine }: World): Promise<Set<string>> {
  const local = machine.local();
  const sheets = [...(await local.host.pendingSheets()).values()].map(({ text }) => parseSheet(text));
  return new Set(sheets.flatMap(({ rows }) => rows.map(({ id }) => id)));
}

/**
 * Starts on an empty database: a mistyped address, or a file that is gone. It has to be refused where main has signatures,
 * and goes on once the database is back.
 */
export async function loseDatabase(operated: Operated): Promise<void> {
  const { life } = operated;
  const { record } = await life.machine.place();
  if (record.rows.length === 0 || life.purged) return;
  const rows = await takeRows(life.machine.store);
  const { settings, dataDir } = life.machine;
  const refused = await restart(operated, () => putRows(settings.database, EMPTY)).then(
    () => false,
    (cause) => cause instanceof LetterError && cause.code === "database",
  );
  if (!refused) throw new Error("the service started on an empty database without a word");
  await putRows(settings.database, rows);
  life.machine = await life.open(dataDir, addressOf(settings.database));
}

/** A second machine starts on a copy of the folder while the first one runs; both file to the same repository. */
export async function twin(operated: Operated, joins: number): Promise<void> {
  const { life } = operated;
  const first = life.machine;
  if (life.purged) return;
  const second = await startTwin(life, first);
  if (second === undefined) return;
  const before = life.people.length;
  life.machine = second;
  try {
    for (let i = 0; i < joins; i++) {
      const person = await signForm(life, "name", "en");
      if (person) await confirm(life, person);
    }
    await Promise.all([first.service.file(), second.service.file()]);
    await second.accept();
    await checkPublished(operated);
  } finally {
    life.machine = first;
    life.quiet = false;
    await second.stop();
    // Its own site is a second behind: it looks at main once a second.
    await first.accept();
    rmSync(dirname(second.dataDir), { recursive: true, force: true });
  }
  const filed = await filedIds(life);
  const { settled } = await first.local().host.readMain();
  if (first.settings.database.kind === "postgres") return;
  for (const person of life.people.slice(before)) {
    person.known = false;
    if (!filed.has(idOfPerson(person)) && !settled.refused.has(idOfPerson(person))) person.stage = "lost";
  }
}

/** @returns undefined when the second one is refused */
async function startTwin(life: World, { dataDir, settings, store }: Machine): Promise<Machine | undefined> {
  const other = life.newDataDir();
  cpSync(dataDir, other, { recursive: true, verbatimSymlinks: true });
  rmSync(join(other, "campaign.git"), { recursive: true });
  symlinkSync(join(dataDir, "campaign.git"), join(other, "campaign.git"));
  const { database } = settings;
  // Instances share a PostgreSQL; a file is copied with the folder.
  if (database.kind === "sqlite")
    await putRows({ kind: "sqlite", path: join(other, "service.db") }, await takeRows(store));
  try {
    return await life.open(other, database.kind === "postgres" ? database.url : undefined);
  } catch (cause) {
    if (!(cause instanceof LetterError)) throw cause;
    rmSync(dirname(other), { recursive: true, force: true });
    return undefined;
  }
}
