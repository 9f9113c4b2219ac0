import { existsSync } from "node:fs";
import { noteRestored } from "../form-service/filing/restoration.ts";
import { formatBackup, readBackup, readBackupKey } from "../form-service/store/backup-contents.ts";
import { assertRoomFor, restoreBackup } from "../form-service/store/restored-backup.ts";
import { dayOf } from "../letter/bytes/day.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { systemClock } from "../outside/clock.ts";
import { lockDataFolder } from "../outside/data-folder.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run restore -- FILE --key KEYFILE [--yes]

Makes the form service of a backup again, in an empty DATA_DIR and an empty database. Without --yes it reads the whole
file, says what it holds and what will be missing, and changes nothing.

  --key KEYFILE  what npm run backup -- --new-key made
  --yes          restores

A repository or a key that is in DATA_DIR already stays; another key of the same name is never overwritten.`;

const OPTIONS = { key: { type: "string" }, yes: { type: "boolean" } } as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals: [path, ...rest] }) => {
  if (path === undefined || rest.length > 0) throw usageError("name one file", HELP);
  if (values.key === undefined) throw usageError("say with --key what opens the backup", HELP);
  const identity = await readBackupKey(values.key);
  if (!existsSync(path)) throw new LetterError("backup", "there is no such backup file");
  const settings = currentSettings();
  const lock = await lockDataFolder(settings.dataDir);
  try {
    const contents = await readBackup({ path, identity });
    console.log(formatBackup(contents));
    await assertRoomFor(contents, settings);
    if (!values.yes) {
      console.log("nothing was changed; with --yes it is restored");
      return;
    }
    await restoreBackup({ path, identity }, contents, settings, (query) =>
      noteRestored(query, dayOf(systemClock.now())),
    );
    console.log("restored; npm start goes on from here, after it has read what has been accepted since");
  } finally {
    lock.release();
  }
});
