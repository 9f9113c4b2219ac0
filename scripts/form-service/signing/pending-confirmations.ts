import type { CodePurpose } from "../../letter/signature/derivation.ts";
import type { Clock } from "../../outside/clock.ts";
import { openBoundedMap } from "../store/bounded-map.ts";
import { hashOf } from "../store/secret-hash.ts";
import { CODE_LIFE } from "./mailed-codes.ts";

/** What is needed to send a code again. It is kept in memory only, and lost with the process. */
export type WaitingCode = {
  readonly purpose: CodePurpose;
  readonly code: string;
  readonly email: string;
  readonly lang: string;
};

/** The codes of the last 48 hours whose submissions are not confirmed yet. */
export type WaitingCodes = {
  /** @param owner who fills this memory: when it is full, the owner with the most codes loses its codes first */
  add(s: Uint8Array, code: WaitingCode, owner: string): void;
  /** Returns what is remembered of a page that waits for its code. */
  find(s: Uint8Array): WaitingCode | undefined;
  /** Whether memory knows the very moment at which this row expires. */
  knowsDue(hash: string): boolean;
  /** Whether `takeAgain` would return a code. */
  canSendAgain(s: Uint8Array): boolean;
  /** Returns the code to send again; undefined if it is no longer there, or has been sent often enough. */
  takeAgain(s: Uint8Array): WaitingCode | undefined;
  /** Forgets code and address when nothing waits any more, but not when the row expires. */
  forget(s: Uint8Array): void;
  /** Does the same after a confirmation, whose withdrawal code is kept for 48 hours from now. */
  keepAfterConfirmation(s: Uint8Array): void;
  /** Passes the hashes of `s` whose 48 hours are over to `remove` in batches, and keeps them until it has succeeded. */
  expire(remove: (hashes: string[]) => Promise<void>): Promise<void>;
};

/** Mails for one submission, the first one included. */
const MAILS = 3;
/** The most codes remembered with their addresses; a forgotten one cannot be sent again. */
const CAPACITY = 200_000;

/** A statement holds a limited number of values. */
const AT_ONCE = 1000;

type Known = { readonly waiting: WaitingCode; mails: number };

export function openWaitingCodes(clock: Clock, capacity = CAPACITY): WaitingCodes {
  // The expiry of a row is never forgotten early, least of all after a confirmation; the room for rows bounds this map.
  // A Map keeps its order, and all rows live equally long, so the first expire first.
  const due = new Map<string, number>();
  const codes = openBoundedMap<Known>(capacity);
  const now = () => clock.now().getTime();

  function noteDue(hash: string): void {
    due.delete(hash);
    due.set(hash, now() + CODE_LIFE);
  }

  const sendable = (s: Uint8Array) => {
    const hash = hashOf(s);
    const known = codes.get(hash);
    const isSendable = known?.waiting.purpose === "confirm" && now() < (due.get(hash) ?? 0) && known.mails < MAILS;
    return isSendable ? known : undefined;
  };
  return {
    add(s, waiting, owner) {
      const hash = hashOf(s);
      noteDue(hash);
      codes.set(hash, { waiting, mails: 1 }, owner);
    },
    knowsDue: (hash) => due.has(hash),
    canSendAgain: (s) => sendable(s) !== undefined,
    takeAgain(s) {
      const known = sendable(s);
      if (known) known.mails++;
      return known?.waiting;
    },
    find: (s) => codes.get(hashOf(s))?.waiting,
    forget: (s) => codes.delete(hashOf(s)),
    keepAfterConfirmation(s) {
      codes.delete(hashOf(s));
      noteDue(hashOf(s));
    },
    async expire(remove) {
      for (;;) {
        const expired: string[] = [];
        for (const [hash, moment] of due) {
          // It was noted before the clock was set back, and must not hold up those after it.
          if (moment - now() > CODE_LIFE) continue;
          if (now() < moment || expired.length === AT_ONCE) break;
          codes.delete(hash);
          expired.push(hash);
        }
        if (expired.length === 0) return;
        await remove(expired);
        for (const hash of expired) due.delete(hash);
      }
    },
  };
}
