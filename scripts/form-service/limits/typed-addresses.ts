import { createSecretKey } from "node:crypto";
import type { Clock } from "../../outside/clock.ts";
import { keyedHash } from "../store/secret-hash.ts";
import { openBuckets } from "./buckets.ts";

/** How many forms name an address, by what is typed and by nothing that is known of the address. */
export type TypedAddresses = {
  /** Milliseconds until another form may name it. */
  wait(email: string): number;
  /** Counts a form that was taken. */
  note(email: string, network: string): void;
  readonly size: number;
};

/** 200 in any 24 hours: each form is five guesses at the code, and nobody needs more than a few. */
const RATE = { every: 86_400_000 / 100, atOnce: 100 };
/** Addresses that are counted at once, in some 20 megabytes. */
const CAPACITY = 100_000;

/** @param key keys the hash under which an address is remembered; made anew for each process */
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
