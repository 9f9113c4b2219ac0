import { LetterError } from "../letter/bytes/error.ts";
import { type Acceptance, acceptSheet, applyWithdrawals, validateSheet } from "../letter/review/acceptance.ts";
import type { Settlement } from "../letter/review/merge-message.ts";
import { decide, type Moderators } from "../letter/review/moderation.ts";
import { misdatedRow } from "../letter/review/signed-days.ts";
import type { Sheet } from "../letter/signature/sheet.ts";
import type { Standing } from "../letter/signature/standing.ts";
import type { MainLine, OpenSheet } from "../outside/git/host.ts";

/** The judgement of an open sheet by main, and what the sheet would do to the record. */
export type Judgement =
  | { readonly state: "waiting" }
  | {
      readonly state: "blocked";
      /** the places of moderators' texts that cannot be read as orders */
      readonly unclear: readonly string[];
    }
  | { readonly state: "unattested" }
  /** `mayReview`: it stays open to review, since it waits for a day, or until a row is refused */
  | { readonly state: "invalid"; readonly reason: string; readonly mayReview?: boolean }
  | {
      readonly state: "approved" | "rejected";
      readonly acceptance: Acceptance;
      readonly approvedBy: readonly number[];
    };

/**
 * What a sheet is judged by: the moderators on main, the form service's public key (32 bytes), the day, and why the clock
 * is not believed, if it is not.
 */
export type Rules = {
  readonly moderators: Moderators;
  readonly attestationKey: Uint8Array;
  readonly today: string;
  readonly doubt?: string | undefined;
};

/** What judging asks of main: its record, and how it came about. */
export type JudgingMain = Pick<MainLine, "settled" | "began"> & { readonly standing: Standing };

/**
 * Judges a readable, attested sheet. Withdrawals need no moderator, because the signers have decided.
 *
 * @param elsewhere the rows that are on another open sheet too
 */
export function judgeSheet(
  { standing, settled, began }: JudgingMain,
  rules: Rules,
  open: OpenSheet,
  sheet: Sheet,
  elsewhere?: Pick<ReadonlySet<string>, "has">,
): Judgement {
  const known = { standing, settled, attestationKey: rules.attestationKey };
  try {
    if (sheet.kind === "withdrawals")
      return { state: "approved", acceptance: applyWithdrawals(known, sheet), approvedBy: [] };
    const ids = sheet.rows.map((row) => row.id);
    const decision = decide(rules.moderators, open.commit, ids, open.acts, sheet.sheet);
    if (decision.state === "waiting" || decision.state === "blocked") {
      validateSheet(known, sheet);
      return decision.state === "waiting" ? { state: "waiting" } : { state: "blocked", unclear: decision.unclear };
    }
    const acceptance = acceptSheet(known, sheet, decision, elsewhere);
    if (decision.state === "approved") {
      const days = { today: rules.today, began };
      const reason = rules.doubt ?? misdatedRow(sheet, acceptance, days);
      if (reason !== undefined) return { state: "invalid", reason, mayReview: true };
    }
    return { state: decision.state, acceptance, approvedBy: decision.approvedBy };
  } catch (cause) {
    return { state: "invalid", reason: reasonOf(cause) };
  }
}

/** Returns why a sheet is refused, in one line. Even an unexpected error must not stop the other sheets. */
export function reasonOf(cause: unknown): string {
  return cause instanceof LetterError ? cause.message : "the sheet cannot be read";
}

/** How many signatures of a sheet were accepted, refused, left out, or withdrawn from the list. */
export type Tally = {
  readonly accepted: number;
  readonly refused: number;
  readonly leftOut: number;
  readonly withdrawn: number;
};

/** Counts the rows of a settled sheet by their outcome. */
export function tallyOf(sheet: Sheet, settlement: Pick<Settlement, "refused" | "leftOut">): Tally {
  const [refused, leftOut] = [settlement.refused.length, settlement.leftOut.length];
  const rest = sheet.rows.length - refused - leftOut;
  const leaving = sheet.kind === "withdrawals";
  return { accepted: leaving ? 0 : rest, refused, leftOut, withdrawn: leaving ? rest : 0 };
}
