import { formatBase64url } from "../../letter/bytes/base64url.ts";
import type { SigningKey } from "../../letter/bytes/key.ts";
import type { Sheet } from "../../letter/signature/sheet.ts";
import type { Clock } from "../../outside/clock.ts";
import type { GitHost, MainState } from "../../outside/git/host.ts";
import { causeOf, type Log } from "../../outside/log.ts";
import { noteLedger } from "../store/campaign-database.ts";
import { inTens } from "../store/restored-rows.ts";
import type { Query, Store } from "../store/schema.ts";
import { attestedSheets, queueLost } from "./refiling.ts";
import { isOlder, takeOver } from "./restoration.ts";
import { settle } from "./settlement.ts";
import type { SheetWatch } from "./sheet-watch.ts";
import { findStuck, type SheetFindings } from "./stuck-sheets.ts";

/** The dependencies of the comparison. `refresh` reads main again. */
export type Reconciling = {
  readonly store: Store;
  readonly clock: Clock;
  readonly attestation: Pick<SigningKey, "publicKey">;
  readonly gitHost: Pick<GitHost, "pendingBranches" | "pendingSheets" | "undecidable">;
  readonly main: { refresh(): Promise<MainState> };
  readonly log: Log;
};

/**
 * Compares the database with main and the open sheets, and brings it up to them, whatever way it became older: a
 * snapshot that was put back, a standby that took over, a copied file, another machine on a copy. It runs at the start
 * and in every round.
 *
 * - What main has settled is settled here, and who has left there has left here.
 * - Our sheets that the database does not know are taken over, so that nothing on them is filed a second time.
 * - A filed sheet that is neither open nor settled at two looks in a row is given up: its rows go back to the queue.
 * - What nobody can decide, and what the database never knew, is told to the operator.
 *
 * No signature is lost or counted twice: a row that was accepted after all is left out wherever else it is filed.
 *
 * @throws whatever reading the git host throws; then nothing was given up
 */
export async function reconcile(
  deps: Reconciling,
  watch: SheetWatch,
  when: "start" | "before filing" | "between rounds",
): Promise<void> {
  const { store, clock, gitHost, attestation, log } = deps;
  const isFirst = when === "start" || watch.isFirst();
  const isWhole = isFirst || watch.isWholeDue();
  // Before sheets are made it is always compared: what another one holds is not to be filed twice.
  if (when === "between rounds" && !isWhole && !watch.isDue() && !(await hasLost(store.query))) return;
  if (isWhole) watch.forget();

  // In this order: a sheet that is filed meanwhile is not missing, and a branch that accept has just deleted was settled
  // by then.
  const known = await knownSheets(store.query);
  const branches = await gitHost.pendingBranches();
  const seen = await readBranches(deps, watch, { known, branches, all: isWhole || (await hasLost(store.query)) });
  const main = await deps.main.refresh();
  await noteLedger(store, main.record, formatBase64url(attestation.publicKey));

  const isOpen = (sheet: string) => watch.isSound(sheet, branches.get(sheet)) && !main.settled.sheets.has(sheet);
  const filed = [...known].flatMap(([sheet, state]) => (state === "filed" ? [sheet] : []));
  const gone = watch.gone(filed.filter((sheet) => !isOpen(sheet) && !main.settled.sheets.has(sheet)));
  // A row of such a sheet may be on another one, which then decides: all of them are read for that.
  const read = gone.size === 0 ? seen : await readBranches(deps, watch, { known, branches, all: true });
  const open = new Map([...read].filter(([{ sheet }]) => isOpen(sheet)));
  const now = clock.now();
  // A start may not have reached the git host.
  const older = isFirst && (await isOlder(store.query, main, open));
  await store.change(async (query) => {
    await takeOver(query, { main, open, now, isOlder: older, isWhole });
    await queueLost(query, gone, open);
  });
  await settle(store, clock, main);
  if (older)
    log.error(
      {},
      "the database is older than main or the open sheets, and was brought up to them: look at npm run doctor",
    );
  if (gone.size > 0)
    log.warn({ sheets: gone.size }, "sheets were neither open nor settled: their signatures are filed again");
  watch.done(isWhole ? await findAndTell(deps, watch, { main, branches, sheets: [...open.keys()] }) : undefined);
}

