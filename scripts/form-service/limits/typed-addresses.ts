import { createSecretKey } from "node:crypto";
import type { Clock } from "../../outside/clock.ts";
import { keyedHash } from "../store/secret-hash.ts";
import { openBuckets } from "./buckets.ts";

/** Limits how many forms may give one address. The limit depends only on what is typed, not on what is known of the address. */
export type TypedAddresses = {
  /** Returns the milliseconds until another form may name it. */
  wait(email: string): number;
  /** Counts a form that was taken. */
  note(email: string, network: string): void;
  readonly size: number;
};

/** At most 200 in any 24 hours, 100 of them at once: each form allows five guesses at the code, and a person needs no more than a few forms. */
const RATE = { every: 86_400_000 / 100, atOnce: 100 };
/** The most addresses counted at a time, in some 20 megabytes. */
const CAPACITY = 100_000;

/**
 * Opens the counters.
 *
 * @param key keys the hash under which an address is remembered; generated for each process
 */
export function openTypedAddresses(clock: Clock, key: Uint8Array): TypedAddresses {
  const forms = openBuckets(CAPACITY);
  const secret = createSecretKey(key);
  const hashOf = (email: string) => keyedHash(secret, email.toLowerCase());
  const now = () => clock.now().getTime();
  return {
    wait: (email) => forms.wait(hashOf(email), RATE, now()),
    note: (email, network) => forms.take(hashOf(email), RATE, now(), network),
    get size() {
      return forms.size;
    },
  };
}
