import { withRestoredMain } from "../form-service/filing/restored-main.ts";
import * as restored from "../form-service/filing/restored-service.ts";
import { openBackup } from "../form-service/store/backup-contents.ts";
import { assertRoomFor } from "../form-service/store/restored-backup.ts";
import { dayOf } from "../letter/bytes/day.ts";
import { systemClock as clock } from "../outside/clock.ts";
import { lockDataFolder } from "../outside/data-folder.ts";
import { systemRandom as random } from "../outside/random.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { sayWhere } from "../outside/terminal.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run restore -- FILE --key KEYFILE --site PLACE | --no-site [--old DIR] [--without-list] [--yes]
       npm run restore -- --by-database --site PLACE | --no-site [--old DIR] [--without-list] [--yes]

Makes the form service of a backup again, in an empty DATA_DIR and an empty database. Without --yes it reads the whole
file, says what it holds and what will be missing, and changes nothing.

  --key KEYFILE   what npm run backup -- --new-key made
  --by-database   the database was put back by its own means, such as a dump of PostgreSQL: takes over what happened since
  --site PLACE    on one machine: the last published site, as an address or a folder, the public bag, or a checkpoint that
                  somebody kept. What main lacks of it is taken over, so that the ledger goes on from there
  --no-site       on one machine: there is none, neither here nor with anybody else
  --old DIR       an old DATA_DIR, whose left.txt tells who has left since the backup, and its site what was published
  --without-list  restores although nothing tells who has left since: those people come back, and must be told
  --yes           restores

Who has left since the backup is read from FILE.left beside it, and from left.txt in DATA_DIR and in --old. A repository
or a key that is in DATA_DIR already stays; another key of the same name is never overwritten.`;

const [TEXT, WORD] = [{ type: "string" }, { type: "boolean", default: false }] as const;
const WORDS = { "by-database": WORD, "no-site": WORD, "without-list": WORD, yes: WORD };
const OPTIONS = { key: TEXT, site: TEXT, old: TEXT, ...WORDS };

await runCommand(HELP, OPTIONS, async ({ values, positionals: [path, ...rest] }) => {
  const { key, site: named, old, "no-site": noSite, "without-list": withoutList } = values;
  if (rest.length > 0 || (path === undefined) !== values["by-database"]) throw usageError("name one file", HELP);
  if (path !== undefined && key === undefined) throw usageError("say with --key what opens the backup", HELP);
  if (named !== undefined && noSite) throw usageError("say either --site or --no-site", HELP);
  const from = path === undefined ? undefined : await openBackup(path, key!);
  const settings = currentSettings();
  const lock = await lockDataFolder(settings.dataDir);
  try {
    const dataDirs = [settings.dataDir, ...(old === undefined ? [] : [old])];
    const lists = await restored.findLeftLists(path, dataDirs);
    if (from) await assertRoomFor(from.contents, settings);
    await withRestoredMain(settings, from, { named, dataDirs }, async (main) => {
      console.log(restored.formatRestoration(from, lists, main));
      if (!values.yes) return console.log("nothing was changed; with --yes it is restored");
      restored.assertTold(lists, main, { withoutList, noSite, named });
      const done = await restored.restore(from, lists, { settings, clock, random }, main);
      console.log(restored.formatAnnouncement(from?.contents.day, dayOf(clock.now()), done));
      sayWhere(settings);
    });
  } finally {
    lock.release();
  }
});
