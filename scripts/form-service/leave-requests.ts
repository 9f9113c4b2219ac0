import type { Clock } from "../outside/clock.ts";
import type { PageWords } from "./page-words.ts";
import { CODE_LIFE, hashOf, TRIES } from "./submissions.ts";

/** Withdrawals by address that wait for the mailed code. In memory alone: after a restart a code is asked for anew. */
export type LeaveRequests = {
  /** Remembers a request by the hash of its `s`, whether the address has signed or not: both must look the same. */
  add(request: { s: Uint8Array; code: string }): void;
  /** Says which signature the address of a request has given. */
  find(s: Uint8Array, id: string): void;
  /** Whether a code is waited for under this `s`. */
  waits(s: Uint8Array): boolean;
  /** The id of the signature that link and code together may withdraw. Five wrong codes end the request. */
  tryCode(s: Uint8Array, code: string): string | undefined;
};

/** Requests remembered at once; the oldest go first. */
const CAPACITY = 50_000;

type Request = { code: string; id: string | undefined; expires: number; tries: number };

/** An empty memory. */
export function openLeaveRequests(clock: Clock, pageWords: PageWords): LeaveRequests {
  const requests = new Map<string, Request>();
  const now = () => clock.now().getTime();

  return {
    add({ s, code }) {
      for (const [hash, request] of requests) {
        if (requests.size < CAPACITY && now() < request.expires) break;
        requests.delete(hash);
      }
      requests.set(hashOf(s), { code, id: undefined, expires: now() + CODE_LIFE, tries: 0 });
    },
    find(s, id) {
      const request = requests.get(hashOf(s));
      if (request) request.id = id;
    },
    waits: (s) => requests.has(hashOf(s)),
    tryCode(s, code) {
      const hash = hashOf(s);
      const request = requests.get(hash);
      if (!request || now() >= request.expires) return undefined;
      // Forty random bits, compared by their hashes so that the time tells nothing.
      if (request.id !== undefined && hashOf(request.code) === hashOf(code)) return request.id;
      if (pageWords.has(code, s)) return undefined;
      request.tries++;
      if (request.tries >= TRIES) requests.delete(hash);
      return undefined;
    },
  };
}
