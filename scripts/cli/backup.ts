import { join, relative, resolve } from "node:path";
import { makeBackupKey, writeBackup } from "../form-service/store/written-backup.ts";
import { dayOf } from "../letter/bytes/day.ts";
import { systemClock } from "../outside/clock.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run backup -- FILE --to age1pq1…
       npm run backup -- --new-key KEYFILE

Writes everything that the form service would need on another machine into one encrypted file, also while it runs: its
database (queue, sealed contact records, keyed addresses), its keys, and for a campaign on this machine its repository.

  --to RECIPIENT     the key that the file is sealed for
  --new-key KEYFILE  makes such a key: KEYFILE opens the backups and belongs on another machine; the key to seal for
                     is printed

Every backup is listed in DATA_DIR/backups.json: at the purge all of them must be destroyed. What people withdraw stays
in the backups made before; keep few, and destroy old ones.`;

const OPTIONS = { to: { type: "string" }, "new-key": { type: "string" } } as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals: [path, ...rest] }) => {
  if (values["new-key"] !== undefined) {
    if (path !== undefined || values.to !== undefined) throw usageError("--new-key takes nothing else", HELP);
    console.log(await makeBackupKey(values["new-key"]));
    return;
  }
  if (path === undefined || rest.length > 0) throw usageError("name one file", HELP);
  if (values.to === undefined) throw usageError("say with --to for which key; --new-key makes one", HELP);
  const settings = currentSettings();
  const rows = await writeBackup(settings, resolve(path), values.to, dayOf(systemClock.now()));
  const list = relative(process.cwd(), join(settings.dataDir, "backups.json"));
  console.log(`${rows} rows written; ${list} lists this backup`);
});
