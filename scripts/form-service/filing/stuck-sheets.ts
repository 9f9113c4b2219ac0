import { parseBase64url } from "../../letter/bytes/base64url.ts";
import { stageOf } from "../../letter/ledger/signing.ts";
import { faultsOf } from "../../letter/review/acceptance.ts";
import { idOf } from "../../letter/signature/derivation.ts";
import type { Sheet } from "../../letter/signature/sheet.ts";
import { standingOf } from "../../letter/signature/standing.ts";
import type { MainState } from "../../outside/git/host.ts";
import type { Query } from "../store/schema.ts";

/** A sheet that goes neither forward nor back, why, and what to do about it. */
export type StuckSheet = { readonly sheet: string; readonly reason: string };

/** What an operator must know of the sheets at the git host. */
export type SheetFindings = {
  readonly stuck: readonly StuckSheet[];
  /** signatures on main's list or on our open sheets of which the database has no row */
  readonly unknown: number;
  /** the ids of those among them that only an open sheet shows */
  readonly onlyOpen: ReadonlySet<string>;
};

export const NOTHING_FOUND: SheetFindings = { stuck: [], unknown: 0, onlyOpen: new Set() };

/** The git host as it was read: the branches by name, the sheets that this service attested, and what cannot be decided. */
export type SheetsSeen = {
  readonly main: MainState;
  readonly branches: ReadonlyMap<string, string>;
  readonly sheets: readonly Sheet[];
  readonly undecidable: ReadonlyMap<string, string>;
};

/** Compares what was read with the database, which is only read. @param attestationKey 32 bytes */
export async function findStuck(
  query: Query,
  { main, branches, sheets, undecidable }: SheetsSeen,
  attestationKey: Uint8Array,
): Promise<SheetFindings> {
  const open = sheets.filter(({ sheet }) => branches.has(sheet) && !main.settled.sheets.has(sheet));
  const there = new Set(open.map(({ sheet }) => sheet));
  const ours = await query.selectFrom("sheet").select(["sheet", "state"]).orderBy("sheet").execute();
  const filing = new Set(ours.flatMap(({ sheet, state }) => (state === "filing" ? [sheet] : [])));
  const stuck: StuckSheet[] = [];
  for (const { sheet, state } of ours) {
    if (state !== "filed" || there.has(sheet) || main.settled.sheets.has(sheet)) continue;
    stuck.push({ sheet, reason: branches.has(sheet) ? UNREADABLE : GONE });
  }
  for (const sheet of open) {
    const [fault] = faultsOf({ standing: standingOf(main.record), settled: main.settled, attestationKey }, sheet);
    const reason = fault?.message ?? undecidable.get(sheet.sheet);
    // The pull request of a sheet that is just being filed may not be there yet.
    if (reason !== undefined && !filing.has(sheet.sheet)) stuck.push({ sheet: sheet.sheet, reason });
  }
  return { ...(await findUnknown(query, main, open)), stuck };
}

const AGAIN = "the form service files its signatures again at one of its next rounds";
const GONE = `its branch is gone: ${AGAIN}`;
const UNREADABLE = `its branch does not hold what was filed: ${AGAIN}`;

/** Finds what main and the open sheets show and the database never knew. */
async function findUnknown(
  query: Query,
  main: MainState,
  open: readonly Sheet[],
): Promise<Omit<SheetFindings, "stuck">> {
  if (stageOf(main.record.entries) === "destroyed") return NOTHING_FOUND;
  const listed = new Set(main.record.rows.map(({ opening }) => idOf(parseBase64url(opening, 32))));
  const shown = new Set(listed);
  for (const sheet of open) {
    if (sheet.kind !== "signatures") continue;
    for (const { id } of sheet.rows)
      if (!main.settled.withdrawn.has(id) && !main.settled.refused.has(id)) shown.add(id);
  }
  if (shown.size === 0) return NOTHING_FOUND;
  // Who has left is forgotten here after 48 hours, and main may hear of it later.
  for (const { id } of await query.selectFrom("withdrawal").select("id").execute()) shown.delete(id);
  for (const { id } of await query.selectFrom("signature").select("id").execute()) shown.delete(id);
  return { unknown: shown.size, onlyOpen: new Set([...shown].filter((id) => !listed.has(id))) };
}
