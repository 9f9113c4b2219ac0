import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { formatBase64url, parseBase64url } from "../../letter/bytes/base64url.ts";
import { dayAfter, dayOf } from "../../letter/bytes/day.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { signingKey } from "../../letter/bytes/key.ts";
import { idOf } from "../../letter/signature/derivation.ts";
import type { CampaignRecord } from "../../letter/signature/record.ts";
import { leftListBeside, leftListIn, noteBackups, readBackupList } from "../../outside/backup-list.ts";
import { type Clock, doubtOf, formatDoubt } from "../../outside/clock.ts";
import { readClockRow } from "../../outside/database/clock-row.ts";
import { campaignRepository, openLocalGitHost } from "../../outside/git/local-host.ts";
import { assertClockAfter } from "../../outside/known-days.ts";
import type { Random } from "../../outside/random.ts";
import type { Settings } from "../../outside/settings.ts";
import { type BackupContents, formatBackup, type OpenedBackup, type ReadBackup } from "../store/backup-contents.ts";
import { noteLedger, withCampaignStore } from "../store/campaign-database.ts";
import { carryLeft, type LeftList, readLeftList } from "../store/left-list.ts";
import { restoreBackup } from "../store/restored-backup.ts";
import { type RestoredRows, restoredRows, WAITING_DAYS } from "../store/restored-rows.ts";
import { type Query, type Store, withStore } from "../store/schema.ts";
import { lastDayHere } from "./clock-rounds.ts";
import { continueMain } from "./continued-main.ts";
import { fileRestoredLeaves, noteRestored, type SinceBackup } from "./restoration.ts";
import { assertPublishedKnown, formatPublished, type RestoredMain } from "./restored-main.ts";

/** A list of who left since a backup, and where it was found. */
export type FoundList = LeftList & { readonly path: string };

/**
 * Reads the lists of who left since a backup: beside it, in the data folder that it is restored into, and in an old one.
 *
 * @param backup undefined: there is none
 * @throws LetterError `backup` when one is damaged
 */
export async function findLeftLists(backup: string | undefined, dataDirs: readonly string[]): Promise<FoundList[]> {
  const found: FoundList[] = [];
  const beside = backup === undefined ? [] : [leftListBeside(backup)];
  for (const path of new Set([...beside, ...dataDirs.map(leftListIn)])) {
    const list = await readLeftList(path);
    if (list) found.push({ ...list, path });
  }
  return found;
}

type Restoring = { readonly settings: Settings; readonly clock: Clock; readonly random: Random };

/** What is left of a restoration that was cut after the rows. */
const THE_REST = "npm run restore -- --by-database --yes, with the same --site or --no-site, does the rest";

/** What waits now for seven days, and how many are on the list whose contact records are lost; undefined: unknown. */
export type Restored = {
  readonly waiting: RestoredRows | undefined;
  readonly unreachable: number | undefined;
  /** why `npm start` will take no form for an hour: the campaign was out of sight for some days */
  readonly doubt: string | undefined;
};

/** Says what is restored, who has left since as far as it is known, and how far the ledger was published. */
export function formatRestoration(
  from: ReadBackup | undefined,
  lists: readonly FoundList[],
  main: RestoredMain | undefined,
): string {
  const backup = from ? [formatBackup(from.contents, main?.draft === undefined)] : [];
  return [...backup, formatLists(lists), ...(main ? [formatPublished(main)] : [])].join("\n");
}

/**
 * Restores a backup, or takes over what has happened since a database was put back by its own means.
 *
 * @throws LetterError `clock` when the clock is behind what is restored, …
 */
export async function restore(
  from: ReadBackup | undefined,
  lists: readonly LeftList[],
  restoring: Restoring,
  main: RestoredMain | undefined,
): Promise<Restored> {
  const days = [...(from ? [from.contents.day] : []), ...lists.map(({ day }) => day)];
  await assertClockAfter(days, restoring.settings, restoring.clock);
  if (from) return restoreService(from.backup, from.contents, lists, restoring, main);
  return noteRestoredDatabase(lists, restoring, main);
}

/**
 * Makes the form service of a backup again, without those who have left since as far as these lists tell: they are gone
 * before anything answers, and main hears of it before the site is published again.
 *
 * @param main the main to go on from; without it the one in the data folder or the backup, as it is
 */
