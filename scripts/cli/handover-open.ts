import { openHandover } from "../handover/open-handover.ts";
import { systemClock } from "../outside/clock.ts";
import { showProgress } from "../outside/terminal.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run handover:open -- --bag FILE --contacts FILE --identity KEYFILE --out DIR [--site URL|DIR|FILE] [--reseal RECIPIENT …] [--json]

For a custodian or the recipient, before each use of the list. Checks both bags and the ledger, leaves out and names
everybody who has left since the handover, opens every other contact record and compares it with what its signatory
confirmed. Writes into DIR, in the place of what an earlier opening wrote there:

  signatories.csv, signatories.xlsx   whose record is right: name, address, place, and what they agreed to
  report-en.txt, report-fa.txt        what was checked, who has left, and by name what did not agree; last the receipt
  contacts-DATE-resealed.tar          with --reseal: a contacts bag of the same records for other keys
  handover-DATE.left                  what is known of the ledger, also kept beside the public bag

  --bag FILE, --contacts FILE   the two bags of one handover, as they came (.tar)
  --identity KEYFILE            a file with one of the keys (AGE-SECRET-KEY-PQ-1…); any of them opens everything
  --site URL|DIR|FILE           where the ledger is now: the letter's site, a folder of it, or a file that
                                npm run handover:left made, for a computer without a network. Read before the key is.
                                Without it, who has left since the last opening is not known
  --reseal RECIPIENT …          two or more keys (age1pq1…), or files that hold them. One alone is refused: who loses a
                                single key loses every record

Exits with 1 when anything does not agree. DIR then holds people's names and addresses: treat it accordingly.`;

const OPTIONS = {
  bag: { type: "string" },
  contacts: { type: "string" },
  identity: { type: "string" },
  out: { type: "string" },
  site: { type: "string" },
  reseal: { type: "string", multiple: true },
  json: { type: "boolean" },
} as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals }) => {
  const { bag, contacts, identity, out, site } = values;
  if (!bag || !contacts || !identity || !out) throw usageError("name both bags, the key file and a folder", HELP);
  if (positionals.length > 0 && !values.reseal) throw usageError("names are taken only after --reseal", HELP);
  const places = { bag, contacts, identity, out, site, reseal: values.reseal && [...values.reseal, ...positionals] };
  const { counts, report, receipt, warnings } = await openHandover(places, systemClock, (what) =>
    showProgress(`${what}:`),
  );
  for (const warning of warnings) console.error(`warning: ${warning}`);
  console.log(
    values.json ? JSON.stringify(counts) : `${report}\nwrote the list and this report into ${out}\n${receipt}`,
  );
  if (counts.notRight > 0) process.exitCode = 1;
});
