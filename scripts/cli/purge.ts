import { mkdir, open, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { acceptAll } from "../accept/acceptance.ts";
import { openLocalSite } from "../accept/local-site.ts";
import { readNotices } from "../accept/notices.ts";
import { countUndecided, deleteEverything } from "../form-service/store/destruction.ts";
import { openStore } from "../form-service/store/schema.ts";
import { readTree, replaceRepository } from "../handover/fresh-repository.ts";
import { type HandoverPlace, openHandoverPlace } from "../handover/handover-place.ts";
import { readTagged, writePublicBag } from "../handover/public-bag.ts";
import { formatBase64url } from "../letter/bytes/base64url.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { countNewcomers } from "../letter/handover/contacts-bag.ts";
import { type Handover, parseHandover } from "../letter/handover/handover.ts";
import { formatNotice, type Notice, noticeEntry, noticePath } from "../letter/handover/notice.ts";
import { readBackupList } from "../outside/backup-list.ts";
import { lockDataFolder } from "../outside/data-folder.ts";
import { destroyFile } from "../outside/destroyed-file.ts";
import { readHead } from "../outside/git/repository.ts";
import { systemRandom } from "../outside/random.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run purge -- --tag handover/DATE [--receipt SHA256]

After the recipient has opened the contacts bag: destroys what this machine holds of the signatories, for good. That is the
vault, the queue and every other row of the database, the pepper, captured mail, older builds of the site, the backups that
DATA_DIR/backups.json names, and on one machine the history of the campaign's repository. Ledger, list, public bag and site
live on, and the count stays verifiable. Stop the form service first.

  --tag handover/DATE  the handover that was received
  --receipt SHA256     the digest of the contacts bag as the recipient read it to you from its own report, not as you know
                       it yourself. Without it nothing is destroyed, and it is said what would be

Refused while signatures are undecided, or were accepted after the tag: they would be lost unseen. All steps:
.github/handing-over.md`;

const RECEIPT =
  "The recipient must have opened the bag without an error. Then ask for the SHA-256 of the contacts bag in its report, and run this again with --receipt and that number.";

await runCommand(
  HELP,
  { tag: { type: "string" }, receipt: { type: "string" } } as const,
  async ({ values, positionals }) => {
    if (positionals.length > 0) throw usageError("it takes no names", HELP);
    const handover = parseHandover(values.tag);
    const place = await openHandoverPlace();
    const lock = await lockDataFolder(place.settings.dataDir);
    try {
      const handedOver = await noticeOf(handover, place);
      const notice: Notice = { kind: "purge", tag: handover.tag, contactsBag: handedOver.contactsBag };
      const done = place.record.entries.includes(noticeEntry(notice));
      if (!done) await assertNothingLost(handover, place);
      if (!done && values.receipt === undefined) {
        console.log(`nothing was destroyed.\n\n${whatGoes(place)}\n\n${RECEIPT}`);
        process.exitCode = 1;
        return;
      }
      if (!done) assertReceipt(values.receipt!, handedOver.contactsBag);
      // What cannot be published afterwards is said while everything is still there.
      await place.local?.host
        .readMain()
        .then((main) => openLocalSite(place.settings.dataDir, place.keys).publish(main));
      const bag = done ? "" : await keepPublicBag(handover, handedOver.publicBag, place);
      if (!place.local) await writeFresh(place, notice);
      await destroy(place);
      if (place.local) await putOnLedger(place, notice, done);
      console.log([bag, whatRemains(place, notice)].filter(Boolean).join("\n"));
    } finally {
      lock.release();
    }
  },
);

type HandedOver = Extract<Notice, { kind: "handover" }>;

/** The handover as the ledger has it: what was never handed over is not destroyed. */
async function noticeOf({ tag }: Handover, place: HandoverPlace): Promise<HandedOver> {
  const { repository } = place;
  const { notices } = await readNotices(repository, await readHead(repository));
  const notice = notices.find((one): one is HandedOver => one.kind === "handover" && one.tag === tag);
  if (!notice || !place.record.entries.includes(noticeEntry(notice)))
    throw new LetterError("purge", `the ledger has no handover of ${tag}: hand over first (npm run handover:contacts)`);
  return notice;
}

/** Whoever signed and is in no bag would have signed for nothing. */
async function assertNothingLost(handover: Handover, { settings, record, repository }: HandoverPlace): Promise<void> {
  const { record: tagged } = await readTagged(repository, handover);
  // From the tag on, not from its entry on the ledger: what came in between is in no bag either.
  const later = countNewcomers(record.entries, tagged.entries.length);
  if (later > 0)
    throw new LetterError(
      "purge",
      `${later} signatures were accepted after the tag and are in no bag: hand over anew, under the tag of a later day`,
    );
  const store = await openStore(settings.database);
  const undecided = await countUndecided(store).finally(() => store.close());
  if (undecided > 0)
    throw new LetterError(
      "purge",
      `${undecided} confirmed signatures are undecided: accept or reject them, and hand over anew if any was accepted`,
    );
}

function assertReceipt(receipt: string, digest: string): void {
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

async function destroy({ settings }: HandoverPlace): Promise<void> {
  const { dataDir, database, mail } = settings;
  const store = await openStore(database);
  await deleteEverything(store).finally(() => store.close());
  if (database.kind === "sqlite")
    for (const end of ["", "-wal", "-shm", "-journal"]) await destroyFile(`${database.path}${end}`);
  await forgetPepper(join(dataDir, "keys", "pepper.key"));
  const mails = mail.kind === "capture" ? mail.folder : join(dataDir, "mail");
  for (const name of await readdir(mails).catch(() => [])) await destroyFile(join(mails, name));
  for (const path of (await readBackupList(dataDir)).map(({ path }) => path)) await destroyFile(path);
  await destroyFile(join(dataDir, "backups.json"));
}

/** Writes another pepper over it, which nothing depends on: a data folder in use must have one. */
async function forgetPepper(path: string): Promise<void> {
  const file = await open(path, "r+");
  await file.write(`${formatBase64url(systemRandom(32))}\n`, 0);
  await file.sync();
  await file.close();
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
  await writeFresh({ repository: host.repository, settings }, undefined);
}

function freshFolder(dataDir: string): string {
  return join(dataDir, "fresh");
}

/** What the repository that lives on consists of, as files, with the notice that is still to be reviewed. */
async function writeFresh(
  { repository, settings }: Pick<HandoverPlace, "repository" | "settings">,
  notice: Notice | undefined,
): Promise<void> {
  const files = await readTree(repository);
  if (notice) files.set(noticePath(notice), formatNotice(notice));
  for (const [path, content] of files) {
    const file = join(freshFolder(settings.dataDir), "repository", path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

function whatGoes({ settings, local }: HandoverPlace): string {
  return [
    "would be destroyed:",
    `- every row of the database (${settings.database.kind === "sqlite" ? settings.database.path : "PostgreSQL"}), and the pepper`,
    "- captured mail, older builds of the site, and the backups that are noted in backups.json",
    ...(local ? ["- the history of campaign.git: what was refused, left out and withdrawn stands there alone"] : []),
  ].join("\n");
}

function whatRemains({ settings, local }: HandoverPlace, notice: Notice): string {
  const fresh = freshFolder(settings.dataDir);
  return [
    "destroyed: vault, queue, keyed addresses, pepper, captured mail, noted backups.",
    local
      ? "the ledger says so. campaign.git has no past any more; site and count are as before: npm run verify"
      : `not yet on the ledger: put ${join(fresh, "repository", noticePath(notice))} into ${noticePath(notice)} by a pull request, and when accept has taken it, run this again`,
    "",
    "what remains, and where:",
    `- ledger, list and letter in ${join(fresh, "repository")}, for a repository without a past${local ? "; the public bag beside it" : "; the public bag in the release"}`,
    "- the contacts bag: with the recipient. Destroy every other copy, on every stick and in every mailbox",
    "- keys/ of this folder: attestation.key is of no use any more; ledger.key only as long as something is to be logged",
    ...(local ? ["- demo-custodian/, if this was a trial: with it anybody opens the contacts bag"] : []),
    "- on GitHub: delete the campaign's repository. For 90 days its owner, and GitHub Support, can restore it; pull requests,",
    "  caches and logs of workflows go with it, forks and clones do not",
    "- backups that are not in backups.json: those of the disk, of the host, of PostgreSQL (its log too), of the mail server",
    "- the old bytes on flash memory, until the disk is encrypted anew or destroyed",
    "- copies of the public list that others have made",
  ].join("\n");
}
