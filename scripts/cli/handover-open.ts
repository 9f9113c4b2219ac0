import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatReport } from "../handover/handover-report.ts";
import { type Opened, openContacts, type Right } from "../handover/opened-bag.ts";
import { type PublicBagFacts, readPublicBag } from "../handover/public-bag-facts.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { contactId, contactPath, SINCE_CHECKPOINT_PATH, SINCE_PATH } from "../letter/handover/contacts-bag.ts";
import { formatContactRecord } from "../letter/signature/contact.ts";
import { editionSigned } from "../letter/signature/record.ts";
import { type Bag, openBag } from "../outside/bag/reader.ts";
import { writeBag } from "../outside/bag/writer.ts";
import { makeWritableFolder } from "../outside/folder.ts";
import { openSeal, type Seal } from "../outside/seal/seal.ts";
import { openIdentities, readRecipients, type Unseal } from "../outside/seal/unseal.ts";
import { formatCsv, writeWorkbook } from "../outside/spreadsheet.ts";
import { type Lang, STRINGS } from "../site/views/strings.ts";
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

const WRITTEN_ANEW = new Set(["Bagging-Date", "Payload-Oxum", "Contact-Records", "Resealed-From"]);

const COLUMNS = ["index", "id", "name", "email", "place", "lang", "signed", "consents", "shown", "edition"] as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals }) => {
  const { bag: bagFile, contacts: contactsFile, identity, out } = values;
  if (!bagFile || !contactsFile || !identity || !out)
    throw usageError("name both bags, the key file and a folder", HELP);
  if (positionals.length > 0 && !values.reseal) throw usageError("it takes no names but behind --reseal", HELP);
  // What is wrong with the keys is said before anything is opened.
  const named = values.reseal ? await readRecipients([...values.reseal, ...positionals]) : undefined;
  const seal = named && openSeal(named);
  const unseal = await openIdentities(identity);
  const bag = await openBag(bagFile, showing("reading the public bag"));
  const contacts = await openBag(contactsFile, showing("reading the contacts bag"));
  const facts = await readPublicBag(bag);
  await assertKeyFits(contacts, unseal);
  makeWritableFolder(out, "--out");
  const rows: string[][] = [];
  const pair = { bag, contacts, facts };
  const opened = await open(pair, unseal, seal && { seal, out }, (right) => rows.push(rowOf(right, facts)));
  await writeFile(join(out, "signatories.csv"), formatCsv(COLUMNS, rows), { mode: 0o600 });
  await writeWorkbook(join(out, "signatories.xlsx"), COLUMNS, rows);
  await chmod(join(out, "signatories.xlsx"), 0o600);
  for (const lang of Object.keys(STRINGS) as Lang[])
    await writeFile(join(out, `report-${lang}.txt`), formatReport(lang, pair, opened), { mode: 0o600 });
  const { findings, right, withdrawn } = opened;
  const counts = { right, withdrawn, notRight: findings.length, publicBag: bag.digest, contactsBag: contacts.digest };
  if (values.json) console.log(JSON.stringify(counts));
  else console.log(`${formatReport("en", pair, opened)}\nwrote the list and this report into ${out}`);
  await Promise.all([bag.close(), contacts.close()]);
  if (findings.length > 0) process.exitCode = 1;
});

/** A key that opens nothing is most likely another one: no report then says of everybody that the record was changed. */
async function assertKeyFits(contacts: Bag, unseal: Unseal): Promise<void> {
  const records = contacts.paths.filter((path) => contactId(path) !== undefined);
  for (const path of records) if (await unseal((await contacts.read(path))!)) return;
  if (records.length > 0)
    throw new LetterError(
      "bag",
      `this key opens none of the ${records.length} records: is it the key file of one of those they were sealed for? Nothing was written`,
    );
}

function rowOf({ expected: { id, row }, record }: Right, { entries }: PublicBagFacts): string[] {
  const { name, email, place, lang, signed, consents } = record;
  return [
    String(row.index),
    id,
    name,
    email,
    place,
    lang,
    signed,
    consents.join(" "),
    row.shown,
    editionSigned(entries, row),
  ];
}

type Pair = { readonly bag: Bag; readonly contacts: Bag; readonly facts: PublicBagFacts };

/** Opens the contacts, and on the way seals what is right for others: no record lies open on the disk in between. */
async function open(
  { bag, contacts, facts }: Pair,
  unseal: Unseal,
  resealing: { seal: Seal; out: string } | undefined,
  keep: (right: Right) => void,
): Promise<Opened> {
  const records = openContacts(contacts, { bag, facts }, unseal, showing("opening the records"));
  let opened: Opened | undefined;
  const next = async () => {
    const { done, value } = await records.next();
    if (done) opened = value;
    else keep(value);
    return done ? undefined : value;
  };
  if (resealing === undefined) while (await next());
  else {
    const { seal, out } = resealing;
    const name = `${facts.handover.contactsBag}-resealed`;
    const info = new Map([...contacts.info].filter(([label]) => !WRITTEN_ANEW.has(label)));
    info.set("Resealed-From", contacts.digest);
    const payload = async function* (): AsyncGenerator<[string, Uint8Array]> {
      for (let right = await next(); right; right = await next())
        yield [contactPath(right.record.id), await seal(formatContactRecord(right.record))];
      for (const path of [SINCE_PATH, SINCE_CHECKPOINT_PATH]) {
        const content = await contacts.read(path);
        if (content) yield [path, content];
      }
      // The bag's description is written behind its payload, when this is known.
      info.set("Contact-Records", String(opened!.right));
    };
    await writeBag(join(out, `${name}.tar`), { name, day: facts.handover.day, payload: payload(), info });
  }
  return opened!;
}

function showing(what: string): (done: number, of: number) => void {
  return (done, of) => {
    if (process.stderr.isTTY) process.stderr.write(done < of ? `\r${what}: ${done} of ${of} ` : "\r\u001b[K");
  };
}
