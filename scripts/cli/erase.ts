import { existsSync } from "node:fs";
import { eraseRepository, formatErased } from "../handover/erased-repository.ts";
import { noteRequest } from "../handover/requests/request-log.ts";
import { dayOf } from "../letter/bytes/day.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { systemClock } from "../outside/clock.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { sayWhere } from "../outside/terminal.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run erase -- FROM TO [--json]

Rewrites a campaign's repository without the rows that are not on the list any more: those that were withdrawn, refused
or left out, wherever they stand in its history. Ledger, checkpoints, receipts and the list stay byte for byte what they
are. FROM is not touched: when all is well it must be put away by hand, see .github/erasing.md.

  FROM    the repository, bare or a .git folder, with no sheet open
  TO      a folder that is not there yet
  --json  what was done as one line of JSON`;

await runCommand(HELP, { json: { type: "boolean" } }, async ({ values, positionals: [from, to, ...rest] }) => {
  if (from === undefined || to === undefined || rest.length > 0) throw usageError("name two folders", HELP);
  if (existsSync(to)) throw new LetterError("erase", "the second folder is there already: name one that is not");
  const settings = currentSettings();
  const done = await eraseRepository(from, to);
  await noteRequest(settings.dataDir, { kind: "erase", result: "done" }, dayOf(systemClock.now()));
  console.log(values.json ? JSON.stringify(done) : formatErased(done));
  sayWhere(settings);
});
