import { LetterError } from "../letter/bytes/error.ts";
import { copiesOf, findCopies } from "../letter/review/copies.ts";
import { isQuarantined } from "../letter/review/filing-message.ts";
import { MODERATORS_PATH, parseModerators } from "../letter/review/moderators.ts";
import type { Sheet } from "../letter/signature/sheet.ts";
import { standingOf } from "../letter/signature/standing.ts";
import { readCommit } from "../outside/git/history.ts";
import type { MainHistory, OpenSheet } from "../outside/git/host.ts";
import { readText } from "../outside/git/object.ts";
import { type Judgement, judgeSheet, type Rules, reasonOf } from "./judgement.ts";
import type { LocalCampaign } from "./local-campaign.ts";
import { readPendingSheet } from "./pending-sheet.ts";
import { type Remark, remarksOn } from "./sheet-notes.ts";

/** An open sheet as a moderator sees it; `sheet` is undefined when it cannot be read or is not attested. */
export type ReviewedSheet = {
  readonly open: OpenSheet;
  readonly sheet: Sheet | undefined;
  /** the sheet was filed as part of what looks like a flood */
  readonly quarantined: boolean;
  readonly judgement: Judgement;
  /** what a moderator must know first about a row, by id */
  readonly remarks: ReadonlyMap<string, Remark>;
  /** the other open sheets of each row that is on some, by id */
  readonly elsewhere: ReadonlyMap<string, readonly string[]>;
};

/** The open sheets, with the main and the rules that they were judged by. */
export type ReviewDesk = {
  readonly main: MainHistory;
  readonly rules: Rules;
  readonly sheets: readonly ReviewedSheet[];
};

/** Reads all open sheets. */
export async function readReviewDesk({
  host,
  acceptor,
}: Pick<LocalCampaign, "host" | "acceptor">): Promise<ReviewDesk> {
  const main = await host.readMain();
  const moderators = parseModerators((await readText(host.repository, main.commit, MODERATORS_PATH)) ?? "");
  const { attestationKey, day, doubt } = acceptor;
  const rules = { moderators, attestationKey, today: day, doubt };
  const found: (Pick<ReviewedSheet, "open" | "sheet" | "quarantined"> & { problem?: Judgement })[] = [];
  for (const open of await host.openSheets()) {
    if (main.merged.has(open.commit)) continue;
    const message = await readCommit(host.repository, open.commit).then(
      (commit) => commit.message,
      () => "",
    );
    const quarantined = isQuarantined(message);
    try {
      if (open.trouble !== undefined) throw new LetterError("validate", open.trouble);
      const sheet = await readPendingSheet(host.repository, main, open, rules.attestationKey);
      const problem = { state: "unattested" } as const;
      found.push({ open, sheet, quarantined, ...(sheet ? {} : { problem }) });
    } catch (cause) {
      const problem = { state: "invalid", reason: reasonOf(cause) } as const;
      found.push({ open, sheet: undefined, quarantined, problem });
    }
  }
  const standing = standingOf(main.record);
  const known = { standing, settled: main.settled, attestationKey: rules.attestationKey };
  const copies = findCopies(
    known,
    found.flatMap(({ sheet }) => sheet ?? []),
  );
  const sheets = found.map(({ open, sheet, quarantined, problem = { state: "unattested" } }): ReviewedSheet => {
    if (!sheet) return { open, sheet, quarantined, judgement: problem, remarks: new Map(), elsewhere: new Map() };
    const elsewhere = copiesOf(copies, sheet);
    const judgement = judgeSheet({ ...main, standing }, rules, open, sheet, elsewhere);
    return { open, sheet, quarantined, judgement, remarks: remarksOn(known, sheet, elsewhere), elsewhere };
  });
  return { main, rules, sheets };
}

/** Finds the one thing whose id begins with the typed prefix. @throws LetterError `usage` when none or several do */
export function findByPrefix<T>(things: readonly T[], idOf: (thing: T) => string, typed: string, what: string): T {
  const prefix = typed.trim().toLowerCase();
  const found = things.filter((thing) => idOf(thing).startsWith(prefix));
  const [only] = found;
  if (prefix !== "" && found.length === 1 && only !== undefined) return only;
  throw new LetterError(
    "usage",
    found.length === 0
      ? `no ${what} has an id that begins so: npm run moderate -- ${what === "row" ? "show SHEET" : "list"} shows them`
      : `${found.length} ${what}s have an id that begins so: give more of it`,
  );
}

/** Returns the sheet for programs: the same fields for every kind, without rows when it cannot be read. */
export function sheetAsJson({ open, sheet, judgement }: ReviewedSheet): Record<string, unknown> {
  const rows = sheet?.kind === "withdrawals" ? sheet.rows.map(leavingRow) : (sheet?.rows ?? []);
  return {
    sheet: open.sheet,
    kind: sheet?.kind ?? "unknown",
    count: rows.length,
    state: judgement.state,
    rows: rows.map(({ id, shown, name, lang, place, signed }) => ({ id, shown, name, lang, place, signed })),
  };
}

/** A withdrawal shows only the id of its row. */
function leavingRow({ id }: { id: string }) {
  return { id, shown: "", name: "", lang: "", place: "", signed: "" };
}
