import { writeFile } from "node:fs/promises";
import { tellLeft } from "../handover/since/left-since.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { systemClock } from "../outside/clock.ts";
import { showProgress } from "../outside/terminal.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run handover:left -- --tag handover/DATE --out FILE [--site URL|DIR] [--json]
   or: npm run handover:left -- --bag FILE --out FILE [--site URL|DIR] [--json]

Tells a recipient whose computer has no network who has left since a handover: writes one file with the signed checkpoint
of the ledger as it is now, the entries since the handover, and the proof that the ledger of the bag is its beginning.
The recipient takes it over with npm run handover:open -- … --site FILE. It holds nothing that is not public.

  --tag handover/DATE  the handover, where the form service runs or in a clone of the campaign's repository
  --bag FILE           or its public bag, as it came (.tar); then any computer will do
  --site URL|DIR       where the ledger is now: the letter's site, or a folder of it. Without it, main as this machine has
                       it: the form service's host asks for it, a clone is as old as its last fetch
  --out FILE           the file to write, such as left-2026-12-24.left

Prints the size of the ledger, its day, and how many have left.`;

const OPTIONS = {
  tag: { type: "string" },
  bag: { type: "string" },
  site: { type: "string" },
  out: { type: "string" },
  json: { type: "boolean" },
} as const;

await runCommand(HELP, OPTIONS, async ({ values: { tag, bag, site, out, json }, positionals }) => {
  if (positionals.length > 0) throw usageError("it takes no names", HELP);
  if (out === undefined || (tag === undefined) === (bag === undefined))
    throw usageError("name the tag or the public bag, and a file with --out", HELP);
  const { text, ...told } = await tellLeft({ tag, bag, site }, systemClock, showProgress("reading the ledger:"));
  await writeFile(out, text).catch((cause) => {
    throw new LetterError("left", "the file of --out cannot be written: name one in a folder of yours", { cause });
  });
  const { from, size, day, left } = told;
  if (json) console.log(JSON.stringify({ file: out, ...told }));
  else console.log(`${out}\nledger of ${day}: ${size} entries, ${from} of them in the bag\n${left} have left since`);
});
