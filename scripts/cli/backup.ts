import { join, relative, resolve } from "node:path";
import { deleteOldBackups, forgetGone, formatStuck, parseKeep } from "../form-service/store/old-backups.ts";
import { makeBackupKey, writeBackup } from "../form-service/store/written-backup.ts";
import { dayOf } from "../letter/bytes/day.ts";
import { systemClock } from "../outside/clock.ts";
import { assertClock } from "../outside/known-days.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { sayWhere } from "../outside/terminal.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run backup -- FILE --to age1pq1… [--keep 7d]
       npm run backup -- --keep 7d
       npm run backup -- --gone FILE
       npm run backup -- --new-key KEYFILE

Writes everything that the form service would need on another machine into one encrypted file, also while it runs: its
database (queue, sealed contact records, keyed addresses), its keys, and for a campaign on this machine its repository.

  --to RECIPIENT     the key that the file is sealed for
  --keep DAYS        deletes the backups of DATA_DIR/backups.json that are so old; one that cannot be deleted is named
  --gone FILE        takes a backup off the list that exists nowhere any more
  --new-key KEYFILE  makes such a key: KEYFILE opens the backups and belongs on another machine; the key to seal for
                     is printed

Beside FILE lies FILE.left, to which the service adds the id of everybody who leaves: wherever the backup is copied, copy
it along, again and again. Every backup is listed in DATA_DIR/backups.json: at the purge all of them must be destroyed.`;

const OPTIONS = {
  to: { type: "string" },
  keep: { type: "string" },
  gone: { type: "string" },
  "new-key": { type: "string" },
} as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals: [path, ...rest] }) => {
  const { to, keep, gone, "new-key": newKey } = values;
  if (newKey !== undefined || gone !== undefined) {
    if (path !== undefined || [to, keep, newKey && gone].some((value) => value !== undefined))
      throw usageError("--new-key and --gone take nothing else", HELP);
    if (newKey === undefined) return forgetGone(currentSettings().dataDir, gone!);
    return console.log(await makeBackupKey(newKey));
  }
  if (rest.length > 0 || (path === undefined && keep === undefined)) throw usageError("name one file", HELP);
  if (path !== undefined && to === undefined)
    throw usageError("say with --to for which key; --new-key makes one", HELP);
  const [settings, today, days] = [currentSettings(), dayOf(systemClock.now()), keep && parseKeep(keep)];
  await assertClock(settings, systemClock);
  if (path !== undefined) {
    const rows = await writeBackup(settings, resolve(path), to!, today, days || undefined);
    const list = relative(process.cwd(), join(settings.dataDir, "backups.json"));
    console.log(`${rows} rows written; ${list} lists this backup`);
    sayWhere(settings);
  }
  if (!days) return;
  const { deleted, stuck } = await deleteOldBackups(settings.dataDir, days, today);
  for (const gone of deleted) console.log(`deleted ${gone}`);
  for (const line of formatStuck(stuck)) console.error(line);
  if (stuck.length > 0) process.exitCode = 1;
});
