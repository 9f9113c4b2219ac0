import { access, constants } from "node:fs/promises";
import { dirname } from "node:path";
import { LetterError } from "../letter/bytes/error.ts";
import { countNewcomers } from "../letter/handover/contacts-payload.ts";
import type { Handover } from "../letter/handover/handover.ts";
import { type Notice, noticeEntry } from "../letter/handover/notice.ts";
import { peopleLeft } from "../letter/handover/spent-tag.ts";
import { entriesOf } from "../letter/ledger/entry.ts";
import { outlineOf } from "../letter/ledger/outline.ts";
import { whyListed } from "../letter/ledger/taken-down.ts";
import { idOf } from "../letter/signature/derivation.ts";
import { parseCampaign } from "../letter/text/campaign.ts";
import { backupDraft, isOnAnotherHost, readBackupList } from "../outside/backup-list.ts";
import { CAMPAIGN_PATH } from "../outside/git/letter-files.ts";
import { readText } from "../outside/git/object.ts";
import { readHead } from "../outside/git/repository.ts";
import { readTag } from "../outside/git/tag.ts";
import type { HandoverNote } from "./handover-note.ts";
import type { HandoverPlace } from "./handover-place.ts";
import { readTagged } from "./public-bag.ts";

type PurgeNotice = Extract<Notice, { kind: "purge" }>;

/** What a purge needs of the form service's database. Each call opens the database and closes it again. */
export type PurgedStore = {
  /** Returns the number of confirmed signatures on which nobody has decided. */
  countUndecided(): Promise<number>;
  /** Returns the ids of those whose withdrawal is still on its way to main, as far as this database knows. */
  leaving(): Promise<readonly string[]>;
  /** Returns which of these ids have no contact record there, although they have not left. */
  lost(ids: readonly string[]): Promise<readonly string[]>;
  /** Throws unless main's ledger continues the one that this database has seen. */
  assertContinued(entries: readonly string[]): Promise<void>;
  /** Whether there is a database of a form service, be it without a row. */
  isThere(): Promise<boolean>;
  /** Whether it is gone, or has no row any more. */
  isEmptied(): Promise<boolean>;
  /** Deletes every row of every table. */
  deleteEverything(): Promise<void>;
};

/** What was handed over, as it is compared with main and the database. */
export type HandedOver = {
  /** how many entries the ledger has in the bags */
  readonly size: number;
  /** signatures of the bags whose contact record was missing at the handover already */
  readonly lost: number;
};

/**
 * Finds out what was handed over. The note of the handover says so where this machine has made it; otherwise the tag does,
 * which somebody may have moved since.
 *
 * @param entry that of the handover on main's ledger
 * @throws LetterError `purge` when the tag does not name what was handed over, `handover` when there is neither note nor tag
 */
export async function readHandedOver(
  handover: Handover,
  { repository, record }: Pick<HandoverPlace, "repository" | "record">,
  { note, entry }: { note: HandoverNote | undefined; entry: string },
): Promise<HandedOver> {
  const { tag } = handover;
  const sizeAtTag = async () => (await readTagged(repository, handover)).record.entries.length;
  if (note === undefined) {
    const size = await sizeAtTag();
    if (size > record.entries.indexOf(entry))
      throw movedTag(tag, "it names a state of main that came after the handover");
    return { size, lost: 0 };
  }
  // A repository that has begun again has no tags, and a tag that is gone hides nothing.
  const size = (await readTag(repository, tag)) === undefined ? note.size : await sizeAtTag();
  if (size !== note.size) throw movedTag(tag, `the bags have ${note.size} entries of the ledger, and it has ${size}`);
  return note;
}

function movedTag(tag: string, why: string): LetterError {
  return new LetterError(
    "purge",
    `the tag ${tag} does not name what was handed over: ${why}. Put it back where it was; nothing was destroyed`,
  );
}

/**
 * Anyone who signed and is in no bag would have signed for nothing, and anyone who was told that they left would be on
 * the list for ever.
 *
 * @throws LetterError `purge`
 */
export function assertNoNewcomers({ record }: Pick<HandoverPlace, "record">, { size }: HandedOver): void {
  const later = countNewcomers(record.entries, size);
  if (later > 0)
    throw new LetterError(
      "purge",
      `${later} signatures were accepted after the tag and are in no bag: hand over again, under the tag of a later day`,
    );
}

/**
 * The same for those whom only the database knows. And it must be the database that was handed over: another one, an older
 * or an empty one would leave it where it is.
 *
 * @param isLost whether the organisers have said that records are lost
 * @throws LetterError `purge`
 */
export async function assertDatabase(
  { record }: Pick<HandoverPlace, "record">,
  { store, handedOver, isLost }: { store: PurgedStore; handedOver: HandedOver; isLost: boolean },
): Promise<void> {
  await store.assertContinued(record.entries);
  const undecided = await store.countUndecided();
  if (undecided > 0)
    throw new LetterError(
      "purge",
      `${undecided} confirmed signatures are undecided: accept or reject them, run npm start once, so that the form service learns of it, and hand over again if any was accepted`,
    );
  const listed = idsOf(record);
  const lost = isLost ? 0 : (await store.lost([...listed])).length;
  if (lost > handedOver.lost) {
    const held = lost === listed.size ? "none" : `only ${listed.size - lost}`;
    throw new LetterError(
      "purge",
      `the database holds the contact record of ${held} of the ${listed.size} signatures: set DATABASE_URL and DATA_DIR as the form service has them, or say --lost-database if they are lost; nothing was destroyed`,
    );
  }
  await assertNobodyLeaving({ record }, store);
}

/**
 * A purge that was cut before it had emptied the database has left it there: where there is none, this is another one.
 *
 * @throws LetterError `purge`
 */
