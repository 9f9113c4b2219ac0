import type { Verdict } from "../local-review.ts";

/** A decision about a sheet that is not recorded yet. */
export type HeldDecision = { readonly sheet: string; readonly commit: string; readonly verdict: Verdict };

/**
 * The decisions that a moderator may still take back. On this machine a sheet is accepted at once when its approval is
 * recorded, so a decision is kept in memory for a while. If the process dies meanwhile, nothing was decided.
 */
export type HeldDecisions = {
  of(sheet: string): HeldDecision | undefined;
  /** replaces an earlier decision about the same sheet */
  hold(decision: HeldDecision): void;
  /** false when it is recorded already */
  takeBack(sheet: string): boolean;
  recordNow(sheet: string): Promise<void>;
  /** records all that are held, and waits for those that are being recorded */
  recordAll(): Promise<void>;
};

/** How long a decision is held, in milliseconds. */
const HELD_FOR = 60_000;

/**
 * @param record records a decision; it keeps what came of it, and never rejects
 * @param later runs a function after a time in milliseconds, and returns what cancels it
 */
export function openHeldDecisions(
  record: (decision: HeldDecision) => Promise<void>,
  later: (run: () => void, after: number) => () => void,
): HeldDecisions {
  const held = new Map<string, { decision: HeldDecision; cancel: () => void }>();
  let recording: Promise<void> = Promise.resolve();
  const takeOut = (sheet: string) => {
    const found = held.get(sheet);
    found?.cancel();
    held.delete(sheet);
    return found?.decision;
  };
  // One after the other: each acceptance moves main.
  const recordNow = (sheet: string) => {
    const decision = takeOut(sheet);
    if (decision) recording = recording.then(() => record(decision));
    return recording;
  };
  return {
    of: (sheet) => held.get(sheet)?.decision,
    hold(decision) {
      takeOut(decision.sheet);
      held.set(decision.sheet, { decision, cancel: later(() => void recordNow(decision.sheet), HELD_FOR) });
    },
    takeBack: (sheet) => takeOut(sheet) !== undefined,
    recordNow,
    async recordAll() {
      for (const sheet of [...held.keys()]) void recordNow(sheet);
      await recording;
    },
  };
}
