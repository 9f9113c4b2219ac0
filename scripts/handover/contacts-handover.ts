import { existsSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { acceptAll } from "../accept/acceptance.ts";
import type { LocalCampaign } from "../accept/local-campaign.ts";
import { LetterError } from "../letter/bytes/error.ts";
import type { Handover } from "../letter/handover/handover.ts";
import { formatNotice, type Notice, noticePath } from "../letter/handover/notice.ts";
import { assertNotSpent, spentTag } from "../letter/handover/spent-tag.ts";
import { entriesOf } from "../letter/ledger/entry.ts";
import { noteCopy } from "../outside/bag/copy-list.ts";
import type { Bag } from "../outside/bag/found-bag.ts";
import { readText } from "../outside/git/object.ts";
import { type Vault, type WrittenContacts, writeContactsBag } from "./contacts-bag.ts";
import { noteHandover } from "./handover-note.ts";
import type { HandoverPlace } from "./handover-place.ts";
import { readTagged } from "./public-bag.ts";
import { readPublicBag } from "./public-bag-facts.ts";
import { makePublicBag } from "./public-bag-place.ts";
import { destroyStaleCopies } from "./stale-copies.ts";

/** What was handed over: the contacts bag, and the file of the notice that names both bags. */
export type HandedContacts = WrittenContacts & {
  readonly file: string;
  readonly notice: string;
  /** whether the ledger names both bags already */
  readonly logged: boolean;
};

/** Returns the path of the public bag in this folder; a campaign on this machine makes it where it is missing. */
export async function findPublicBag(
  handover: Handover,
  { keys, local, settings, repository }: Omit<HandoverPlace, "content" | "record">,
  out: string,
): Promise<string> {
  const file = join(out, `${handover.publicBag}.tar`);
  if (existsSync(file)) return file;
  if (!local) {
    // Then there is no release either.
    assertNotSpent((await readTagged(repository, handover)).spent);
    throw new LetterError(
      "handover",
      `${handover.publicBag}.tar is not in the folder of --out: download it from the release`,
    );
  }
  await makePublicBag(handover, { repository, keys, dataDir: settings.dataDir }, out, () => {});
  return file;
}

type Handed = Extract<Notice, { kind: "handover" }>;

/**
 * Writes the contacts bag and the notice of a handover into a folder; in a campaign on this machine the notice goes to
 * main and its entry to the ledger.
 *
 * @throws LetterError `handover` when somebody has left since the tag, or the ledger names another contacts bag for it
 */
export async function handOverContacts(
  handover: Handover,
  place: HandoverPlace,
  { bag, out, vault }: { bag: Bag; out: string; vault: Vault },
): Promise<HandedContacts> {
  const facts = await readPublicBag(bag, place.keys.ledger);
  if (facts.handover.tag !== handover.tag) throw new LetterError("handover", "the public bag in DIR is of another tag");
  const { dataDir } = place.settings;
  const { tag } = handover;
  const size = facts.entries.length;
  const file = join(out, `${handover.contactsBag}.tar`);
  const draft = `${file}.new`;
  // As soon as somebody leaves, both files have to go, and so has what a run that dies leaves behind.
  for (const path of [join(out, `${handover.publicBag}.tar`), file, draft])
    await noteCopy(dataDir, { path: resolve(path), tag, size });
  await destroyStaleCopies(dataDir, place.record.entries);
  assertNotSpent(spentTag(tag, place.record.entries, size));
  const written = await writeContactsBag(draft, { place, facts, vault, publicBag: bag.digest });
  const notice: Handed = { kind: "handover", tag: handover.tag, publicBag: bag.digest, contactsBag: written.digest };
  if (await isAnotherNamed(place, notice)) {
    await rm(draft);
    throw new LetterError(
      "handover",
      `the ledger names another contacts bag for ${notice.tag}: give the recipient that one, or hand over again under the tag of another day; nothing in DIR was changed`,
    );
  }
  await noteHandover(dataDir, { tag, contactsBag: written.digest, size, lost: written.lost });
  await rename(draft, file);
  const noticeFile = join(out, `handover-${handover.day}.md`);
  await writeFile(noticeFile, formatNotice(notice));
  const logged = place.local !== undefined && (await logHandover(place.local, notice));
  return { file, ...written, notice: noticeFile, logged };
}

/** Whether main's ledger, or its notice of this handover, names other bags than this notice does. */
async function isAnotherNamed({ record, local }: HandoverPlace, notice: Handed): Promise<boolean> {
  const { publicBag, contactsBag } = notice;
  const named = entriesOf("handover", record.entries);
  if (named.some((one) => one.publicBag === publicBag && one.contactsBag !== contactsBag)) return true;
  if (local === undefined) return false;
  const there = await readText(local.host.repository, await local.host.head(), noticePath(notice));
  return there !== undefined && there !== formatNotice(notice);
}

/** On one machine the person who runs the command is the reviewer: the notice goes to main, and its entry to the ledger. */
async function logHandover({ host, acceptor, day }: LocalCampaign, notice: Notice): Promise<boolean> {
  const text = new Map([[noticePath(notice), formatNotice(notice)]]);
  await host.commitText(text, day, "say what was handed over");
  await acceptAll(acceptor);
  return true;
}

/** Says what was handed over, and where its notice belongs. */
export function formatHandedContacts({ tag }: Handover, handed: HandedContacts): string {
  const { file, notice, logged, records, withdrawn, digest } = handed;
  const path = noticePath({ kind: "handover", tag, publicBag: "", contactsBag: digest });
  return [
    file,
    `${records} sealed records${withdrawn > 0 ? `; ${withdrawn} people withdrew since the tag and are left out` : ""}`,
    `sha256 ${Buffer.from(digest, "base64url").toString("hex")}`,
    `digest ${digest}`,
    logged ? `the ledger names both bags now (${path})` : `for review: ${notice} belongs in ${path}`,
  ].join("\n");
}

/** Says of whom the recipient will have no contact record. */
export function warningsOf({ later, lost }: Pick<HandedContacts, "later" | "lost">): string[] {
  return [
    ...(later > 0
      ? [
          `${later} signatures were accepted after the tag and are in neither bag: hand over again under the tag of a later day before npm run purge, which is refused until then`,
        ]
      : []),
    ...(lost > 0
      ? [`of ${lost} signatures this database has no contact record: the recipient's report will name them`]
      : []),
  ];
}
