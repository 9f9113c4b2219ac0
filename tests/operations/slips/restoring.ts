import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { restore } from "../../lives/machines-lost.ts";
import { runRounds } from "../../lives/rounds.ts";
import type { Backup } from "../../lives/world.ts";
import { noteDecided } from "../moderating.ts";
import { runProgram } from "../programs.ts";
import { addressOf, type Operated } from "../world.ts";
import { noteKnown } from "./rolling-back.ts";

/**
 * What is left when a machine is lost. `main`: its repository; `copy`: the repository, and a copy of the backup that no
 * list knows; `site`: only what was published last, as somebody has kept it.
 */
export type Left = "main" | "copy" | "site";

/** Makes the service again of a backup on another machine. */
export async function restoreBackup(operated: Operated, backup: Backup | undefined, left: Left): Promise<void> {
  const { life } = operated;
  if (backup === undefined) return;
  // The purge has destroyed every backup that was listed; only a forgotten copy can be left.
  const what = life.purged ? "copy" : left;
  // Beside a forgotten copy is no list that somebody keeps: main has to know already who has left.
  if (what === "copy") await runRounds(life);
  await noteDecided(life);
  if (what !== "site") return restore(life, backup, what);
  await restoreFromSite(operated, backup);
}

/** The program itself takes over what main lacks from what was published. */
async function restoreFromSite(operated: Operated, backup: Backup): Promise<void> {
  const { life, mirror } = operated;
  const old = life.machine;
  await old.stop();
  const dataDir = life.newDataDir();
  mkdirSync(dirname(dataDir), { recursive: true });
  const key = join(life.folder, "backup.key");
  writeFileSync(key, `${life.backupKey.identity}\n`, { mode: 0o600 });
  const DATABASE_URL = (await life.options.newDatabase?.()) ?? addressOf(old.settings.database);
  const args = [backup.path, "--key", key, "--site", mirror, "--yes"];
  const { code, stdout, stderr } = await runProgram(operated, "restore", args, { DATA_DIR: dataDir, DATABASE_URL });
  if (code !== 0) throw new Error(`a backup cannot be restored beside what was published:\n${stdout}${stderr}`);
  life.machine = await life.open(dataDir, DATABASE_URL);
  life.quiet = false;
  rmSync(dirname(old.dataDir), { recursive: true, force: true });
  await noteKnown(life, backup.stages);
}
