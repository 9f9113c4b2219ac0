import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openHandover } from "../../../scripts/handover/open-handover.ts";
import { renderOpener } from "../../../scripts/handover/opener.ts";
import { formatLeftFile, leftFileOf } from "../../../scripts/letter/handover/left-file.ts";
import { contactCommitment } from "../../../scripts/letter/signature/contact.ts";
import { attested, freshMain, type Invented, invent } from "../../letter/invented.ts";
import { grown, type HandedOver, left, makeHandedOver } from "../../support/campaigns/handed-over.ts";
import { fixedClock, fixedRandomness } from "../../support/fixtures.ts";
import { FORMULAS } from "../../support/formulas.ts";

/** The files that the command writes and the page saves alike. */
export const LISTS = ["signatories.csv", "counted.csv", "import.csv", "totals.csv", "totals-public.csv"] as const;

/** Two bags with everything that a name can be, some people who have left, and what the command makes of it. */
export type HandedCrowd = {
  readonly given: HandedOver;
  /** the address of the page in a file */
  readonly page: string;
  /** what `npm run handover:left` gives */
  readonly left: string;
  readonly gone: readonly Invented[];
  /** what the command wrote, by name */
  wrote(name: string): Buffer;
};

/** Texts that only a sealed record can hold. */
const SEALED = [
  ...FORMULAS,
  'He said "no"',
  "two\nlines",
  "two\r\nlines",
  "\u202eabc",
  "a\tb",
  "<script>alert(1)</script>",
];
const PERSIAN = ["علی‌رضا میرزایی‌نژاد", "سیده مریم حسینی اصل", "مهسا «ژینا» امینی", "حدیث نجفی، تهران"];
const PLACES = ["تهران، ایران", "Berlin, Germany", "رشت", "", "Sydney, Australia", "Georgia"];

/** @param seed by which everything is drawn */
export async function handOverCrowd(seed: number, count: number): Promise<HandedCrowd> {
  const random = fixedRandomness(`opener ${seed}`);
  const draw = (below: number) => Buffer.from(random(4)).readUInt32BE() % below;
  const first = draw(100_000);
  const people = Array.from({ length: count }, (_, i) => {
    if (i % 5 > 0) return invent(first + i);
    const texts = draw(2) ? SEALED : PERSIAN;
    return sealedWith(first + i, texts[draw(texts.length)]!, PLACES[draw(PLACES.length)]!);
  });
  const main = grown(freshMain(), people);
  const given = await makeHandedOver(people, main);
  const gone = people.filter((_, i) => i % 97 === 3);
  const after = left(main, gone).record;
  const leftFile = join(given.folder, "now.left");
  const { entries, checkpoint } = after;
  const answer = leftFileOf(entries, main.record.entries.length, checkpoint!, "2026-12-20");
  writeFileSync(leftFile, formatLeftFile(answer));
  const out = join(given.folder, "opened");
  mkdirSync(out);
  const places = { bag: given.bag, contacts: given.contacts, identity: given.identity, out, site: leftFile };
  await openHandover(places, fixedClock(), () => () => {});
  const page = join(given.folder, "open-contacts.html");
  writeFileSync(page, await renderOpener({ day: "2026-12-01" }, ["fa", "en"]));
  return { given, page, left: leftFile, gone, wrote: (name) => readFileSync(join(out, name)) };
}

/** A hidden signature whose sealed details hold these texts. */
function sealedWith(number: number, name: string, place: string): Invented {
  const made = invent(number, "hidden");
  const contact = { ...made.contact, name, place, email: `${name}@example.org` };
  return { ...made, contact, row: attested({ ...made.row, contact: contactCommitment(contact) }) };
}
