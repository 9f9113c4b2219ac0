import { parseBase64url } from "../letter/bytes/base64url.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { type Notice, noticePath } from "../letter/handover/notice.ts";
import { logEdition, logNotice } from "../letter/review/acceptance.ts";
import { copiesOf, findCopies } from "../letter/review/copies.ts";
import { MODERATORS_PATH, parseModerators } from "../letter/review/moderators.ts";
import { idOf } from "../letter/signature/derivation.ts";
import type { Growth } from "../letter/signature/record.ts";
import type { Sheet } from "../letter/signature/sheet.ts";
import { parseCampaign } from "../letter/text/campaign.ts";
import { editionOf } from "../letter/text/edition.ts";
import { assertDay } from "../outside/clock.ts";
import type { MainLine, OpenSheet } from "../outside/git/host.ts";
import { CAMPAIGN_PATH, readLetterAt } from "../outside/git/letter-files.ts";
import { readText } from "../outside/git/object.ts";
import { judgeSheet, reasonOf, type Tally, tallyOf } from "./judgement.ts";
import { assertContinues, sizesOf } from "./live-checkpoint.ts";
import { type Acceptor, advanceMain, type IntactMain } from "./merge.ts";
import { type NoticeProblem, readNotices } from "./notices.ts";
import { readPendingSheet } from "./pending-sheet.ts";
import { faultIn } from "./record/intact-record.ts";
import { noteLine, readMainOnce } from "./record/kept-main.ts";
import { rootsOfKept, standingFor, standingOfKept } from "./record/kept-record.ts";

/** What became of a sheet that was open. */
export type Outcome =
  | ({ readonly sheet: string; readonly state: "accepted" | "rejected" | "withdrawn" } & Tally)
  | { readonly sheet: string; readonly state: "waiting"; readonly copies: RowsElsewhere }
  | {
      readonly sheet: string;
      readonly state: "blocked";
      readonly unclear: readonly string[];
      readonly copies: RowsElsewhere;
    }
  /** not attested by the form service: ignored, even if it is approved */
  | { readonly sheet: string; readonly state: "unattested" }
  | { readonly sheet: string; readonly state: "invalid"; readonly reason: string };

/** The rows of a sheet that are on other open sheets too, with the ids of those sheets. */
export type RowsElsewhere = ReadonlyMap<string, readonly string[]>;

/** Main after accept ran, the outcome of each open sheet, and the edition if this run put it on the ledger. */
export type AcceptReport = {
  readonly main: IntactMain;
  readonly outcomes: readonly Outcome[];
  readonly edition: string | undefined;
  /** the notices that this run put on the ledger */
  readonly notices: readonly Notice[];
  /** notices on main that cannot be put on the ledger */
  readonly noticeProblems: readonly NoticeProblem[];
  /** sheets that nobody has looked at, because the host allows no more for now: the next run goes on with them */
  readonly postponed: readonly string[];
};

/**
 * Accepts everything that may be accepted: a reviewed change of the letter, reviewed notices, then withdrawals, then
 * approved sheets, these while the reviews of others are still being read.
 *
 * Each is one atomic commit on main. When main moves meanwhile, everything is read and judged again. A sheet that
 * breaks a rule stays open, is reported, and does not stop the others.
 *
 * @throws LetterError when anyone but accept changed main's record, or the key is not the ledger's
 */
export async function acceptAll(acceptor: Acceptor): Promise<AcceptReport> {
  const draft: Draft = { outcomes: new Map(), edition: undefined, notices: [], noticeProblems: [], postponed: [] };
  for (let tries = 0; tries < 20; tries++) {
    const main = await acceptOnce(acceptor, draft);
    if (main) noteLine(acceptor.host, main);
    if (main) return { ...draft, main, outcomes: [...draft.outcomes.values()] };
  }
  throw new LetterError("accept", "main kept moving while sheets were accepted: try again");
}

type Draft = {
  outcomes: Map<string, Outcome>;
  edition: string | undefined;
  notices: Notice[];
  noticeProblems: NoticeProblem[];
  postponed: string[];
};

