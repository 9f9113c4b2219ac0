import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { contactPath } from "../../../scripts/letter/handover/contacts-payload.ts";
import { parseHandover } from "../../../scripts/letter/handover/handover.ts";
import { formatRoot, openCheckpoint } from "../../../scripts/letter/ledger/checkpoint.ts";
import { publishedFiles } from "../../../scripts/letter/published/files.ts";
import { formatContactRecord } from "../../../scripts/letter/signature/contact.ts";
import type { CampaignRecord } from "../../../scripts/letter/signature/record.ts";
import { writeBag } from "../../../scripts/outside/bag/writer.ts";
import { demoRecipients } from "../../../scripts/outside/seal/demo-custodian.ts";
import { openSeal } from "../../../scripts/outside/seal/seal.ts";
import {
  approved,
  freshMain,
  type Invented,
  keys,
  ledger,
  sheetOf,
  signed,
  siteOf,
  withdrawalsOf,
} from "../../letter/invented.ts";
import { acceptSheet, applyWithdrawals, type Main } from "../../letter/plain.ts";
import { TAG } from "./handover.ts";

/** Both bags of a handover and its keys, made without a repository: quick, and just as the commands make them. */
export type HandedOver = {
  readonly folder: string;
  /** main at the tag */
  readonly main: Main;
  readonly bag: string;
  readonly contacts: string;
  readonly contactsDigest: string;
  readonly identity: string;
  remove(): void;
};

export async function makeHandedOver(
  people: readonly Invented[],
  main = grown(freshMain(), people),
  handover = TAG,
): Promise<HandedOver> {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-handed-over-"));
  const { entries, checkpoint } = main.record;
  const { publicBag, contactsBag, day, tag } = parseHandover(handover);
  const { size, root } = openCheckpoint(checkpoint!, ledger.verifier);
  const info: [string, string][] = [
    ["Handover-Tag", tag],
    ["Ledger-Size", String(size)],
    ["Ledger-Root", formatRoot(root)],
  ];
  const bag = join(folder, `${publicBag}.tar`);
  const payload = publishedFiles(main.record, keys);
  const digest = await writeBag(bag, { name: publicBag, day, payload, info: new Map(info) });
  const custodians = join(folder, "custodians");
  const seal = openSeal(await demoRecipients(custodians));
  const sealed: [string, Uint8Array][] = [];
  for (const { contact } of people) sealed.push([contactPath(contact.id), await seal(formatContactRecord(contact))]);
  const contacts = join(folder, `${contactsBag}.tar`);
  const contactsDigest = await writeBag(contacts, {
    name: contactsBag,
    day,
    payload: sealed.sort(([a], [b]) => (a < b ? -1 : 1)),
    info: new Map([...info, ["Public-Bag-Digest", digest], ["Contact-Records", String(entries.length)]]),
  });
  return {
    folder,
    main,
    bag,
    contacts,
    contactsDigest,
    identity: join(custodians, "custodian-1.key"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Main after these people have signed. */
export function grown(main: Main, people: readonly Invented[], number = 1): Main {
  const sheet = sheetOf(
    number,
    people.map(({ row }) => row),
  );
  return { ...main, record: signed(acceptSheet(main, sheet, approved()).record) };
}

/** Main after these people have left. */
export function left(main: Main, people: readonly Invented[], number = 100): Main {
  const sheet = withdrawalsOf(
    number,
    people.map(({ row }) => row.id),
  );
  return { ...main, record: signed(applyWithdrawals(main, sheet).record) };
}

/** Writes what a site publishes into a folder, as of a day. */
export function writeSite(folder: string, record: CampaignRecord, day = "2026-12-20"): string {
  for (const [path, content] of siteOf(record)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  utimesSync(join(folder, "ledger/checkpoint"), new Date(`${day}T12:00:00Z`), new Date(`${day}T12:00:00Z`));
  return folder;
}
