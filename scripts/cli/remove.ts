import { existsSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { settle } from "../form-service/filing/settlement.ts";
import { withStore } from "../form-service/store/schema.ts";
import { type HandoverPlace, openHandoverPlace } from "../handover/handover-place.ts";
import { findRow, formatListed, publishWithout, removeHere, writeRemoval } from "../handover/requests/removal.ts";
import { noteRequest } from "../handover/requests/request-log.ts";
import { dayOf } from "../letter/bytes/day.ts";
import type { ListRow } from "../letter/signature/list.ts";
import { systemClock } from "../outside/clock.ts";
import { lockDataFolder } from "../outside/data-folder.ts";
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
  const row = findRow(place.record, typed);
  process.stdout.write(formatListed(row));
  if (!values.yes && !(await isConfirmed())) throw usageError("not confirmed with --yes; nothing was changed", HELP);
  const done = place.local ? removeAndForget(place, row) : writeRemoval(row, values.out ?? ".");
  console.log((await done).join("\n"));
  const request = { kind: "remove", result: place.local ? "done" : "notice-written" } as const;
  await noteRequest(place.settings.dataDir, request, dayOf(systemClock.now()));
});

async function removeAndForget({ local, settings: { database, dataDir } }: HandoverPlace, row: ListRow) {
  const main = await removeHere(local!, row);
  const removed = `row ${row.index} left the list, which has ${main.record.rows.length} rows now`;
  const lock = await lockDataFolder(dataDir).catch(() => undefined);
  if (!lock) return [removed, "the service that runs here publishes it and deletes what it held, within a minute"];
  await publishWithout(main, local!);
  // After the purge there is no database, and none is made for this.
  if (database.kind === "postgres" || existsSync(database.path))
    await withStore(database, (store) => settle(store, systemClock, main));
  lock.release();
  return [removed, "the site is published without it, and what the form service held of it is deleted"];
}

async function isConfirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question("Remove this row for good? Type yes: ");
  terminal.close();
  return answer.trim().toLowerCase() === "yes";
}
