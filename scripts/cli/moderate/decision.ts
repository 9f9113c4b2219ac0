import type { LocalCampaign } from "../../accept/local-campaign.ts";
import {
  approvalOf,
  decideSheet,
  foreseeReview,
  formatForesight,
  formatOutcome,
  rejectionOf,
} from "../../accept/local-review.ts";
import type { ReviewDesk, ReviewedSheet } from "../../accept/open-sheets.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { asksForYes } from "../../outside/terminal.ts";
import type { ModerationRequest } from "./request.ts";

/** A terminal is asked before so many rows are decided. */
const MANY_ROWS = 20;

/**
 * Approves or rejects a sheet as the command says, and prints what came of it.
 *
 * A person at a terminal is asked once before many rows are decided, and before any sheet is rejected: the people on it
 * are not told. A program is not asked.
 *
 * @returns whether anything was recorded
 */
export async function decideByCommand(
  { campaign, desk, reviewed }: { campaign: LocalCampaign; desk: ReviewDesk; reviewed: ReviewedSheet },
  { command, code }: Pick<ModerationRequest, "command" | "code">,
  given: { refuse?: string[] | undefined; "dry-run"?: boolean | undefined; yes?: boolean | undefined },
): Promise<boolean> {
  const rejects = command === "reject";
  const verdict = rejects ? rejectionOf(reviewed, code) : approvalOf(reviewed, given.refuse ?? []);
  const rows = reviewed.sheet?.rows.length ?? 0;
  const asks = process.stdin.isTTY && !given.yes && (rejects || rows >= MANY_ROWS);
  if (given["dry-run"] || asks) {
    const foreseen = formatForesight(foreseeReview(desk, reviewed, verdict));
    if (given["dry-run"]) {
      console.log(foreseen);
      return false;
    }
    if (!(await asksForYes(`This ${foreseen}, and cannot be taken back.`)))
      throw new LetterError("usage", "nothing was recorded");
  }
  for (const line of formatOutcome(await decideSheet(campaign, desk, reviewed, verdict))) console.log(line);
  return true;
}
