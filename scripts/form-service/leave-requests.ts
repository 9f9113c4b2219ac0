import type { Clock } from "../outside/clock.ts";
import { CODE_LIFE, hashOf, TRIES } from "./submissions.ts";

/** Withdrawals by address that wait for the mailed code. In memory alone: after a restart a code is asked for anew. */
export type LeaveRequests = {
  /**
   * Remembers a request by the hash of its `s`.
   *
   * @param id of the signature; undefined where the address has none, which must look the same
   * @param mailbox keyed hash of the address
   * @returns whether a mail may go out
   */
  add(request: { s: Uint8Array; code: string; id: string | undefined; mailbox: string }): boolean;
  /** Whether a code is waited for under this `s`. */
  waits(s: Uint8Array): boolean;
  /** The id of the signature that link and code together may withdraw. Five wrong codes end the request. */
  tryCode(s: Uint8Array, code: string): string | undefined;
};

/** Mails to one mailbox in a day: whoever types a stranger's address must not be able to flood it. */
const MAILS_A_DAY = 3;
/** Requests remembered at once; the oldest go first. */
const CAPACITY = 50_000;

type Request = { code: string; id: string | undefined; expires: number; tries: number };

/** An empty memory. */
export function openLeaveRequests(clock: Clock): LeaveRequests {
  const requests = new Map<string, Request>();
  const mails = new Map<string, number[]>();
  const now = () => clock.now().getTime();

  function mayMail(mailbox: string): boolean {
    const today = (mails.get(mailbox) ?? []).filter((moment) => now() - moment < 86_400_000);
    if (today.length >= MAILS_A_DAY) return false;
    // Put at the end again, so that the first ones are always the oldest.
    mails.delete(mailbox);
    mails.set(mailbox, [...today, now()]);
    return true;
  }

  return {
    add({ s, code, id, mailbox }) {
      for (const [hash, request] of requests) {
        if (requests.size < CAPACITY && now() < request.expires) break;
        requests.delete(hash);
      }
      for (const [known, moments] of mails) {
        if (mails.size < CAPACITY && now() - (moments.at(-1) ?? 0) < 86_400_000) break;
        mails.delete(known);
      }
      requests.set(hashOf(s), { code, id, expires: now() + CODE_LIFE, tries: 0 });
      return id !== undefined && mayMail(mailbox);
    },
    waits: (s) => requests.has(hashOf(s)),
    tryCode(s, code) {
      const hash = hashOf(s);
      const request = requests.get(hash);
      if (!request || now() >= request.expires) return undefined;
      // Forty random bits, compared by their hashes so that the time tells nothing.
      if (request.id !== undefined && hashOf(request.code) === hashOf(code)) return request.id;
      request.tries++;
      if (request.tries >= TRIES) requests.delete(hash);
      return undefined;
    },
  };
}