/**
 * Takes over what main has settled. Where a start could not compare, it waits while main shows that the database is older:
 * settled, nothing would show it any more, and what is unfiled would not be kept back.
 */
export async function settleCompared(
  { store, clock }: Pick<Reconciling, "store" | "clock">,
  watch: Pick<SheetWatch, "isFirst">,
  main: MainState,
): Promise<void> {
  if (watch.isFirst() && (await isOlder(store.query, main, new Map()))) return;
  await settle(store, clock, main);
}

type Branches = {
  readonly known: ReadonlyMap<string, "filing" | "filed">;
  readonly branches: ReadonlyMap<string, string>;
  /** whether those are read too that have not moved since they were read */
  readonly all: boolean;
};

/** Reads the branches that are new here, or all, and returns the sheets on them that this service has attested. */
async function readBranches(
  { gitHost, attestation }: Reconciling,
  watch: SheetWatch,
  { known, branches, all }: Branches,
): Promise<ReturnType<typeof attestedSheets>> {
  const wanted = new Map(
    [...branches].filter(
      ([sheet, commit]) => all || !watch.isRead(sheet, commit) || (watch.isSound(sheet, commit) && !known.has(sheet)),
    ),
  );
  if (wanted.size === 0) return new Map();
  const found = attestedSheets(await gitHost.pendingSheets((sheet) => wanted.has(sheet)), attestation);
  const sound = new Set([...found.keys()].map(({ sheet }) => sheet));
  for (const [sheet, commit] of wanted) watch.noteRead(sheet, commit, sound.has(sheet));
  return found;
}

/** Says in the log what the operator must know, and returns it for the numbers. */
async function findAndTell(
  { store, gitHost, attestation, log }: Reconciling,
  { found: before }: SheetWatch,
  seen: { main: MainState; branches: ReadonlyMap<string, string>; sheets: readonly Sheet[] },
): Promise<SheetFindings> {
  const undecidable = await gitHost.undecidable().catch((error): Map<string, string> => {
    log.warn(causeOf(error), "it could not be found out which sheets nobody can decide");
    return new Map();
  });
  const found = await findStuck(store.query, { ...seen, undecidable }, attestation.publicKey);
  for (const { sheet, reason } of found.stuck) log.error({ sheet, reason }, "a sheet is stuck: look at npm run doctor");
  if (found.unknown > 0 && found.unknown !== before.unknown)
    log.error(
      { signatures: inTens({ waiting: found.unknown }) },
      "main or the open sheets show signatures that the database has no row of: look at npm run doctor",
    );
  return found;
}

async function knownSheets(query: Query): Promise<Map<string, "filing" | "filed">> {
  const rows = await query.selectFrom("sheet").select(["sheet", "state"]).orderBy("sheet").execute();
  return new Map(rows.map(({ sheet, state }) => [sheet, state]));
}

/** Whether a row counts as filed, and the sheet that it is on is not known. */
async function hasLost(query: Query): Promise<boolean> {
  const signature = await query
    .selectFrom("signature")
    .select("id")
    .where("state", "in", ["filing", "filed"])
    .where((is) =>
      is.or([is("sheet", "is", null), is("sheet", "not in", is.selectFrom("sheet").select("sheet.sheet"))]),
    )
    .limit(1)
    .executeTakeFirst();
  if (signature) return true;
  const withdrawal = await query
    .selectFrom("withdrawal")
    .select("id")
    .where("sheet", "is not", null)
    .where("sheet", "not in", query.selectFrom("sheet").select("sheet.sheet"))
    .limit(1)
    .executeTakeFirst();
  return withdrawal !== undefined;
}
