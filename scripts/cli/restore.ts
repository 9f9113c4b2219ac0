import { existsSync } from "node:fs";
import * as restored from "../form-service/filing/restored-service.ts";
import { formatBackup, readBackup, readBackupKey } from "../form-service/store/backup-contents.ts";
import { assertRoomFor } from "../form-service/store/restored-backup.ts";
import { dayOf } from "../letter/bytes/day.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { systemClock as clock } from "../outside/clock.ts";
import { lockDataFolder } from "../outside/data-folder.ts";
import { systemRandom as random } from "../outside/random.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { sayWhere } from "../outside/terminal.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run restore -- FILE --key KEYFILE [--old DIR] [--without-list] [--yes]
       npm run restore -- --by-database [--old DIR] [--without-list] [--yes]

Makes the form service of a backup again, in an empty DATA_DIR and an empty database. Without --yes it reads the whole
file, says what it holds and what will be missing, and changes nothing.

  --key KEYFILE   what npm run backup -- --new-key made
  --by-database   the database was put back by its own means, such as a dump of PostgreSQL: takes over what happened since
  --old DIR       an old DATA_DIR, whose left.txt tells who has left since the backup
  --without-list  restores although nothing tells who has left since: those people come back, and must be told
  --yes           restores

Who has left since the backup is read from FILE.left beside it, and from left.txt in DATA_DIR and in --old. A repository
or a key that is in DATA_DIR already stays; another key of the same name is never overwritten.`;

const [TEXT, WORD] = [{ type: "string" }, { type: "boolean" }] as const;
const OPTIONS = { key: TEXT, old: TEXT, "by-database": WORD, "without-list": WORD, yes: WORD } as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals: [path, ...rest] }) => {
  if (rest.length > 0 || (path === undefined) !== Boolean(values["by-database"]))
    throw usageError("name one file", HELP);
  if (path !== undefined && values.key === undefined) throw usageError("say with --key what opens the backup", HELP);
  const identity = path && (await readBackupKey(values.key!));
  if (path && !existsSync(path)) throw new LetterError("backup", "there is no such backup file");
  const settings = currentSettings();
  const lock = await lockDataFolder(settings.dataDir);
  try {
    const backup = path && identity ? { path, identity } : undefined;
    const contents = backup && (await readBackup(backup));
    const dataDirs = values.old === undefined ? [settings.dataDir] : [settings.dataDir, values.old];
    const lists = await restored.findLeftLists(path, dataDirs);
    console.log([...(contents ? [formatBackup(contents)] : []), restored.formatLists(lists)].join("\n"));
    if (contents) await assertRoomFor(contents, settings);
    if (!values.yes) return console.log("nothing was changed; with --yes it is restored");
    restored.assertTold(lists, values["without-list"] ?? false);
    const how = { settings, clock, random };
    const rows = await (backup && contents
      ? restored.restoreService(backup, contents, lists, how)
      : restored.noteRestoredDatabase(lists, how));
    console.log(restored.formatAnnouncement(contents?.day, dayOf(clock.now()), rows));
    console.log("restored; npm start goes on from here, after it has read what has been accepted since");
    sayWhere(settings);
  } finally {
    lock.release();
  }
});