/** Makes one pass over the open sheets; undefined when main moved meanwhile. */
async function acceptOnce(acceptor: Acceptor, draft: Draft): Promise<IntactMain | undefined> {
  const { host, attestationKey } = acceptor;
  // A sheet that an earlier pass found undecided may have been settled by the process that moved main.
  for (const [name, outcome] of draft.outcomes) if (!("accepted" in outcome)) draft.outcomes.delete(name);
  const { line, record } = await readMainOnce(host);
  const { verifier } = acceptor.signer;
  const brought = record.takenDown ? (await readNotices(host.repository, line.commit)).notices : [];
  const fault = faultIn(record, verifier, brought);
  if (fault) throw fault;
  const start: IntactMain = { ...line, kept: record };
  const { day, doubt, overruled } = acceptor;
  if (doubt === undefined) assertDay(day, { main: start.day, overruled });
  // A main that was rolled back has no fault, so also check that it continues the live checkpoint. `true` allows none: the
  // caller knows whether anything was published before.
  const live = await acceptor.live();
  const roots = await rootsOfKept(record, sizesOf({ live }, verifier));
  assertContinues(roots, live, verifier, true);
  const moderators = parseModerators((await readText(host.repository, start.commit, MODERATORS_PATH)) ?? "");
  const logged = await acceptLetter(acceptor, start, draft);
  draft.noticeProblems = [];
  let main = logged && (await acceptNotices(acceptor, logged, draft, ["remove", "handover"]));
  if (!main) return undefined;
  const { pending, ended } = await readOpenSheets(acceptor, main, draft);
  const sheets = pending.map(({ sheet }) => sheet);
  const all = findCopies({ settled: main.settled, standing: standingOfKept(main.kept), attestationKey }, sheets);
  const unread = new Set(pending.map(({ sheet }) => sheet.sheet));
  draft.postponed = [];
  for await (const { open, sheet } of readActs(host, pending, ended, (read) => unread.delete(read))) {
    if (open.trouble !== undefined) {
      draft.outcomes.set(open.sheet, { sheet: open.sheet, state: "invalid", reason: open.trouble });
      continue;
    }
    // A sheet that this run has settled is no longer open, so the last sheet that has a row decides about it.
    const copies = copiesOf(all, sheet, main.settled.sheets);
    const standing = await standingFor(main.kept, sheet);
    const rules = { moderators, attestationKey, today: day, doubt };
    const judged = judgeSheet({ ...main, standing }, rules, open, sheet, copies);
    if (!("acceptance" in judged)) {
      const held = judged.state === "waiting" || judged.state === "blocked";
      draft.outcomes.set(open.sheet, { sheet: open.sheet, ...(held ? { ...judged, copies } : judged) });
      continue;
    }
    const { refused, leftOut } = judged.acceptance;
    const settlement = { sheet: sheet.sheet, approvedBy: judged.approvedBy, refused, leftOut };
    const subject = `accept sheet ${sheet.sheet}`;
    main = await advanceMain(acceptor, main, { subject, growth: judged.acceptance, reviewed: open.commit, settlement });
    if (!main) return undefined;
    const done = judged.state === "rejected" ? "rejected" : sheet.kind === "withdrawals" ? "withdrawn" : "accepted";
    draft.outcomes.set(open.sheet, { sheet: open.sheet, state: done, ...tallyOf(sheet, settlement) });
    await host.closeSheet(open);
  }
  draft.postponed = [...unread];
  // Last: where it takes the list down, nobody can leave any more, and those who have left already are to be counted so.
  return acceptNotices(acceptor, main, draft, ["purge"]);
}

/** Puts the letter on main, which was reviewed like code, on the ledger if it is not there yet. */
async function acceptLetter(acceptor: Acceptor, main: IntactMain, draft: Draft): Promise<IntactMain | undefined> {
  const { origin, texts } = await readLetterAt(acceptor.host.repository, main.commit);
  if (origin !== acceptor.signer.verifier.name)
    throw new LetterError("accept", "content/campaign.yaml on main: ledger_origin is not the name of the ledger's key");
  const edition = editionOf(texts);
  if (edition === main.kept.editions.at(-1)) return main;
  const growth = logEdition(main.kept, edition, texts);
  const settlement = { approvedBy: [], refused: [], leftOut: [] };
  const next = await advanceMain(acceptor, main, { subject: `log edition ${edition}`, growth, settlement });
  if (next) draft.edition = edition;
  return next;
}

/**
 * Puts the notices of these kinds on main, which were reviewed like code, on the ledger. A wrong one is reported and skipped.
 */
