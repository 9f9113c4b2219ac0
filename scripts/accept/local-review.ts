import { LetterError } from "../letter/bytes/error.ts";
import { printable } from "../letter/bytes/printable.ts";
import { formatRoot, openCheckpoint } from "../letter/ledger/checkpoint.ts";
import type { Settlement } from "../letter/review/merge-message.ts";
import type { Moderators, ReviewAct } from "../letter/review/moderation.ts";
import { isRefusalCode, REFUSAL_CODES } from "../letter/review/order.ts";
import type { Sheet, SignaturesSheet } from "../letter/signature/sheet.ts";
import { standingOf } from "../letter/signature/standing.ts";
import type { MainLine } from "../outside/git/host.ts";
import { acceptAll } from "./acceptance.ts";
import { judgeSheet, tallyOf } from "./judgement.ts";
import type { LocalCampaign } from "./local-campaign.ts";
import { findByPrefix, type ReviewDesk, type ReviewedSheet } from "./open-sheets.ts";
import { readMainOnce } from "./record/kept-main.ts";
import { UNATTESTED } from "./sheet-notes.ts";

/** What a moderator says about a sheet. */
export type Verdict = Pick<ReviewAct, "state" | "body">;

/** Takes the moderator's own approval or rejection back, as long as the sheet is not settled. Refusals of rows remain. */
export const TAKEN_BACK: Verdict = { state: "dismissed", body: "" };

/**
 * The approval of a sheet.
 *
 * @param refusals rows that are refused all the same, `ID:CODE`
 * @throws LetterError `usage` for a refusal that cannot be read, `validate` for a sheet that cannot be accepted
 */
export function approvalOf(reviewed: ReviewedSheet, refusals: readonly string[]): Verdict {
  const sheet = assertReviewable(reviewed);
  return { state: "approved", body: refusals.map((refusal) => refusalOf(sheet, refusal)).join("\n") };
}

/** The refusal of every row of a sheet. @throws LetterError as for an approval */
export function rejectionOf(reviewed: ReviewedSheet, code: string | undefined): Verdict {
  assertReviewable(reviewed);
  return { state: "commented", body: `reject ${codeOf(code)}` };
}

/** What came of a review: the sheet waits or is held back, or it is settled, with what became of its rows. */
export type ReviewOutcome =
  | { readonly state: "waiting"; readonly approvals: number }
  | { readonly state: "blocked" }
  | ({ readonly state: "settled"; readonly listed: number; readonly size: number; readonly root: string } & Counts);

/** How many rows of a sheet are accepted, refused, left out as withdrawn, and left out as decided elsewhere. */
type Counts = {
  readonly accepted: number;
  readonly refused: number;
  readonly withdrawn: number;
  readonly elsewhere: number;
};

/** The account id under which this machine reviews: the lowest of the moderators. @throws LetterError `moderators` */
export function localModerator({ ids }: Moderators): number {
  const [by] = [...ids].sort((a, b) => a - b);
  if (by === undefined) throw new LetterError("moderators", "main's .github/moderators.yml lists no moderator");
  return by;
}

/** Records a review, and accepts nothing. */
export async function recordReview(
  { host, day }: Pick<LocalCampaign, "host" | "day">,
  { rules }: Pick<ReviewDesk, "rules">,
  { open }: Pick<ReviewedSheet, "open">,
  verdict: Verdict,
): Promise<void> {
  await host.review(open.sheet, actOf({ rules }, open, verdict), day);
}

/**
 * Records a review and accepts what may be accepted now, whether or not a service runs beside.
 *
 * @throws LetterError `validate` when the sheet breaks a rule, or cannot be accepted yet
 */
export async function decideSheet(
  campaign: Pick<LocalCampaign, "host" | "acceptor" | "day">,
  desk: Pick<ReviewDesk, "rules">,
  reviewed: Pick<ReviewedSheet, "open" | "sheet">,
  verdict: Verdict,
): Promise<ReviewOutcome> {
  const { host, acceptor } = campaign;
  const { open, sheet } = reviewed;
  const { approvals } = desk.rules.moderators;
  await recordReview(campaign, desk, reviewed, verdict);
  const report = await acceptAll(acceptor);
  const outcome = report.outcomes.find((one) => one.sheet === open.sheet);
  // The service beside may have been faster, even after main was read here: what main says now holds.
  const { line: main, record } = outcome ? { line: report.main, record: report.main.kept } : await readMainOnce(host);
  const settlement = main.merged.get(open.commit);
  if (outcome?.state === "invalid") throw new LetterError("validate", `the sheet is invalid: ${outcome.reason}`);
  if (!settlement || !sheet)
    return outcome?.state === "blocked" ? { state: "blocked" } : { state: "waiting", approvals };
  const { size, root } = openCheckpoint(record.checkpoint ?? "", acceptor.signer.verifier);
  const counts = countsOf(sheet, settlement, main);
  return { state: "settled", ...counts, listed: record.listed, size, root: formatRoot(root) };
}

/** Formats what came of a review as lines to print. */
export function formatOutcome(outcome: ReviewOutcome): string[] {
  if (outcome.state === "blocked")
    return ["recorded; the sheet is held back: somebody requests changes, or wrote what cannot be read as an order"];
  if (outcome.state === "waiting") return [`recorded; the sheet waits: it needs ${outcome.approvals} approvals`];
  const { accepted, refused, withdrawn, elsewhere, listed, size, root } = outcome;
  const more = elsewhere === 0 ? "" : `, left out as decided elsewhere ${elsewhere}`;
  return [
    `accepted ${accepted}, refused ${refused}, left out as withdrawn ${withdrawn}${more}`,
    `the list has ${listed} signatures`,
    `checkpoint ${size} ${root}`,
  ];
}

