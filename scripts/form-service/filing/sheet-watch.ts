import type { Clock } from "../../outside/clock.ts";
import { NOTHING_FOUND, type SheetFindings } from "./stuck-sheets.ts";

/**
 * What the service remembers of the branches at the git host from one look to the next. It is in memory only: after a
 * start everything is looked at again.
 */
export type SheetWatch = {
  /** Whether nothing has been compared since the start: only then can it be seen that the database is older. */
  isFirst(): boolean;
  isDue(): boolean;
  /** Whether every branch is to be read again, also those that have not moved: what git holds may have been damaged. */
  isWholeDue(): boolean;
  /** Forgets what was read, so that all of it is read again. */
  forget(): void;
  /** Whether the branch was read at this commit. */
  isRead(sheet: string, commit: string | undefined): boolean;
  /** Whether the branch was read at this commit, and holds a sheet that this service has attested. */
  isSound(sheet: string, commit: string | undefined): boolean;
  noteRead(sheet: string, commit: string, isSound: boolean): void;
  /** sheets that were filed, and are neither open nor settled */
  readonly gone: Repeatedly;
  /** sheets to be filed on top of a commit that main does not have */
  readonly baseless: Repeatedly;
  /** What the last whole look has found. */
  readonly found: SheetFindings;
  done(found?: SheetFindings): void;
};

/**
 * Returns those of these sheets that were named in every look for a while. A git host may answer with an old list of its
 * branches, or main may be read before it has moved, so nothing is given up for one look.
 */
type Repeatedly = (sheets: readonly string[]) => Set<string>;

/** Milliseconds between two looks at every branch. */
const WHOLE_EVERY = 60 * 60_000;
/** The same while something is stuck, so that the operator soon sees that it no longer is. */
const STUCK_EVERY = 60_000;

/** Opens the watch. @param every milliseconds between two looks at the list of the branches */
export function openSheetWatch(clock: Clock, every: number): SheetWatch {
  const read = new Map<string, { commit: string; isSound: boolean }>();
  let [next, nextWhole] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [found, isFirst] = [NOTHING_FOUND, true];
  const now = () => clock.now().getTime();
  return {
    isFirst: () => isFirst,
    // A clock that was set back would keep a moment of before away for as long.
    isDue: () => now() >= next || next - now() > every,
    isWholeDue: () => now() >= nextWhole || nextWhole - now() > Math.max(every, WHOLE_EVERY),
    forget: () => read.clear(),
    isRead: (sheet, commit) => commit !== undefined && read.get(sheet)?.commit === commit,
    isSound(sheet, commit) {
      const one = read.get(sheet);
      return one !== undefined && one.commit === commit && one.isSound;
    },
    noteRead: (sheet, commit, isSound) => void read.set(sheet, { commit, isSound }),
    gone: openRepeatedly(now, every),
    baseless: openRepeatedly(now, every),
    get found() {
      return found;
    },
    done(whole) {
      isFirst = false;
      next = now() + every;
      if (whole === undefined) return;
      found = whole;
      nextWhole = now() + (whole.stuck.length > 0 ? Math.max(every, STUCK_EVERY) : WHOLE_EVERY);
    },
  };
}

function openRepeatedly(now: () => number, every: number): Repeatedly {
  let since = new Map<string, number>();
  return (sheets) => {
    since = new Map(sheets.map((sheet) => [sheet, Math.min(since.get(sheet) ?? now(), now())]));
    return new Set(sheets.filter((sheet) => now() - since.get(sheet)! >= every));
  };
}
