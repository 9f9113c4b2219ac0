import { createInterface } from "node:readline";
import { heldUnder } from "../form-service/signing/held.ts";
import { withCampaignStore } from "../form-service/store/campaign-database.ts";
import type { Store } from "../form-service/store/schema.ts";
import { openHandoverPlace } from "../handover/handover-place.ts";
import { openAnswer, writeAnswer } from "../handover/requests/access-answer.ts";
import { isPurged } from "../handover/requests/removal.ts";
import { noteRequest } from "../handover/requests/request-log.ts";
import { dayOf } from "../letter/bytes/day.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { parseCode, WITHDRAWAL_CODE_LENGTH } from "../letter/signature/code.ts";
import { systemClock } from "../outside/clock.ts";
import { readHead, readMainAt } from "../outside/git/repository.ts";
import { sayWhere } from "../outside/terminal.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run access -- --out DIR
       npm run access -- --open FILE --identity KEYFILE --out DIR

Answers somebody who asks for a copy of what is held about them. It asks for their withdrawal code on standard input, so that
the code stays in no history of commands, and writes into DIR:

  held.json   state here and on main, days, the row on the list or the fields that wait for review, and what else is kept
  record.age  the sealed contact record; nobody here can read it

  --open FILE         for a custodian: opens a record.age
  --identity KEYFILE  with --open: a file with one of the keys (AGE-SECRET-KEY-PQ-1…)
  --out DIR           an empty folder; with --open, where record.json is written

It runs on the form service's host, also while the service runs. .github/data-protection/requests.md has all steps.`;

const OPTIONS = { out: { type: "string" }, open: { type: "string" }, identity: { type: "string" } } as const;

await runCommand(HELP, OPTIONS, async ({ values: { out, open, identity }, positionals }) => {
  if (positionals.length > 0) throw usageError("give the code on standard input, not here", HELP);
  if (!out || (open === undefined) !== (identity === undefined)) throw usageError("name a folder with --out", HELP);
  if (open && identity) return console.log(`wrote ${await openAnswer(open, identity, out)}`);
  const place = await openHandoverPlace();
  const note = (result: "done" | "nothing-found") =>
    noteRequest(place.settings.dataDir, { kind: "access", result }, dayOf(systemClock.now()));
  if (process.stdin.isTTY) process.stderr.write("withdrawal code: ");
  const code = parseCode(await firstLine(), WITHDRAWAL_CODE_LENGTH);
  if (code === undefined) throw new LetterError("access", "that is no withdrawal code: it has 26 letters and digits");
  const main = await readMainAt(place.repository, await readHead(place.repository));
  const find = (store?: Store) => heldUnder(store, main, code);
  const held = await (isPurged(main.record) ? find() : withCampaignStore(place.settings, find));
  await note(held ? "done" : "nothing-found");
  if (!held) throw new LetterError("access", "nothing is held here under this code: ask whether it was copied right");
  for (const line of await writeAnswer(held, out)) console.log(line);
  sayWhere(place.settings);
});

async function firstLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line;
  return "";
}
