import { LetterError } from "../letter/bytes/error.ts";
import { type Acceptance, acceptSheet, applyWithdrawals, validateSheet } from "../letter/review/acceptance.ts";
import type { Settlement } from "../letter/review/merge-message.ts";
import { decide, type Moderators } from "../letter/review/moderation.ts";
import type { Sheet } from "../letter/signature/sheet.ts";
import type { MainHistory, OpenSheet } from "../outside/git/host.ts";

/** What main says about an open sheet, and what it would do to the record. */
export type Judgement =
  | { readonly state: "waiting" }
  | {
      readonly state: "blocked";
      /** the places of what moderators wrote and nobody can read as an order */
      readonly unclear: readonly string[];
    }
  | { readonly state: "unattested" }
  | { readonly state: "invalid"; readonly reason: string }
  | {
      readonly state: "approved" | "rejected";
      readonly acceptance: Acceptance;
      readonly approvedBy: readonly number[];
    };

/** By whom and what a sheet is judged: the moderators on main, and the form service's public key (32 bytes). */
export type Rules = { readonly moderators: Moderators; readonly attestationKey: Uint8Array };

/**
 * Judges a sheet that could be read and is attested. Withdrawals need no moderator: their holders have decided.
 *
 * @param elsewhere the rows that are on another open sheet too
 */
export function judgeSheet(
  main: MainHistory,
  rules: Rules,
  open: OpenSheet,
  sheet: Sheet,
  elsewhere?: Pick<ReadonlySet<string>, "has">,
): Judgement {
  const known = { ...main, attestationKey: rules.attestationKey };
  try {
    if (sheet.kind === "withdrawals")
      return { state: "approved", acceptance: applyWithdrawals(known, sheet), approvedBy: [] };
    const ids = sheet.rows.map((row) => row.id);
    const decision = decide(rules.moderators, open.commit, ids, open.acts, sheet.sheet);
    if (decision.state === "waiting" || decision.state === "blocked") {
      validateSheet(known, sheet);
      return decision.state === "waiting" ? { state: "waiting" } : { state: "blocked", unclear: decision.unclear };
    }
    return {
      state: decision.state,
      acceptance: acceptSheet(known, sheet, decision, elsewhere),
      approvedBy: decision.approvedBy,
    };
  } catch (cause) {
    return { state: "invalid", reason: reasonOf(cause) };
  }
}

/** Why a sheet is refused, in one line. What broke in a way nobody foresaw must not stop the other sheets either. */
export function reasonOf(cause: unknown): string {
  return cause instanceof LetterError ? cause.message : "the sheet cannot be read";
}

/** How many signatures of a sheet came to the list, were refused, were left out, or left the list. */
export type Tally = {
  readonly accepted: number;
  readonly refused: number;
  readonly leftOut: number;
  readonly withdrawn: number;
};

/** The numbers of a sheet after it has been settled. */
export function tallyOf(sheet: Sheet, settlement: Pick<Settlement, "refused" | "leftOut">): Tally {
  const [refused, leftOut] = [settlement.refused.length, settlement.leftOut.length];
  const rest = sheet.rows.length - refused - leftOut;
  const leaving = sheet.kind === "withdrawals";
  return { accepted: leaving ? 0 : rest, refused, leftOut, withdrawn: leaving ? rest : 0 };
}