/** What a review would do: to a sheet that would be settled, or why it would go on waiting. */
export type Foresight = ({ readonly state: "settled" } & Counts) | { readonly state: "waiting"; readonly why: string };

/** Says what a review would do now, and records nothing. @throws LetterError `validate` for a sheet that breaks a rule */
export function foreseeReview(
  { main, rules }: Pick<ReviewDesk, "main" | "rules">,
  { open, sheet, elsewhere }: Pick<ReviewedSheet, "open" | "sheet" | "elsewhere">,
  verdict: Verdict,
): Foresight {
  if (!sheet) throw new LetterError("validate", "the sheet cannot be read");
  const act = actOf({ rules }, open, verdict);
  const known = { ...main, standing: standingOf(main.record) };
  const judgement = judgeSheet(known, rules, { ...open, acts: [...open.acts, act] }, sheet, elsewhere);
  switch (judgement.state) {
    case "approved":
    case "rejected":
      return { state: "settled", ...countsOf(sheet, judgement.acceptance, main) };
    case "invalid":
      if (judgement.mayReview) return { state: "waiting", why: judgement.reason };
      throw new LetterError("validate", `the sheet is invalid: ${judgement.reason}`);
    case "blocked":
      return { state: "waiting", why: "somebody requests changes, or wrote what cannot be read as an order" };
    case "waiting":
      return { state: "waiting", why: `it needs ${rules.moderators.approvals} approvals` };
    case "unattested":
      throw new LetterError("validate", `the sheet is passed over: ${UNATTESTED}`);
    default:
      return judgement satisfies never;
  }
}

/** Formats what a review would do, on one line. */
export function formatForesight(foresight: Foresight): string {
  if (foresight.state === "waiting") return `would be recorded, and the sheet would wait: ${foresight.why}`;
  const { accepted, refused, withdrawn, elsewhere } = foresight;
  const more = elsewhere === 0 ? "" : `, leave out as decided elsewhere ${elsewhere}`;
  return `would accept ${accepted}, refuse ${refused}, leave out as withdrawn ${withdrawn}${more}`;
}

/**
 * Takes a sheet away that nobody can decide. The form service files its signatures again under another id, at its next
 * rounds; what is not its own is gone.
 *
 * @returns what happens now, in lines to print
 * @throws LetterError `usage` for a sheet that can be decided: its reviews would be lost
 */
export async function refileSheet(
  { host }: Pick<LocalCampaign, "host">,
  { sheets }: Pick<ReviewDesk, "sheets">,
  typed: string,
): Promise<string[]> {
  if (!sheets.some(({ open }) => open.sheet.startsWith(typed.trim().toLowerCase())))
    throw new LetterError(
      "usage",
      "no open sheet has an id that begins so: what was on a sheet whose branch is gone is filed again by itself while npm start runs, and npm run doctor names it until then",
    );
  const { open, judgement } = findByPrefix(sheets, (one) => one.open.sheet, typed, "open sheet");
  if (judgement.state !== "invalid" && judgement.state !== "unattested")
    throw new LetterError("usage", "this sheet can be decided: approve it, or reject it with a code");
  await host.closeSheet(open);
  return [
    `sheet ${printable(open.sheet)} is taken away, and what was said about it does not count any more`,
    "the signatures on it are filed again under another id within a minute while npm start runs, or once it runs again",
  ];
}

function actOf({ rules }: Pick<ReviewDesk, "rules">, { commit }: ReviewedSheet["open"], verdict: Verdict): ReviewAct {
  return { by: localModerator(rules.moderators), commit, ...verdict };
}

function countsOf(
  sheet: Sheet,
  settlement: Pick<Settlement, "refused" | "leftOut">,
  { settled }: Pick<MainLine, "settled">,
): Counts {
  const { accepted, refused } = tallyOf(sheet, settlement);
  const withdrawn = settlement.leftOut.filter((id) => settled.withdrawn.has(id)).length;
  return { accepted, refused, withdrawn, elsewhere: settlement.leftOut.length - withdrawn };
}

/** @throws LetterError for a sheet that no review can decide */
export function assertReviewable({ sheet, judgement }: ReviewedSheet): SignaturesSheet {
  if (judgement.state === "invalid" && !judgement.mayReview)
    throw new LetterError("validate", `the sheet is invalid: ${judgement.reason}`);
  if (judgement.state === "unattested") throw new LetterError("validate", `the sheet is passed over: ${UNATTESTED}`);
  if (sheet?.kind === "signatures") return sheet;
  throw new LetterError("usage", "a sheet of withdrawals needs no review: it is applied by the next acceptance");
}

function codeOf(text: string | undefined): string {
  if (text !== undefined && isRefusalCode(text)) return text;
  throw new LetterError("usage", `a refusal needs a code: ${REFUSAL_CODES.join(", ")}`);
}

function refusalOf(sheet: SignaturesSheet, refusal: string): string {
  const [id = "", code, ...rest] = refusal.split(":");
  if (code === undefined || rest.length > 0) throw new LetterError("usage", "write a refusal as ID:CODE");
  return `refuse ${findByPrefix(sheet.rows, (row) => row.id, id, "row").id} ${codeOf(code)}`;
}
