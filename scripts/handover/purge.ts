import { readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { acceptAll } from "../accept/acceptance.ts";
import { readNotices } from "../accept/notices.ts";
import { LetterError } from "../letter/bytes/error.ts";
import type { Handover } from "../letter/handover/handover.ts";
import { type BagNotice, noticeEntry } from "../letter/handover/notice.ts";
import { leaversSince } from "../letter/handover/spent-tag.ts";
import { noteCopy } from "../outside/bag/copy-list.ts";
import { destroyFile } from "../outside/destroyed-file.ts";
import { readHead } from "../outside/git/repository.ts";
import type { Random } from "../outside/random.ts";
import { dropHistory, freshFolder, writeFreshNotice, writeFreshRepository } from "./fresh-repository.ts";
import { forgetHandovers, type HandoverNote, noteHandover, readHandoverNote } from "./handover-note.ts";
import type { HandoverPlace } from "./handover-place.ts";
import { destroyPersonalData } from "./personal-data.ts";
import {
  assertBackupsThere,
  assertDatabase,
  assertDatabaseThere,
  assertDeleted,
  assertNobodyLeaving,
  assertNoNewcomers,
  assertPromise,
  assertReceipt,
  type HandedOver,
  type PurgedStore,
  readHandedOver,
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
  const { dataDir } = place.settings;
  const named = await noticesOf(handover, place);
  const notice: BagNotice = { kind: "purge", tag: handover.tag, contactsBag: named.handover.contactsBag };
  const done = place.record.entries.includes(noticeEntry(notice));
  const note = await readHandoverNote(dataDir, notice.contactsBag);
  if (!done) {
    const handedOver = await readHandedOver(handover, place, { note, entry: noticeEntry(named.handover) });
    const begun = note?.purge !== undefined;
    await assertNotLost(place, { handedOver, note, store, isLost: told.lostDatabase ?? false });
    await assertPromise(place, notice);
    const left = leaversSince(place.record.entries, handedOver.size);
    if (!begun && told.receipt === undefined)
      return { destroyed: false, report: formatRefusedPurge(place, handover, left) };
    if (told.receipt !== undefined) assertReceipt(told.receipt, notice.contactsBag);
    if (!begun || told.deleted !== undefined) assertDeleted(told.deleted, left, handover);
    if (!begun) await assertBackupsThere(dataDir);
    // What cannot be published afterwards is said while everything is still there. A repository that has begun again cannot
    // be before its entry is on the ledger.
    if (!named.purge) await place.local?.host.readMain().then(place.local.site.publish);
    const { tag, contactsBag } = notice;
    const { size } = handedOver;
    const lost = told.lostDatabase ? size : handedOver.lost;
    if (!begun) await noteHandover(dataDir, { tag, contactsBag, size, lost, purge: "checked" });
  } else if (note === undefined && !(await store.isEmptied())) {
    // Where the names stay, people go on leaving after it.
    await assertNobodyLeaving(place, store);
  }
  await destroyFile(freshFolder(dataDir));
  if (!place.local) await leaveForReview(handover, place, notice, done);
  const missing = await destroyPersonalData(place.settings, () => emptyOnce(dataDir, notice, store, told), random);
  if (place.local) await putOnLedger(place, notice, done);
  if (place.local || done) await forgetHandovers(dataDir);
  const remains = formatRemains(place, notice, done || place.local !== undefined);
  return { destroyed: true, report: [formatMissing(missing), remains].filter(Boolean).join("\n") };
}

/** Nobody may be lost by it. What a purge that has begun has destroyed is no reason to stop. */
async function assertNotLost(
  place: HandoverPlace,
  {
    handedOver,
    note,
    store,
    isLost,
  }: { handedOver: HandedOver; note: HandoverNote | undefined; store: PurgedStore; isLost: boolean },
): Promise<void> {
  assertNoNewcomers(place, handedOver);
  const begun = note?.purge !== undefined;
  if (note?.purge === "emptied") return;
  // `--lost-database` was noted as the loss of everything.
  if (begun && !isLost && note.lost < note.size) await assertDatabaseThere(store);
  if ((begun || isLost) && (await store.isEmptied())) return;
  await assertDatabase(place, { store, handedOver, isLost });
}

/** The files of a database that was emptied may be overwritten in part, and are no database any more. */
async function emptyOnce(
  dataDir: string,
  { contactsBag }: BagNotice,
  store: PurgedStore,
  { lostDatabase = false }: Acknowledged,
): Promise<void> {
  const note = await readHandoverNote(dataDir, contactsBag);
  if (note?.purge === "emptied") return;
  // Also where the ledger has the purge already, by the notice of another run: no database is not an emptied one.
  if (note !== undefined && !lostDatabase && note.lost < note.size) await assertDatabaseThere(store);
  await store.deleteEverything();
  if (note !== undefined) await noteHandover(dataDir, { ...note, purge: "emptied" });
}

/** The handover as the ledger has it, and whether main has the notice of its purge: what was never handed over is not destroyed. */
async function noticesOf(
  { tag }: Handover,
  { repository, record }: HandoverPlace,
): Promise<{ handover: BagNotice; purge: boolean }> {
  const { notices } = await readNotices(repository, await readHead(repository));
  const of = (kind: BagNotice["kind"]) => notices.find((one): one is BagNotice => one.kind === kind && one.tag === tag);
  const handover = of("handover");
  if (!handover || !record.entries.includes(noticeEntry(handover)))
    throw new LetterError("purge", `the ledger has no handover of ${tag}: hand over first (npm run handover:contacts)`);
  return { handover, purge: of("purge")?.contactsBag === handover.contactsBag };
}

/**
 * Beside GitHub: first the notice for a pull request, and once the ledger has its entry, what a repository without a past
 * begins with. It holds the list if the list stays, so it is noted as a copy that goes when somebody leaves.
 */
async function leaveForReview(
  { tag }: Handover,
  { repository, settings, record, content }: HandoverPlace,
  notice: BagNotice,
  done: boolean,
): Promise<void> {
  const { dataDir } = settings;
  // What the onion service showed; with the names, the next start builds it again.
  for (const name of ["onion-site", "builds"]) await rm(join(dataDir, name), { recursive: true, force: true });
  if (!done) return writeFreshNotice(dataDir, notice);
  await noteCopy(dataDir, { path: resolve(freshFolder(dataDir)), tag, size: record.entries.length });
  await writeFreshRepository(repository, dataDir, content.campaign.after_purge);
}

/** On one machine the repository begins again without its history, and without the list where that goes too. */
async function putOnLedger(
  { local, settings, content }: HandoverPlace,
  notice: BagNotice,
  done: boolean,
): Promise<void> {
  const { host, acceptor, site, day } = local!;
  if (!done) await dropHistory(host.repository, { notice, day, stays: content.campaign.after_purge });
  await acceptAll(acceptor);
  const main = await host.readMain();
  await site.publish(main);
  for (const name of await readdir(join(settings.dataDir, "builds")))
    if (!name.startsWith(main.commit.slice(0, 12)))
      await rm(join(settings.dataDir, "builds", name), { recursive: true, force: true });
}
