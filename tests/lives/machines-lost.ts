import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { believeClock } from "../../scripts/form-service/clock-check.ts";
import { findLeftLists, restoreService } from "../../scripts/form-service/filing/restored-service.ts";
import { readBackup } from "../../scripts/form-service/store/backup-contents.ts";
import { assertRoomFor } from "../../scripts/form-service/store/restored-backup.ts";
import { writeBackup } from "../../scripts/form-service/store/written-backup.ts";
import { dayOf } from "../../scripts/letter/bytes/day.ts";
import { parseSheet } from "../../scripts/letter/signature/sheet.ts";
import { leftListBeside } from "../../scripts/outside/backup-list.ts";
import { readSettings } from "../../scripts/outside/settings.ts";
import { idOfPerson, type Person } from "./person.ts";
import type { Backup, World } from "./world.ts";

/**
 * What is left when a machine is lost. `main`: its repository; `list`: the list beside the backup; `old`: the old data
 * folder, but no list beside the backup. `copy`: the repository, and a copy of the backup that no list knows.
 */
export type Left = "main" | "list" | "old" | "copy";

export async function backUp(world: World): Promise<void> {
  const { machine, people, folder, received, backups, backupKey, clock } = world;
  const path = join(folder, "medium", `backup-${backups.length}.age`);
  const copy = join(folder, "drawer", `backup-${backups.length}.age`);
  for (const file of [path, copy]) mkdirSync(dirname(file), { recursive: true });
  await writeBackup(machine.settings, path, backupKey.recipient, dayOf(clock.now()));
  for (const end of ["", ".left"]) copyFileSync(path + end, copy + end);
  const stages = new Map(people.map(({ number, stage, known }) => [number, { stage, known }]));
  backups.push({ path, copy, stages, handovers: received.length });
}

/** Loses the machine, and makes it again on another one. */
export async function restore(world: World, backup: Backup, left: Left): Promise<void> {
  const { machine, options, backupKey, clock, random } = world;
  const keepsMain = left === "main" || left === "copy";
  await machine.stop();
  const [old, dataDir] = [machine.dataDir, world.newDataDir()];
  mkdirSync(dataDir, { recursive: true });
  if (keepsMain)
    for (const name of ["campaign.git", "site", "builds"])
      if (existsSync(join(old, name)))
        cpSync(join(old, name), join(dataDir, name), { recursive: true, verbatimSymlinks: true });
  const path = left === "copy" ? backup.copy : backup.path;
  if (left === "old") rmSync(leftListBeside(path), { force: true });
  const opened = { path, identity: backupKey.identity };
  const contents = await readBackup(opened);
  const found = await findLeftLists(path, [dataDir, ...(left === "old" ? [old] : [])]);
  const lists = options.leak?.lists ? options.leak.lists(found) : found;
  const databaseUrl = await options.newDatabase?.();
  const settings = readSettings({ DATA_DIR: dataDir, LIMITS: "off", DATABASE_URL: databaseUrl });
  await assertRoomFor(contents, settings);
  await restoreService(opened, contents, lists, { settings, clock, random });
  // Where main has not moved for days, nothing else tells that the clock is right.
  await believeClock(settings, clock);
  world.machine = await world.open(dataDir, databaseUrl);
  world.quiet = false;
  rmSync(dirname(old), { recursive: true, force: true });
  await takeBack(world, backup, keepsMain);
}

/** What has become of everybody: what neither the backup nor main has is lost. */
async function takeBack(world: World, backup: Backup, keepsMain: boolean): Promise<void> {
  const local = world.machine.local();
  const sheets = [...(await local.host.pendingSheets()).values()].map(({ text }) => parseSheet(text));
  const filed = new Set(sheets.flatMap(({ rows }) => rows.map(({ id }) => id)));
  for (const person of world.people) {
    const before = backup.stages.get(person.number);
    // After the purge the database takes nobody back from a backup that was forgotten.
    person.known = !world.purged && (before?.known ?? false);
    // The repository in the backup has the notices that were on main by then.
    const isNoticeLost = person.isRemovalAsked && !keepsMain && before?.stage !== "left";
    if (isNoticeLost) Object.assign(person, { stage: "accepted", leftAt: undefined });
    delete person.isRemovalAsked;
    if (person.stage === "left" || (world.purged && person.stage !== "accepted")) continue;
    person.stage = keepsMain ? stageWithMain(person, before?.stage, filed) : (before?.stage ?? "lost");
    if (person.stage === "submitted") person.stage = "lost";
  }
  if (keepsMain) return;
  // The ledger begins again at the backup: what came later is of another one, which everybody can see.
  world.received.splice(backup.handovers);
  for (const one of world.received) one.forked = true;
}

function stageWithMain(person: Person, before: string | undefined, filed: ReadonlySet<string>): Person["stage"] {
  if (person.stage !== "confirmed") return person.stage;
  const isBack = before === "confirmed" || filed.has(idOfPerson(person));
  return isBack ? "confirmed" : "lost";
}
