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
  /** runs something while nothing is being recorded: what it finds held or open is so until it has ended */
  inTurn<T>(run: () => Promise<T>): Promise<T>;
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
  let last: Promise<void> = Promise.resolve();
  const takeOut = (sheet: string): boolean => {
    held.get(sheet)?.cancel();
    return held.delete(sheet);
  };
  // One after the other: each acceptance moves main.
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const done = last.then(run);
    last = done.then(noop, noop);
    return done;
  };
  // Taken out only in its turn: until then it can be taken back, or replaced by another one.
  const recordHeld = (decision: HeldDecision | undefined) =>
    inTurn(async () => {
      if (decision === undefined || held.get(decision.sheet)?.decision !== decision) return;
      takeOut(decision.sheet);
      await record(decision);
    });
  return {
    of: (sheet) => held.get(sheet)?.decision,
    hold(decision) {
      takeOut(decision.sheet);
      held.set(decision.sheet, { decision, cancel: later(() => void recordHeld(decision), HELD_FOR) });
    },
    takeBack: takeOut,
    recordNow: (sheet) => recordHeld(held.get(sheet)?.decision),
    inTurn,
    async recordAll() {
      for (const { decision } of held.values()) void recordHeld(decision);
      await last;
    },
  };
}

function noop(): void {}