export async function restoreService(
  backup: OpenedBackup,
  contents: BackupContents,
  lists: readonly LeftList[],
  restoring: Restoring,
  main?: RestoredMain,
): Promise<Restored> {
  const since = sinceBackup((name) => contents.files.get(name), lists, restoring);
  // First, because a backup that is not listed could not be destroyed.
  await takeOverBackups(backup.path, contents, restoring.settings.dataDir);
  await takeOverPublished(main, restoring);
  const note = (query: Query) => noteRestored(query, since);
  await restoreBackup(backup, contents, restoring.settings, note, main?.draft);
  return afterRestoring(since, restoring).catch((cause) => {
    const { message } = cause as Error;
    throw new LetterError(
      "backup",
      `keys, main and database are restored, and main does not know yet who has left since: ${message}. Mend that, and before npm start ${THE_REST}`,
      { cause },
    );
  });
}

/**
 * Does the same for a database that was put back by its own means, such as a dump of PostgreSQL or a snapshot of the
 * disk: nothing else would tell the service that main knows more.
 */
export async function noteRestoredDatabase(
  lists: readonly LeftList[],
  restoring: Restoring,
  main?: RestoredMain,
): Promise<Restored> {
  const { dataDir, database } = restoring.settings;
  const since = sinceBackup((name) => readIfThere(join(dataDir, name)), lists, restoring);
  await withCampaignStore({ dataDir, database }, async (store) => {
    await takeOverPublished(main, restoring);
    await store.change((query) => noteRestored(query, since));
  });
  return afterRestoring(since, restoring);
}

async function takeOverPublished(main: RestoredMain | undefined, { clock }: Restoring): Promise<void> {
  if (main?.missing) await continueMain(main.repository, main.missing.record, dayOf(clock.now()));
}

function sinceBackup(
  fileOf: (name: string) => Buffer | undefined,
  lists: readonly LeftList[],
  { clock }: Restoring,
): SinceBackup {
  const key = (name: string) => {
    try {
      return parseBase64url(fileOf(name)?.toString("utf8").trim() ?? "", 32);
    } catch (cause) {
      throw new LetterError("backup", `there is no ${name}, or it is damaged: nothing can be restored without it`, {
        cause,
      });
    }
  };
  const departed = new Set(lists.flatMap(({ ids }) => [...ids]));
  const [attestation, pepper] = [signingKey(key("keys/attestation.key")), key("keys/pepper.key")];
  return { attestation, pepper, now: clock.now(), departed };
}

async function afterRestoring(
  { attestation, now }: SinceBackup,
  { settings, clock, random }: Restoring,
): Promise<Restored> {
  const { dataDir, database } = settings;
  return withStore(database, async (store) => {
    await carryLeft(store.query, dataDir, dayOf(now));
    const repository = campaignRepository(dataDir);
    let unreachable: number | undefined;
    if (settings.gitHost.kind === "local" && existsSync(repository)) {
      const gitHost = await openLocalGitHost(repository, { folder: ".", day: dayOf(now) });
      await fileRestoredLeaves({ store, clock, random, attestation, gitHost });
      const { record } = await gitHost.readMain();
      // From now on no start goes on from less.
      await noteLedger(store, record, formatBase64url(attestation.publicKey));
      unreachable = await countUnreachable(store, record);
    }
    await store.scrub();
    const today = dayOf(now);
    return { waiting: await restoredRows(store.query, today), unreachable, doubt: await doubtAtStart(store, today) };
  });
}

/** What the first round of the service will have against the clock. A backup holds no day of the last run, only forms. */
async function doubtAtStart(store: Store, today: string): Promise<string | undefined> {
  const known = { run: (await readClockRow(store.query))?.day ?? (await lastDayHere(store)) };
  const doubt = doubtOf(today, known);
  return doubt && formatDoubt(doubt, today, known);
}

/** Counts those on the list whom nobody could find any more: their contact records came after the backup. */
async function countUnreachable(
  { query }: Pick<Store, "query">,
  { rows }: Pick<CampaignRecord, "rows">,
): Promise<number> {
  const kept = new Set((await query.selectFrom("vault").select("id").execute()).map(({ id }) => id));
  return rows.filter(({ opening }) => !kept.has(idOf(parseBase64url(opening, 32)))).length;
}

