import { LetterError } from "../letter/bytes/error.ts";
import { formatRoot, openCheckpoint } from "../letter/ledger/checkpoint.ts";
import type { ReviewAct } from "../letter/review/moderation.ts";
import { isRefusalCode, REFUSAL_CODES } from "../letter/review/order.ts";
import type { SignaturesSheet } from "../letter/signature/sheet.ts";
import { printable } from "../outside/terminal.ts";
import { acceptAll } from "./acceptance.ts";
import { tallyOf } from "./judgement.ts";
import type { LocalCampaign } from "./local-campaign.ts";
import { findByPrefix, type ReviewDesk, type ReviewedSheet } from "./open-sheets.ts";
import { UNATTESTED } from "./sheet-notes.ts";

/** What a moderator says about a sheet. */
export type Verdict = Pick<ReviewAct, "state" | "body">;

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

/**
 * Records a review and accepts what may be accepted now, whether or not a service runs beside.
 *
 * @returns what came of it, in lines to print
 */
export async function reviewSheet(
  { host, acceptor, day }: Pick<LocalCampaign, "host" | "acceptor" | "day">,
  { moderators }: Pick<ReviewDesk, "moderators">,
  { open, sheet }: ReviewedSheet,
  { state, body }: Verdict,
): Promise<string[]> {
  const [by] = [...moderators.ids].sort((a, b) => a - b);
  if (by === undefined) throw new LetterError("moderators", "main's .github/moderators.yml lists no moderator");
  await host.review(open.sheet, { by, state, commit: open.commit, body }, day);
  const report = await acceptAll(acceptor);
  const outcome = report.outcomes.find((one) => one.sheet === open.sheet);
  // The service beside may have been faster, even after main was read here: what main says now holds.
  const main = outcome ? report.main : await host.readMain();
  const settlement = main.merged.get(open.commit);
  if (outcome?.state === "invalid") throw new LetterError("validate", `the sheet is invalid: ${outcome.reason}`);
  if (!settlement || !sheet) {
    return [
      outcome?.state === "blocked"
        ? "recorded; the sheet is held back: somebody requests changes, or wrote what cannot be read as an order"
        : `recorded; the sheet waits: it needs ${moderators.approvals} approvals`,
    ];
  }
  const { accepted, refused } = tallyOf(sheet, settlement);
  const withdrawn = settlement.leftOut.filter((id) => main.settled.withdrawn.has(id)).length;
  const elsewhere = settlement.leftOut.length - withdrawn;
  const more = elsewhere === 0 ? "" : `, left out as decided elsewhere ${elsewhere}`;
  const { size, root } = openCheckpoint(main.record.checkpoint ?? "", acceptor.signer.verifier);
  return [
    `accepted ${accepted}, refused ${refused}, left out as withdrawn ${withdrawn}${more}`,
    `the list has ${main.record.rows.length} signatures`,
    `checkpoint ${size} ${formatRoot(root)}`,
  ];
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

function assertReviewable({ sheet, judgement }: ReviewedSheet): SignaturesSheet {
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
