import type { CodePurpose } from "../letter/derivation.ts";
import type { Clock } from "../outside/clock.ts";
import { CODE_LIFE } from "./mailed-codes.ts";
import { hashOf } from "./submissions.ts";

/** What it takes to send a code again. It lives in memory only and goes with the process. */
export type WaitingCode = {
  readonly purpose: CodePurpose;
  readonly code: string;
  readonly email: string;
  readonly lang: string;
};

/** The codes of the last 48 hours whose submissions nobody has confirmed yet. */
export type WaitingCodes = {
  add(s: Uint8Array, code: WaitingCode): void;
  /** What is remembered of a page that waits for its code. */
  find(s: Uint8Array): WaitingCode | undefined;
  /** Whether `takeAgain` would give a code. */
  canSendAgain(s: Uint8Array): boolean;
  /** The code to send again; undefined when it is no longer there, or has been sent often enough. */
  takeAgain(s: Uint8Array): WaitingCode | undefined;
  /** Forgets code and address when nothing waits any more; when the row expires is still known. */
  forget(s: Uint8Array): void;
  /** The same after a confirmation, of which the withdrawal code is kept for 48 hours from now. */
  keepAfterConfirmation(s: Uint8Array): void;
  /** Gives the hashes of `s` whose 48 hours are over to `remove`, some at a time; known until that has succeeded. */
  expire(remove: (hashes: string[]) => Promise<void>): Promise<void>;
};

/** Mails for one submission, the first one included. */
const MAILS = 3;
/** More would be a flood; the oldest then cannot be sent again. */
const CAPACITY = 200_000;

/** A statement holds a limited number of values. */
const AT_ONCE = 1000;

type Entry = { waiting: WaitingCode | undefined; expires: number; mails: number };

/** An empty memory. */
export function openWaitingCodes(clock: Clock): WaitingCodes {
  // A Map keeps its order, and all entries live equally long: the first are always the next to expire.
  const entries = new Map<string, Entry>();
  let known = 0;
  const drop = (entry: Entry | undefined) => {
    if (entry?.waiting === undefined) return;
    entry.waiting = undefined;
    known--;
  };
  const sendable = (s: Uint8Array) => {
    const entry = entries.get(hashOf(s));
    return entry?.waiting?.purpose === "confirm" && clock.now().getTime() < entry.expires && entry.mails < MAILS
      ? entry
      : undefined;
  };
  return {
    add(s, waiting) {
      entries.set(hashOf(s), { waiting, expires: clock.now().getTime() + CODE_LIFE, mails: 1 });
      known++;
      if (known > CAPACITY) drop(firstWaiting(entries));
    },
    canSendAgain: (s) => sendable(s) !== undefined,
    takeAgain(s) {
      const entry = sendable(s);
      if (entry) entry.mails++;
      return entry?.waiting;
    },
    find: (s) => entries.get(hashOf(s))?.waiting,
    forget: (s) => drop(entries.get(hashOf(s))),
    keepAfterConfirmation(s) {
      const hash = hashOf(s);
      const entry = entries.get(hash);
      drop(entry);
      entries.delete(hash);
      entries.set(hash, { waiting: undefined, expires: clock.now().getTime() + CODE_LIFE, mails: MAILS });
    },
    async expire(remove) {
      for (;;) {
        const expired: string[] = [];
        for (const [hash, entry] of entries) {
          if (clock.now().getTime() < entry.expires || expired.length === AT_ONCE) break;
          drop(entry);
          expired.push(hash);
        }
        if (expired.length === 0) return;
        await remove(expired);
        for (const hash of expired) entries.delete(hash);
      }
    },
  };
}

function firstWaiting(entries: ReadonlyMap<string, Entry>): Entry | undefined {
  for (const entry of entries.values()) if (entry.waiting !== undefined) return entry;
  return undefined;
}