function readIfThere(path: string): Buffer | undefined {
  return existsSync(path) ? readFileSync(path) : undefined;
}

/** Lists the backups that the backup tells of, and itself, where it lies now. */
async function takeOverBackups(path: string, { backups, day }: BackupContents, dataDir: string): Promise<void> {
  const known = new Set((await readBackupList(dataDir)).map((note) => note.path));
  const here = { path: resolve(path), day };
  const told = backups.filter((note) => !known.has(note.path) && note.path !== here.path);
  const noted = told.map((note) => (existsSync(note.path) ? note : { ...note, elsewhere: true as const }));
  await noteBackups(dataDir, [...noted, ...(known.has(here.path) ? [] : [here])]);
}

/** Says which lists there are, and how far they reach; without any, what that means. */
function formatLists(lists: readonly FoundList[]): string {
  if (lists.length === 0)
    return [
      `no list of who left since the backup was found, neither beside the backup (FILE.left) nor in DATA_DIR (left.txt):`,
      "  anyone who withdrew since then comes back, unless main's history tells of it. Look for the list: beside the backup",
      "  where it was written, or in the old DATA_DIR, which --old names",
    ].join("\n");
  const ids = new Set(lists.flatMap((list) => [...list.ids]));
  const last = lists.reduce((day, list) => (list.day > day ? list.day : day), "");
  return [
    `${ids.size} signatures have left since, and do not come back: ${lists.map(({ path }) => path).join(", ")}`,
    `  the list reaches to ${last}: if the service ran longer, look for a newer one, beside the backup where it was`,
    "  written, or in the old DATA_DIR, which --old names",
  ].join("\n");
}

/** What was said in so many words where nothing tells it, and the published site that was named. */
export type Said = { readonly withoutList: boolean; readonly noSite: boolean; readonly named: string | undefined };

/**
 * Checks that something tells who has left since the backup, and how far the ledger was published.
 *
 * @throws LetterError `backup` or `published`
 */
export function assertTold(lists: readonly FoundList[], main: RestoredMain | undefined, said: Said): void {
  if (lists.length === 0 && !said.withoutList)
    throw new LetterError(
      "backup",
      "nothing tells who has left since the backup, and they would come back; nothing was restored: find FILE.left or the old DATA_DIR (--old), or say --without-list",
    );
  assertPublishedKnown(main, { named: said.named, isSaid: said.noSite });
}

/** Says what to announce after a restoration, in both languages. */
export function formatAnnouncement(
  backupDay: string | undefined,
  today: string,
  { waiting, unreachable = 0, doubt }: Restored,
): string {
  const until = dayAfter(today, WAITING_DAYS);
  const day = backupDay ?? "(DAY OF THE BACKUP)";
  const lost =
    unreachable === 0
      ? []
      : [
          `${unreachable} signatures are on the list without a contact record: they count, and can be withdrawn with their codes, but the recipient gets no contact details of them`,
        ];
  return [
    ...lost,
    `${waiting?.waiting ?? 0} signatures that were not filed in the backup wait until ${until}; announce this today, wherever signers read it:`,
    `  en: We had to restore our service from a backup of ${day}. If you withdrew your signature on that day or later, check its state with your code, and withdraw it again if it is not withdrawn. No signature of the backup goes to review before ${until}. If you signed on that day or later and your code is not known, please sign again.`,
    `  fa: ناچار شدیم سامانه را از نسخهٔ پشتیبان روز ${day} بازگردانیم. اگر در آن روز یا پس از آن امضایتان را پس گرفته‌اید، وضعیت آن را با کد خود ببینید و اگر پس گرفته نشده است، دوباره آن را پس بگیرید. هیچ امضایی از آن نسخه پیش از ${until} برای بازبینی فرستاده نمی‌شود. اگر در آن روز یا پس از آن امضا کرده‌اید و کدتان شناخته نمی‌شود، لطفاً دوباره امضا کنید.`,
    "restored; npm start goes on from here, after it has read what has been accepted since",
    // It is not believed by itself: nobody has looked at it yet, and a new machine is the one whose clock may be wrong.
    ...(doubt === undefined ? [] : [`no form is taken for the first hour, unless you say so now: ${doubt}`]),
  ].join("\n");
}
