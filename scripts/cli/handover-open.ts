import { openHandover } from "../handover/open-handover.ts";
import { systemClock } from "../outside/clock.ts";
import { showProgress } from "../outside/terminal.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run handover:open -- --bag FILE --contacts FILE --identity KEYFILE --out DIR [--site URL|DIR|FILE] [--split N] [--reseal RECIPIENT …] [--json]

For a custodian or the recipient, before each use of the list. Checks both bags and the ledger, leaves out and names
everybody who has left since the handover, opens every other contact record and compares it with what its signatory
confirmed. Writes into DIR, in the place of what an earlier opening wrote there:

  READ-ME-FIRST-en.txt, …-fa.txt      what each file and column is, and what may be done with it
  signatories.csv, signatories.xlsx   to read: whose record is right, what may be printed of them, what they agreed to
  counted.csv                         those who are only counted: not to be printed, not to be imported
  import.csv                          to import into a database; with --split import-1.csv, import-2.csv, …
  totals.csv, totals-public.csv       by country, language, way of being shown, month; the second may be published
  report-en.txt, report-fa.txt        what was checked, who has left, and by name what did not agree; last the receipt
  contacts-DATE-resealed.tar          with --reseal: a contacts bag of the same records for other keys
  handover-DATE.left                  what is known of the ledger, also kept beside the public bag

  --bag FILE, --contacts FILE   the two bags of one handover, as they came (.tar)
  --identity KEYFILE            a file with one of the keys (AGE-SECRET-KEY-PQ-1…); any of them opens everything
  --site URL|DIR|FILE           where the ledger is now: the letter's site, a folder of it, or a file that
                                npm run handover:left made, for a computer without a network. Read before the key is.
                                Without it, who has left since the last opening is not known
  --split N                     at most N rows in a file to import, for databases that take no more
  --reseal RECIPIENT …          two or more keys (age1pq1…), or files that hold them. One alone is refused: who loses a
                                single key loses every record

Exits with 1 when anything does not agree. DIR then holds people's names and addresses: treat it accordingly.`;

const OPTIONS = {
  bag: { type: "string" },
  contacts: { type: "string" },
  identity: { type: "string" },
  out: { type: "string" },
  site: { type: "string" },
  split: { type: "string" },
  reseal: { type: "string", multiple: true },
  json: { type: "boolean" },
} as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals }) => {
  const { bag, contacts, identity, out, site, split } = values;
  if (!bag || !contacts || !identity || !out) throw usageError("name both bags, the key file and a folder", HELP);
  if (positionals.length > 0 && !values.reseal) throw usageError("names are taken only after --reseal", HELP);
  if (split !== undefined && !/^[1-9]\d{0,8}$/.test(split)) throw usageError("--split takes a number of rows", HELP);
  const reseal = values.reseal && [...values.reseal, ...positionals];
  const places = { bag, contacts, identity, out, site, reseal, split: split === undefined ? undefined : Number(split) };
  const { counts, report, receipt, warnings } = await openHandover(places, systemClock, (what) =>
    showProgress(`${what}:`),
  );
  for (const warning of warnings) console.error(`warning: ${warning}`);
  const wrote = `wrote the lists and this report into ${out}`;
  console.log(values.json ? JSON.stringify(counts) : `${report}\n${wrote}\n${receipt}`);
  if (counts.notRight > 0) process.exitCode = 1;
});