export async function assertDatabaseThere(store: Pick<PurgedStore, "isThere">): Promise<void> {
  if (await store.isThere()) return;
  throw new LetterError(
    "purge",
    "the purge has begun and has not emptied the database yet, and here there is none: set DATABASE_URL as the form service has it, or say --lost-database if it is lost",
  );
}

/** @throws LetterError `purge` while somebody on the list has been told that they have left */
export async function assertNobodyLeaving(
  { record }: Pick<HandoverPlace, "record">,
  store: Pick<PurgedStore, "leaving">,
): Promise<void> {
  const listed = idsOf(record);
  const leaving = (await store.leaving()).filter((id) => listed.has(id)).length;
  if (leaving > 0)
    throw new LetterError(
      "purge",
      `${leaving} withdrawals are on their way to the ledger: start the form service until accept has taken them, then stop it and run this again`,
    );
}

function idsOf({ rows }: HandoverPlace["record"]): ReadonlySet<string> {
  return new Set(rows.map(({ opening }) => idOf(Buffer.from(opening, "base64url"))));
}

/**
 * A backup that is not where it was noted may be anywhere, and would outlive what the ledger says.
 *
 * @throws LetterError `purge` when a noted backup is not at its path, or cannot be destroyed there
 */
export async function assertBackupsThere(dataDir: string): Promise<void> {
  for (const { path } of await readBackupList(dataDir)) {
    const reason = await whyItStays(path);
    const way = isOnAnotherHost(path) ? "delete its repository there" : "mount its medium or give back the permission";
    if (reason !== undefined)
      throw new LetterError(
        "purge",
        `the backup ${path}, which backups.json names, ${reason}: ${way}; if it exists nowhere any more: npm run backup -- --gone ${path}; nothing was destroyed`,
      );
  }
}

async function whyItStays(path: string): Promise<string | undefined> {
  if (isOnAnotherHost(path)) return "is on another host";
  const { F_OK, W_OK } = constants;
  const may = (file: string, mode: number) =>
    access(file, mode).then(
      () => true,
      () => false,
    );
  if (!(await may(path, F_OK))) return (await may(backupDraft(path), F_OK)) ? undefined : "is not there";
  return (await may(path, W_OK)) && (await may(dirname(path), W_OK)) ? undefined : "cannot be destroyed";
}

/**
 * What stays public afterwards was promised beforehand: `after_purge` here must be main's, which accept goes by, and a
 * list can be taken down only if nobody was accepted since the handover.
 *
 * @throws LetterError `purge`
 */
export async function assertPromise(
  { local, repository, record, content }: HandoverPlace,
  notice: PurgeNotice,
): Promise<void> {
  const stays = content.campaign.after_purge;
  // On one machine main gets this folder's campaign.yaml with the purge.
  if (!local) {
    const onMain = parseCampaign((await readText(repository, await readHead(repository), CAMPAIGN_PATH)) ?? "");
    if (onMain.after_purge !== stays)
      throw new LetterError(
        "purge",
        `after_purge is ${stays} in content/campaign.yaml here and ${onMain.after_purge} on main: take main's content/ (git pull)`,
      );
  }
  const last = entriesOf("handover", record.entries).at(-1);
  if (stays === "names" && last?.contactsBag !== notice.contactsBag)
    throw new LetterError("purge", `a later handover is on the ledger: ${NAME_THE_LAST}`);
  const reason = stays === "counts" ? whyListed(outlineOf(record.entries), [noticeEntry(notice)]) : undefined;
  if (reason !== undefined)
    throw new LetterError(
      "purge",
      `the list goes with the purge (after_purge: counts), and may not yet: ${reason}; ${whatToDo(record.entries, notice)}`,
    );
}

/** After a later handover no third one is needed: the receipt of the last one is what is missing. */
function whatToDo(entries: readonly string[], { contactsBag }: PurgeNotice): string {
  return entriesOf("handover", entries).at(-1)?.contactsBag === contactsBag
    ? "hand over again, under the tag of a later day"
    : NAME_THE_LAST;
}

const NAME_THE_LAST = "name the tag of that one, and the receipt for it";

/**
 * Checks the digest that the recipient has read out, in hexadecimal with or without `sha256`, or in base64url.
 *
 * @param digest that of the contacts bag on the ledger, in base64url
 * @throws LetterError `purge` when they differ
 */
export function assertReceipt(receipt: string, digest: string): void {
  const typed = receipt.trim().replace(/^sha256[ :]*/i, "");
  const hex = Buffer.from(digest, "base64url").toString("hex");
  if (typed !== digest && typed.toLowerCase().replaceAll(" ", "") !== hex)
    throw new LetterError(
      "purge",
      "--receipt is not the digest of the contacts bag on the ledger: the recipient has another bag, nothing was destroyed",
    );
}

/**
 * Checks how many people the recipient says that it has deleted.
 *
 * @param left the indexes of those who have left since the tag; when nobody has, the number may be missing
 * @throws LetterError `purge` when the number is missing, or another one
 */
export function assertDeleted(deleted: string | undefined, left: readonly number[], { tag }: Handover): void {
  const n = left.length;
  if (deleted === undefined && n > 0)
    throw new LetterError(
      "purge",
      `${peopleLeft(n, tag)}: ask the recipient how many it has deleted, and say so with --deleted; nothing was destroyed`,
    );
  if (deleted === undefined || deleted.trim() === String(n)) return;
  if (!/^\d+$/.test(deleted.trim())) throw new LetterError("purge", "--deleted takes a number");
  throw new LetterError(
    "purge",
    `--deleted is not the number of those who have left since ${tag}, which is ${n}: the recipient has to compare its copy with the ledger as it is now; nothing was destroyed`,
  );
}
