import { sql } from "kysely";
import { formatBase64url } from "../../letter/bytes/base64url.ts";
import { dayOf } from "../../letter/bytes/day.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { loggedEdition } from "../../letter/signature/record.ts";
import { SHEET_ROWS } from "../../letter/signature/sheet.ts";
import type { Filing, GitHost } from "../../outside/git/host.ts";
import { causeOf, type Log } from "../../outside/log.ts";
import type { Settings } from "../../outside/settings.ts";
import { noteLedger } from "../store/campaign-database.ts";
import type { ClockWatch } from "../store/clock-watch.ts";
import type { Queue } from "../store/queue.ts";
import { shortenWaiting } from "../store/restored-rows.ts";
import { rowsSetAside, takeRowsBack } from "../store/rows-set-aside.ts";
import { type GroupKind, groupKind, openSheets } from "../store/sheet-group.ts";
import { type FilingAttempts, SET_ASIDE_AFTER } from "./attempts.ts";
import type { MainView } from "./main-view.ts";
import { type Reconciling, reconcile, settleCompared } from "./reconciliation.ts";
import { attestedSheets, remakeLeft } from "./refiling.ts";
import { destroyRefused } from "./settlement.ts";
import type { SheetWatch } from "./sheet-watch.ts";
import {
  type Making,
  makeSignaturesSheet,
  makeWithdrawalsSheet,
  markFiled,
  mayBeFiled,
  noteFailure,
  renewSheet,
  sheetsToFile,
} from "./sheets.ts";

export type FilingDeps = Making & {
  readonly gitHost: Reconciling["gitHost"] & Pick<GitHost, "file">;
  readonly main: MainView;
  readonly queue: Queue;
  readonly attempts: FilingAttempts;
  readonly sheetWatch: SheetWatch;
  readonly watch: Pick<ClockWatch, "judge">;
  readonly log: Log;
  readonly settings: Pick<Settings, "fileAtLeast" | "fileAtMost" | "fileAtLatest">;
};

/** Consecutive failures after which the git host counts as unreachable. The other sheets then wait too. */
const AWAY_AFTER = 3;

/** While more sheets than this are open, reading sheets grow: moderators open one for what would have been five. */
export const PILE = 100;

/**
 * Runs one round: what main has settled, unfiled sheets of earlier rounds, new sheets.
 *
 * It may end between any two steps and be repeated: nothing is lost, and nothing filed twice.
 *
 * @throws whatever reading main throws; a sheet that cannot be filed is logged and stays for the next round
 */
export async function fileRound(deps: FilingDeps): Promise<void> {
  const { store, clock } = deps;
  await deps.queue.look();
  const main = await deps.main.refresh();
  await noteLedger(store, main.record, formatBase64url(deps.attestation.publicKey));
  await settleCompared(deps, deps.sheetWatch, main);
  await remakeLeft(deps, main).catch((error) =>
    deps.log.warn(causeOf(error), "the branches of sheets that somebody has left could not be looked at"),
  );
  const isCompared = await reconcile(deps, deps.sheetWatch, "before filing").then(
    () => true,
    (error) => {
      deps.log.warn(causeOf(error), "the branches of filed sheets could not be looked at");
      return false;
    },
  );
  if (deps.watch.judge().mayDelete) await destroyRefused(store, clock);
  await renewBaseless(deps).catch((error) =>
    deps.log.warn(causeOf(error), "it could not be found out which sheets need another base"),
  );
  await fileAll(deps, "round");
  await takeRowsBack(store);
  const edition = loggedEdition(main.record.entries);
  // Otherwise rows on a sheet that this database does not know would be filed twice.
  if (edition === undefined || !isCompared) return;
  let made = 0;
  while (await makeWithdrawalsSheet(deps, main.commit, edition)) made++;
  // Withdrawals never wait for the clock. Signatures may, not least those that a restoration holds back until a day.
  if (deps.watch.judge().mayDate) {
    await shortenWaiting(store, dayOf(clock.now()));
    made += await makeDueSheets(deps, main.commit);
  }
  if (made > 0) await fileAll(deps, "round");
  const signatures = (await rowsSetAside(store.query)).length;
  if (signatures > 0) deps.log.error({ signatures }, "signatures are set aside: look at npm run doctor");
}

/** Between two rounds, files sheets that failed before and are due again. */
export function fileAgain(deps: Attempting): Promise<void> {
  return fileAll(deps, "again");
}

/** What it takes to file, and to give a sheet that was refused another base. */
type Attempting = Making & Pick<FilingDeps, "gitHost" | "main" | "attempts" | "log">;

/**
 * Gives a new base to sheets whose base is no longer on main because its history was erased or rewritten: on the old one
 * accept could not take them, even if they have arrived.
 */
