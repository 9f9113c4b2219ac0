import { resolve } from "node:path";
import { formatOpened, openMirror } from "../../accept/mirror/opened-mirror.ts";
import { readBackupKey } from "../../form-service/store/backup-contents.ts";
import { parseKeep } from "../../form-service/store/old-backups.ts";
import { writeMirror } from "../../form-service/store/written-mirror.ts";
import { dayOf } from "../../letter/bytes/day.ts";
import { systemClock } from "../../outside/clock.ts";
import { assertClock } from "../../outside/known-days.ts";
import { readPlace } from "../../outside/mirror/second-place.ts";
import { currentSettings } from "../../outside/settings-file.ts";
import { sayWhere } from "../../outside/terminal.ts";
import { runCommand, usageError } from "../command.ts";

const HELP = `
usage: npm run mirror -- PLACE --to age1pq1… [--keep 7d] [--token FILE] [--rewritten]
       npm run mirror -- --open FILE [--key KEYFILE] --out DIR.git [--review-here]

Copies main and the open sheets to a second place, sealed, so that a campaign can go on when its git host is closed to it.
On GitHub it fetches them there first. PLACE is a folder, or the https address of a repository at another host; a copy a
day is kept there, and made again each time. Every copy is listed in DATA_DIR/backups.json, as backups are.

  --to RECIPIENT  the key that it is sealed for: the one of the backups (npm run backup -- --new-key)
  --keep DAYS     deletes the copies there that are so old, once the new one is there
  --token FILE    the file with the token that may push to the address
  --rewritten     main does not go on from the last copy, and that is right: its history was rewritten (erasing.md)

  --open FILE     makes the repository DIR.git of a copy, or of a repository such as DATA_DIR/mirror.git, if the keys of
                  this campaign have signed what is in it
  --key KEYFILE   what opens a sealed copy
  --review-here   for one machine: main's moderators become the one person who runs npm run moderate`;

const [TEXT, WORD] = [{ type: "string" }, { type: "boolean", default: false }] as const;
const WRITING = { to: TEXT, keep: TEXT, token: TEXT };
const OPTIONS = { ...WRITING, rewritten: WORD, open: TEXT, key: TEXT, out: TEXT, "review-here": WORD };

await runCommand(HELP, OPTIONS, async ({ values, positionals: [place, ...rest] }) => {
  const { to, keep, token, rewritten, open, key, out, "review-here": reviewHere } = values;
  const today = dayOf(systemClock.now());
  if (open !== undefined) {
    const writing = [place, to, keep, token].some((value) => value !== undefined) || rewritten;
    if (out === undefined || writing) throw usageError("say with --out where the repository is to be made", HELP);
    const { dataDir } = currentSettings();
    const identity = key === undefined ? undefined : await readBackupKey(key);
    const opened = await openMirror(resolve(open), { identity, out: resolve(out), dataDir, reviewHere, today });
    return console.log(formatOpened(opened));
  }
  if (place === undefined || rest.length > 0 || key !== undefined || out !== undefined || reviewHere)
    throw usageError("name one place", HELP);
  if (to === undefined) throw usageError("say with --to for which key; npm run backup -- --new-key makes one", HELP);
  const settings = currentSettings();
  const second = await readPlace(place, token, settings.gitHost);
  const days = keep === undefined ? undefined : parseKeep(keep);
  await assertClock(settings, systemClock);
  const { main, sheets, deleted, stuck } = await writeMirror(settings, { place: second, to, days, rewritten, today });
  console.log(`main at ${main} and ${sheets} open sheets are there`);
  for (const gone of deleted) console.log(`deleted ${gone}`);
  sayWhere(settings);
  for (const line of stuck) console.error(line);
  if (stuck.length > 0) process.exitCode = 1;
});
