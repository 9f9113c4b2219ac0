import { settle } from "../form-service/filing/settlement.ts";
import { withCampaignStore } from "../form-service/store/campaign-database.ts";
import { type HandoverPlace, openHandoverPlace } from "../handover/handover-place.ts";
import * as removal from "../handover/requests/removal.ts";
import { noteRequest } from "../handover/requests/request-log.ts";
import { dayOf } from "../letter/bytes/day.ts";
import type { ListRow } from "../letter/signature/list.ts";
import { systemClock } from "../outside/clock.ts";
import { lockDataFolder } from "../outside/data-folder.ts";
import { assertClock } from "../outside/known-days.ts";
import { asksForYes, sayWhere } from "../outside/terminal.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run remove -- INDEX [--yes] [--out DIR]

Takes a row off the list for somebody who has lost the withdrawal code and the mailbox, also after closing, handover and a
purge that left the names public. .github/data-protection/requests.md says how such a person is recognised.

  INDEX      the number of the row in the files of /list/; the row is shown before anything happens
  --yes      asks nothing
  --out DIR  with GitHub: where the notice is written; this folder by default

On this machine the row leaves the list at once, by an entry on the ledger that looks like any withdrawal. With GitHub a
notice is written, which two organisers put on main by a reviewed pull request.`;

const OPTIONS = { yes: { type: "boolean" }, out: { type: "string" } } as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals: [typed, ...rest] }) => {
  if (typed === undefined || rest.length > 0) throw usageError("name one index", HELP);
  const place = await openHandoverPlace();
  await assertClock(place.settings, systemClock);
  const row = removal.findRow(place.record, typed);
  process.stdout.write(removal.formatListed(row));
  if (!values.yes && !(await asksForYes("Remove this row for good?")))
    throw usageError("not confirmed with --yes; nothing was changed", HELP);
  if (place.local) await removeAndForget(place, row);
  else for (const line of await removal.writeRemoval(row, values.out ?? ".")) console.log(line);
  const request = { kind: "remove", result: place.local ? "done" : "notice-written" } as const;
  await noteRequest(place.settings.dataDir, request, dayOf(systemClock.now()));
  sayWhere(place.settings);
});

async function removeAndForget({ local, settings, record }: HandoverPlace, row: ListRow): Promise<void> {
  // Before main changes: in another database nothing of the person would be deleted.
  if (!removal.isPurged(record)) await withCampaignStore(settings, async () => {});
  const main = await removal.removeHere(local!, row);
  console.log(`row ${row.index} left the list, which has ${main.record.rows.length} rows now`);
  const lock = await lockDataFolder(settings.dataDir).catch(() => undefined);
  if (!lock) return console.log("the service that runs here publishes it and deletes what it held, within a minute");
  await removal.publishWithout(main, local!);
  if (!removal.isPurged(main.record)) await withCampaignStore(settings, (store) => settle(store, systemClock, main));
  lock.release();
  console.log("the site is published without it, and what the form service held of it is deleted");
}
