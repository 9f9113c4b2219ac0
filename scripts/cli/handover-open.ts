import { openHandover } from "../handover/open-handover.ts";
import { showProgress } from "../outside/terminal.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run handover:open -- --bag FILE --contacts FILE --identity KEYFILE --out DIR [--reseal RECIPIENT …] [--json]

For a custodian or the recipient, on a computer that is not connected to the internet. Checks both bags and the ledger,
opens every contact record and compares it with what its signatory confirmed. Writes into DIR:

  signatories.csv, signatories.xlsx   whose record is right: name, address, place, and what they agreed to
  report-en.txt, report-fa.txt        what was checked, and by name what did not agree
  contacts-DATE-resealed.tar          with --reseal: a contacts bag of the same records for other keys

  --bag FILE, --contacts FILE   the two bags of one handover, as they came (.tar)
  --identity KEYFILE            a file with one of the keys (AGE-SECRET-KEY-PQ-1…); any of them opens everything
  --reseal RECIPIENT …          two or more keys (age1pq1…), or files that hold them. One alone is refused: who loses a
                                single key loses every record

Exits with 1 when anything does not agree. DIR then holds people's names and addresses: treat it accordingly.`;

const OPTIONS = {
  bag: { type: "string" },
  contacts: { type: "string" },
  identity: { type: "string" },
  out: { type: "string" },
  reseal: { type: "string", multiple: true },
  json: { type: "boolean" },
} as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals }) => {
  const { bag, contacts, identity, out } = values;
  if (!bag || !contacts || !identity || !out) throw usageError("name both bags, the key file and a folder", HELP);
  if (positionals.length > 0 && !values.reseal) throw usageError("names are taken only after --reseal", HELP);
  const reseal = values.reseal && [...values.reseal, ...positionals];
  const { counts, report } = await openHandover({ bag, contacts, identity, out, reseal }, (what) =>
    showProgress(`${what}:`),
  );
  console.log(values.json ? JSON.stringify(counts) : `${report}\nwrote the list and this report into ${out}`);
  if (counts.notRight > 0) process.exitCode = 1;
});
