import { LetterError } from "../letter/bytes/error.ts";
import { countNewcomers } from "../letter/handover/contacts-payload.ts";
import type { Handover } from "../letter/handover/handover.ts";
import { type Notice, noticeEntry } from "../letter/handover/notice.ts";
import { peopleLeft } from "../letter/handover/spent-tag.ts";
import { entriesOf } from "../letter/ledger/entry.ts";
import { whyListed } from "../letter/ledger/taken-down.ts";
import { idOf } from "../letter/signature/derivation.ts";
import { parseCampaign } from "../letter/text/campaign.ts";
import { CAMPAIGN_PATH } from "../outside/git/letter-files.ts";
import { readText } from "../outside/git/object.ts";
import { readHead } from "../outside/git/repository.ts";
import type { HandoverPlace } from "./handover-place.ts";

type PurgeNotice = Extract<Notice, { kind: "purge" }>;

/** What a purge needs of the form service's database. Each call opens the database and closes it again. */
export type PurgedStore = {
  /** Returns the number of confirmed signatures on which nobody has decided. */
  countUndecided(): Promise<number>;
  /** Returns the ids of those whose withdrawal is still on its way to main, as far as this database knows. */
  leaving(): Promise<readonly string[]>;
  /** Returns which of these ids have no contact record there, although they have not left. */
  lost(ids: readonly string[]): Promise<readonly string[]>;
  /** Deletes every row of every table. */
  deleteEverything(): Promise<void>;
};

/**
 * Anyone who signed and is in no bag would have signed for nothing, and anyone who was told that they left would be on
 * the list for ever.
 *
 * @param size of the ledger at the tag; what came between it and the entry of the handover is in no bag either; `isLost`:
 *   whether the organisers have said that the database with the records is lost
 * @throws LetterError `purge`
 */
export async function assertNothingLost(
  { record }: Pick<HandoverPlace, "record">,
  { size, store, isLost }: { size: number; store: PurgedStore; isLost: boolean },
): Promise<void> {
  const later = countNewcomers(record.entries, size);
  if (later > 0)
    throw new LetterError(
      "purge",
      `${later} signatures were accepted after the tag and are in no bag: hand over again, under the tag of a later day`,
    );
  const undecided = await store.countUndecided();
  if (undecided > 0)
    throw new LetterError(
      "purge",
      `${undecided} confirmed signatures are undecided: accept or reject them, and hand over again if any was accepted`,
    );
  const listed = new Set(record.rows.map(({ opening }) => idOf(Buffer.from(opening, "base64url"))));
  // The database whose records were handed over is the one to destroy; an empty or an older one would leave it where it is.
  if (!isLost && listed.size > 0 && (await store.lost([...listed])).length === listed.size)
    throw new LetterError(
      "purge",
      `the database holds the contact record of none of the ${listed.size} signatures: set DATABASE_URL and DATA_DIR as the form service has them, or say --lost-database if it is lost; nothing was destroyed`,
    );
  const leaving = (await store.leaving()).filter((id) => listed.has(id)).length;
  if (leaving > 0)
    throw new LetterError(
      "purge",
      `${leaving} withdrawals are on their way to the ledger: start the form service until accept has taken them, then stop it and run this again`,
    );
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
  const reason = stays === "counts" ? whyListed([...record.entries, noticeEntry(notice)]) : undefined;
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
