import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { acceptAll } from "../accept/acceptance.ts";
import { openLocalSite } from "../accept/local-site.ts";
import { readNotices } from "../accept/notices.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { countNewcomers } from "../letter/handover/contacts-payload.ts";
import type { Handover } from "../letter/handover/handover.ts";
import { type Notice, noticeEntry } from "../letter/handover/notice.ts";
import { readHead } from "../outside/git/repository.ts";
import type { Random } from "../outside/random.ts";
import { freshFolder, replaceRepository, writeFreshRepository } from "./fresh-repository.ts";
import type { HandoverPlace } from "./handover-place.ts";
import { destroyPersonalData } from "./personal-data.ts";
import { readTagged, writePublicBag } from "./public-bag.ts";
import { formatMissing, formatRefusedPurge, formatRemains } from "./purge-report.ts";

/** What a purge needs of the form service's database. Each call opens the database and closes it again. */
export type PurgedStore = {
  /** Returns the number of confirmed signatures on which nobody has decided. */
  countUndecided(): Promise<number>;
  /** Deletes every row of every table. */
  deleteEverything(): Promise<void>;
};

/** What a purge came to, and the text to print. */
export type Purged = { readonly destroyed: boolean; readonly report: string };

/**
 * Destroys what this machine holds of the signatories, once the recipient has opened the contacts bag of this handover.
 * The caller holds the lock of the data folder.
 *
 * @param receipt the digest of the contacts bag as the recipient reads it; without it nothing is destroyed
 * @throws LetterError `purge` when a signature would be lost, the handover is not on the ledger, or the receipt is of
 *   another bag
 */
export async function purge(
  handover: Handover,
  place: HandoverPlace,
  { receipt, store, random }: { receipt: string | undefined; store: PurgedStore; random: Random },
): Promise<Purged> {
  const handedOver = await noticeOf(handover, place);
  const notice: Notice = { kind: "purge", tag: handover.tag, contactsBag: handedOver.contactsBag };
  const done = place.record.entries.includes(noticeEntry(notice));
  if (!done) await assertNothingLost(handover, place, store);
  if (!done && receipt === undefined) return { destroyed: false, report: formatRefusedPurge(place) };
  if (!done) assertReceipt(receipt!, handedOver.contactsBag);
  // What cannot be published afterwards is said while everything is still there.
  await place.local?.host.readMain().then((main) => openLocalSite(place.settings.dataDir, place.keys).publish(main));
  const bag = done ? "" : await keepPublicBag(handover, handedOver.publicBag, place);
  if (!place.local) await writeFreshRepository(place, notice);
  const missing = await destroyPersonalData(place.settings, store, random);
  if (place.local) await putOnLedger(place, notice, done);
  return {
    destroyed: true,
    report: [bag, formatMissing(missing), formatRemains(place, notice)].filter(Boolean).join("\n"),
  };
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

/** Anyone who signed and is in no bag would have signed for nothing. */
async function assertNothingLost(
  handover: Handover,
  { record, repository }: HandoverPlace,
  store: PurgedStore,
): Promise<void> {
  const { record: tagged } = await readTagged(repository, handover);
  // From the tag on, not from its entry on the ledger: what came in between is in no bag either.
  const later = countNewcomers(record.entries, tagged.entries.length);
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
}

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

/** The public bag can be made only as long as its tag is there. */
async function keepPublicBag(
  handover: Handover,
  digest: string,
  { local, keys, settings }: HandoverPlace,
): Promise<string> {
  if (!local) return "";
  const folder = freshFolder(settings.dataDir);
  const made = await writePublicBag(
    handover,
    await readTagged(local.host.repository, handover),
    keys,
    folder,
    () => {},
  );
  if (made.digest === digest) return `kept the public bag: ${made.file}`;
  await rm(made.file);
  return "warning: another version of the program made the public bag that is on the ledger; keep your copy of it";
}

async function putOnLedger({ local, settings }: HandoverPlace, notice: Notice, done: boolean): Promise<void> {
  const { host, acceptor, keys, day } = local!;
  if (!done) await replaceRepository(host.repository, notice, day);
  const { main } = await acceptAll(acceptor);
  const site = openLocalSite(settings.dataDir, keys.publicKeys);
  await site.publish(main);
  for (const name of await readdir(join(settings.dataDir, "builds")))
    if (!name.startsWith(main.commit.slice(0, 12)))
      await rm(join(settings.dataDir, "builds", name), { recursive: true, force: true });
  await writeFreshRepository({ repository: host.repository, settings }, undefined);
}
