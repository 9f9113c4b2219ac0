import { existsSync } from "node:fs";
import {
  assertTold,
  findLeftLists,
  formatAnnouncement,
  formatLists,
  restoreService,
} from "../form-service/filing/restored-service.ts";
import { formatBackup, readBackup, readBackupKey } from "../form-service/store/backup-contents.ts";
import { assertRoomFor } from "../form-service/store/restored-backup.ts";
import { dayOf } from "../letter/bytes/day.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { systemClock as clock } from "../outside/clock.ts";
import { lockDataFolder } from "../outside/data-folder.ts";
import { systemRandom as random } from "../outside/random.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run restore -- FILE --key KEYFILE [--old DIR] [--without-list] [--yes]

Makes the form service of a backup again, in an empty DATA_DIR and an empty database. Without --yes it reads the whole
file, says what it holds and what will be missing, and changes nothing.

  --key KEYFILE   what npm run backup -- --new-key made
  --old DIR       an old DATA_DIR, whose left.txt tells who has left since the backup
  --without-list  restores although nothing tells who has left since: those people come back, and must be told
  --yes           restores

Who has left since the backup is read from FILE.left beside it, and from left.txt in DATA_DIR and in --old. A repository
or a key that is in DATA_DIR already stays; another key of the same name is never overwritten.`;

const OPTIONS = {
  key: { type: "string" },
  old: { type: "string" },
  "without-list": { type: "boolean" },
  yes: { type: "boolean" },
} as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals: [path, ...rest] }) => {
  if (path === undefined || rest.length > 0) throw usageError("name one file", HELP);
  if (values.key === undefined) throw usageError("say with --key what opens the backup", HELP);
  const identity = await readBackupKey(values.key);
  if (!existsSync(path)) throw new LetterError("backup", "there is no such backup file");
  const settings = currentSettings();
  const lock = await lockDataFolder(settings.dataDir);
  try {
    const [backup, dataDirs] = [{ path, identity }, [settings.dataDir, ...(values.old ? [values.old] : [])]];
    const [contents, lists] = [await readBackup(backup), await findLeftLists(path, dataDirs)];
    console.log([formatBackup(contents), formatLists(lists, contents.day)].join("\n"));
    await assertRoomFor(contents, settings);
    if (!values.yes) return console.log("nothing was changed; with --yes it is restored");
    assertTold(lists, values["without-list"] ?? false);
    const rows = await restoreService(backup, contents, lists, { settings, clock, random });
    console.log(formatAnnouncement(contents.day, dayOf(clock.now()), rows));
    console.log("restored; npm start goes on from here, after it has read what has been accepted since");
  } finally {
    lock.release();
  }
});