async function acceptNotices(
  acceptor: Acceptor,
  start: IntactMain,
  draft: Draft,
  kinds: readonly Notice["kind"][],
): Promise<IntactMain | undefined> {
  const { repository } = acceptor.host;
  const { notices, problems } = await readNotices(repository, start.commit);
  // A file that is no notice has no kind, and is reported once.
  if (kinds.includes("handover")) draft.noticeProblems.push(...problems);
  let main: IntactMain | undefined = start;
  for (const notice of notices.filter((one) => kinds.includes(one.kind))) {
    let growth: Growth | undefined;
    try {
      const standing = await standingFor(main.kept, notice);
      growth = logNotice(standing, notice, await takesDown(repository, main.commit));
    } catch (cause) {
      draft.noticeProblems.push({ path: noticePath(notice), reason: reasonOf(cause) });
    }
    if (growth === undefined) continue;
    // The opening goes with the row, so the id is kept here: by it the form service finds what it holds.
    const removed = growth.gone.map(({ opening }) => idOf(parseBase64url(opening, 32)));
    const settlement = { approvedBy: [], refused: [], leftOut: [], removed };
    main = await advanceMain(acceptor, main, { subject: subjectOf(notice), growth, settlement });
    if (!main) return undefined;
    draft.notices.push(notice);
  }
  return main;
}

/** What the commit of a notice is called. A removal looks like any withdrawal, and has no reason in it. */
function subjectOf(notice: Notice): string {
  return notice.kind === "remove" ? `remove row ${notice.index}` : `log the ${notice.kind} of ${notice.tag}`;
}

/** Whether the campaign has promised that its list goes with the purge. */
async function takesDown(repository: string, commit: string): Promise<boolean> {
  return parseCampaign((await readText(repository, commit, CAMPAIGN_PATH)) ?? "").after_purge === "counts";
}

type Pending = { readonly open: OpenSheet; readonly sheet: Sheet };

/** Reads the open sheets, withdrawals first, so that a withdrawn signature is not accepted in the same run. */
async function readOpenSheets(
  { host, attestationKey }: Acceptor,
  main: MainLine,
  draft: Draft,
): Promise<{ pending: Pending[]; ended: OpenSheet[] }> {
  const found: Pending[] = [];
  const ended: OpenSheet[] = [];
  for (const open of await host.openSheets(main)) {
    // It was merged, but the process died before the branch went.
    if (main.merged.has(open.commit)) {
      ended.push(open);
      continue;
    }
    try {
      if (open.trouble !== undefined) throw new LetterError("validate", open.trouble);
      const sheet = await readPendingSheet(host.repository, main, open, attestationKey);
      if (sheet) found.push({ open, sheet });
      else draft.outcomes.set(open.sheet, { sheet: open.sheet, state: "unattested" });
    } catch (cause) {
      draft.outcomes.set(open.sheet, { sheet: open.sheet, state: "invalid", reason: reasonOf(cause) });
    }
  }
  const rank = ({ sheet }: { sheet: Sheet }) => (sheet.kind === "withdrawals" ? "0" : "1") + sheet.sheet;
  return { pending: found.sort((a, b) => (rank(a) < rank(b) ? -1 : 1)), ended };
}

/**
 * Gives the open sheets with what was said about them, while it is being read: withdrawals at once, since nobody reviews
 * them. Then the branches of sheets go that were merged before; that may take long, and nobody waits for it.
 *
 * @param note is told of each sheet that was looked at
 */
async function* readActs(
  host: Acceptor["host"],
  pending: readonly Pending[],
  ended: readonly OpenSheet[],
  note: (sheet: string) => void,
): AsyncGenerator<Pending> {
  const [leaving, others] = [pending.filter(isWithdrawal), pending.filter((one) => !isWithdrawal(one))];
  const first = host.beginAt?.(others.length) ?? 0;
  const signing = [...others.slice(first), ...others.slice(0, first)];
  for (const one of leaving) {
    note(one.sheet.sheet);
    yield one;
  }
  for (const open of ended) await host.closeSheet(open);
  const opens = signing.map(({ open }) => open);
  let at = 0;
  if (signing.length === 0) return;
  for await (const open of host.readActs?.(opens) ?? opens) {
    if (host.isSpent?.()) return;
    const { sheet } = signing[at++]!;
    note(sheet.sheet);
    if (open !== undefined) yield { open, sheet };
  }
}

function isWithdrawal({ sheet }: Pending): boolean {
  return sheet.kind === "withdrawals";
}