async function renewBaseless(deps: Attempting & Pick<FilingDeps, "sheetWatch">): Promise<void> {
  const waiting = await sheetsToFile(deps.store);
  const main = waiting.length === 0 ? undefined : await deps.main.refresh();
  const baseless = waiting.flatMap(({ filing }) => (main && !main.line.has(filing.base) ? [filing.sheet] : []));
  for (const sheet of deps.sheetWatch.baseless(baseless)) await renew(deps, sheet);
}

/** Gives a refused sheet a new base, unless the git host has it after all; then it is filed as it is. */
async function renewRefused(deps: Attempting, { sheet, base }: Filing): Promise<void> {
  if ((await deps.main.refresh()).commit === base) return;
  if (!(await deps.gitHost.pendingBranches()).has(sheet)) await renew(deps, sheet);
}

/**
 * Files a sheet again under another id when somebody has moved its branch before it counted as filed: at that commit it
 * could be neither filed nor given up. A branch that holds the sheet all the same stays its own.
 */
async function renewTaken(deps: Attempting, { sheet }: Filing): Promise<void> {
  const there = attestedSheets(await deps.gitHost.pendingSheets((one) => one === sheet), deps.attestation);
  if (there.size === 0) await renew(deps, sheet);
}

async function renew(deps: Attempting, sheet: string): Promise<void> {
  const { commit } = await deps.main.refresh();
  if (await renewSheet(deps, sheet, commit)) deps.log.warn({ sheet }, "a sheet has another base now, and another id");
}

/**
 * Makes full sheets of each group, and a smaller one of what is left if that is at least `fileAtLeast`; all of a group once one
 * of its signatures has waited too long.
 */
async function makeDueSheets(deps: FilingDeps, base: string): Promise<number> {
  const { fileAtLeast, fileAtLatest } = deps.settings;
  const today = dayOf(deps.clock.now());
  // A sheet that others have seen cannot be taken back, so what is kept back waits for the clock as long as deleting does.
  const released = deps.watch.judge().mayDelete ? today : "";
  const groups = await deps.store.query
    .selectFrom("signature")
    .select(["edition", groupKind.as("kind"), sql<number>`count(*)`.as("count")])
    .where("state", "=", "confirmed")
    .where(mayBeFiled(today, released))
    .groupBy(["edition", "kind"])
    .orderBy("edition")
    .orderBy("kind")
    .execute();
  let made = 0;
  for (const { edition, kind, count } of groups) {
    if (edition === null) continue;
    const group = { edition, kind, released };
    const overdue = await deps.queue.isOverdue(group, fileAtLatest, released);
    for (let left = Number(count); left > 0 && (overdue || left >= fileAtLeast); ) {
      const taken = await makeSignaturesSheet(deps, base, group, await rowsAtMost(deps, kind));
      if (taken === 0) break;
      left -= taken;
      made++;
    }
  }
  return made;
}

/** Returns how many rows the next sheet of this kind may have. */
async function rowsAtMost({ store, settings }: FilingDeps, kind: GroupKind): Promise<number> {
  // Nobody reads a quiet sheet row by row, and a flood is refused in one act.
  if (kind !== "reading") return SHEET_ROWS;
  return (await openSheets(store.query)) > PILE ? SHEET_ROWS : settings.fileAtMost;
}

async function fileAll(deps: Attempting, when: "round" | "again"): Promise<void> {
  const { store, gitHost, attempts, log } = deps;
  let failed = 0;
  for (const { filing, attempts: before } of await sheetsToFile(store)) {
    if (failed >= AWAY_AFTER) return;
    const patient = when === "again" || before >= SET_ASIDE_AFTER;
    if (patient && !attempts.isDue(filing.sheet)) continue;
    // Its base is no longer on main: `renewBaseless` gives it another one first.
    if (deps.main.current()?.line.has(filing.base) === false) continue;
    try {
      await gitHost.file(filing);
    } catch (error) {
      failed++;
      const cause = causeOf(error);
      const count = await noteFailure(store, filing.sheet, `${cause.error} ${cause.code}`.trim());
      attempts.noteFailure(filing.sheet, count);
      const fields = { ...cause, sheet: filing.sheet, attempts: count };
      if (count < SET_ASIDE_AFTER) log.warn(fields, "a sheet could not be filed; it is tried again");
      else log.error(fields, "a sheet is set aside, and tried once an hour: look at npm run doctor");
      // GitHub refuses a branch whose workflow files are not those of main, so this sheet needs a newer base. After
      // a push without an answer the sheet may have arrived: it keeps its base.
      if (error instanceof LetterError && error.code === "push-refused")
        await renewRefused(deps, filing).catch((cause) =>
          log.warn(causeOf(cause), "a sheet could not be given another base"),
        );
      if (error instanceof LetterError && error.code === "push-taken")
        await renewTaken(deps, filing).catch((cause) =>
          log.warn(causeOf(cause), "a sheet could not be given another id"),
        );
      continue;
    }
    failed = 0;
    await markFiled(store, filing.sheet);
  }
}
