import { readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { acceptAll } from "../accept/acceptance.ts";
import { readNotices } from "../accept/notices.ts";
import { LetterError } from "../letter/bytes/error.ts";
import type { Handover } from "../letter/handover/handover.ts";
import { type Notice, noticeEntry } from "../letter/handover/notice.ts";
import { leaversSince } from "../letter/handover/spent-tag.ts";
import { noteCopy } from "../outside/bag/copy-list.ts";
import { destroyFile } from "../outside/destroyed-file.ts";
import { readHead } from "../outside/git/repository.ts";
import type { Random } from "../outside/random.ts";
import { freshFolder, replaceRepository, writeFreshNotice, writeFreshRepository } from "./fresh-repository.ts";
import type { HandoverPlace } from "./handover-place.ts";
import { destroyPersonalData } from "./personal-data.ts";
import { readTagged } from "./public-bag.ts";
import {
  assertDeleted,
  assertNothingLost,
  assertPromise,
  assertReceipt,
  type PurgedStore,
} from "./purge-conditions.ts";
import { formatMissing, formatRefusedPurge, formatRemains } from "./purge-report.ts";

/** What the recipient has told: the digest of its contacts bag, and how many people it has deleted who left since. */
export type Acknowledged = {
  readonly receipt: string | undefined;
  readonly deleted: string | undefined;
  /** whether the organisers have said that the database with the records is lost */
  readonly lostDatabase?: boolean | undefined;
};

/** What a purge came to, and the text to print. */
export type Purged = { readonly destroyed: boolean; readonly report: string };

/**
 * Destroys what this machine holds of the signatories, once the recipient has opened the contacts bag of this handover
 * and deleted those who have left since. The caller holds the lock of the data folder.
 *
 * @throws LetterError `purge` when a signature or a withdrawal would be lost, the handover is not on the ledger, the
 *   receipt is of another bag, or the recipient has deleted another number of people
 */
export async function purge(
  handover: Handover,
  place: HandoverPlace,
  { told, store, random }: { told: Acknowledged; store: PurgedStore; random: Random },
): Promise<Purged> {
  const handedOver = await noticeOf(handover, place);
  const notice: Notice = { kind: "purge", tag: handover.tag, contactsBag: handedOver.contactsBag };
  const done = place.record.entries.includes(noticeEntry(notice));
  if (!done) {
    const size = (await readTagged(place.repository, handover)).record.entries.length;
    const left = leaversSince(place.record.entries, size);
    await assertNothingLost(place, { size, store, isLost: told.lostDatabase ?? false });
    await assertPromise(place, notice);
    if (told.receipt === undefined) return { destroyed: false, report: formatRefusedPurge(place, handover, left) };
    assertReceipt(told.receipt, handedOver.contactsBag);
    assertDeleted(told.deleted, left, handover);
  }
  // What cannot be published afterwards is said while everything is still there.
  await place.local?.host.readMain().then(place.local.site.publish);
  await destroyFile(freshFolder(place.settings.dataDir));
  if (!place.local) await leaveForReview(handover, place, notice, done);
  const missing = await destroyPersonalData(place.settings, store, random);
  if (place.local) await putOnLedger(place, notice, done);
  const remains = formatRemains(place, notice, done || place.local !== undefined);
  return { destroyed: true, report: [formatMissing(missing), remains].filter(Boolean).join("\n") };
}

type HandedOver = Extract<Notice, { kind: "handover" }>;

/** The handover as the ledger has it: what was never handed over is not destroyed. */
async function noticeOf({ tag }: Handover, { repository, record }: HandoverPlace): Promise<HandedOver> {
  const { notices } = await readNotices(repository, await readHead(repository));
  const notice = notices.find((one): one is HandedOver => one.kind === "handover" && one.tag === tag);
  if (!notice || !record.entries.includes(noticeEntry(notice)))
    throw new LetterError("purge", `the ledger has no handover of ${tag}: hand over first (npm run handover:contacts)`);
  return notice;
}

/**
 * Beside GitHub: first the notice for a pull request, and once the ledger has its entry, what a repository without a past
 * begins with. It holds the list if the list stays, so it is noted as a copy that goes when somebody leaves.
 */
async function leaveForReview(
  { tag }: Handover,
  { repository, settings, record, content }: HandoverPlace,
  notice: Notice,
  done: boolean,
): Promise<void> {
  const { dataDir } = settings;
  if (!done) return writeFreshNotice(dataDir, notice);
  await noteCopy(dataDir, { path: resolve(freshFolder(dataDir)), tag, size: record.entries.length });
  await writeFreshRepository(repository, dataDir, content.campaign.after_purge);
}

/** On one machine the repository begins again without its history, and without the list where that goes too. */
async function putOnLedger({ local, settings, content }: HandoverPlace, notice: Notice, done: boolean): Promise<void> {
  const { host, acceptor, site, day } = local!;
  if (!done) await replaceRepository(host.repository, { notice, day, stays: content.campaign.after_purge });
  const { main } = await acceptAll(acceptor);
  await site.publish(main);
  for (const name of await readdir(join(settings.dataDir, "builds")))
    if (!name.startsWith(main.commit.slice(0, 12)))
      await rm(join(settings.dataDir, "builds", name), { recursive: true, force: true });
}
