import { createHmac, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { formatBase64url } from "../../letter/bytes/base64url.ts";
import type { Clock } from "../../outside/clock.ts";
import type { Random } from "../../outside/random.ts";
import { openBoundedMap } from "../store/bounded-map.ts";
import type { Store } from "../store/schema.ts";
import { hashOf } from "../store/secret-hash.ts";
import type { Client } from "./client.ts";
import { HARDEST } from "./difficulty.ts";
import { isProofSpent, spendProof } from "./spent-proofs.ts";

/**
 * Proofs of work: a browser computes scrypt until the keys are small enough. `content/assets/proof.js` is the other
 * side.
 *
 * A challenge is `difficulty:expires:nonce:signature`, and a proof the same with `:answer` at its end. The answer has
 * ten parts, each the counter (u32) and the key (16 bytes) that it leads to. A key is scrypt of nonce, part (u32) and
 * counter, and is small enough if its first four bytes times the difficulty are below 2^32. The parts keep the time
 * even: for a single one it would vary as much as in a lottery.
 */
export type Proofs = {
  /**
   * Creates a challenge for the page. It reveals nothing about the client, but only the client's network can use it.
   *
   * @param difficulty how many times the work of the least proof, from 1 to 64
   */
  challenge(difficulty: number, client: Client): Promise<string>;
  /** Whether the form's field solves a challenge of ours for this client's network, in time and unused. Uses it up. */
  accept(field: string, client: Client): Promise<boolean>;
};

/** How long a challenge is valid, in milliseconds. */
export const PROOF_LIFE = 10 * 60_000;
const PARTS = 10;
const [COUNTER, KEY] = [4, 16];
/** 2 MiB for each try: some 3 ms here, and 5 ms in a browser on the same processor. */
const COST = { N: 2048, r: 8, p: 1 };
const SALT = "undersigned/v1/proof";

/** How many proofs are computed at once, and how many may wait for it: a flood gets no more of the processor. */
const [AT_ONCE, WAITING] = [2, 100];
/** How many of the waiting ones may come from one network, so that others get through, and from all of Tor. */
const [WAITING_FROM_NETWORK, WAITING_OVER_TOR] = [20, 50];
/** The most challenges remembered because an answer has been tried; the oldest are forgotten first. */
const CAPACITY = 100_000;

const derive = promisify<string | Uint8Array, string, number, typeof COST, Buffer>(scrypt);

/** Derives the key of the challenges from the pepper that all instances share. */
export function keyOfProofs(pepper: Uint8Array): string {
  return createHmac("sha256", pepper).update("undersigned/v1/proof").digest("base64url");
}

/** @param secret signs the challenges; the same for all instances, so that each accepts the challenges of the others */
export function openProofs(deps: { store: Store; clock: Clock; random: Random }, secret: string): Proofs {
  const { store, clock, random } = deps;
  const tried = openBoundedMap<true>(CAPACITY);
  const atOnce = openGate();
  const keyed = (...texts: string[]) => createHmac("sha256", secret).update(texts.join(":")).digest();
  const sign = (terms: string, place: string) => keyed("challenge", terms, place);

  return {
    async challenge(difficulty, client) {
      const expires = clock.now().getTime() + PROOF_LIFE;
      const terms = `${roundedDifficulty(difficulty)}:${expires}:${formatBase64url(random(16))}`;
      return `${terms}:${formatBase64url(sign(terms, placeOf(client, secret)))}`;
    },
    async accept(field, client) {
      const proof = parseProof(field);
      if (!proof) return false;
      const { terms, difficulty, expires, nonce, signature, answer } = proof;
      const place = placeOf(client, secret);
      if (!timingSafeEqual(signature, sign(terms, place))) return false;
      if (!(clock.now().getTime() < expires)) return false;
      const hash = hashOf(nonce);
      // Only one answer per challenge is checked, right or wrong: sending many makes no work.
      if (tried.get(hash) || !atOnce.hasRoom(place)) return false;
      tried.set(hash, true, "anybody");
      // One part is enough, because a client cannot know which: if it leaves out half of the parts, half of its tries
      // fail.
      const part = keyed("part", terms)[0]! % PARTS;
      const isGood = await atOnce.run(
        place,
        async () => !(await isProofSpent(store.query, hash)) && isSolved(nonce, part, answer, difficulty),
      );
      return isGood && spendProof(store, hash, expires);
    },
  };
}

/** Returns what a challenge is bound to, on all instances and over midnight. Tor circuits, and their exits, change. */
function placeOf(client: Client, secret: string): string {
  return client.kind === "tor" ? TOR : client.networkUnder(secret);
}

const TOR = "tor";

function roundedDifficulty(difficulty: number): number {
  return Math.min(HARDEST, Math.max(1, Math.round(difficulty * 10) / 10));
}

type Proof = {
  readonly terms: string;
  readonly difficulty: number;
  readonly expires: number;
  readonly nonce: Uint8Array;
  readonly signature: Uint8Array;
  readonly answer: Buffer;
};

const PROOF = /^((\d{1,2}(?:\.\d)?):(\d{13,15}):([\w-]{22})):([\w-]{43}):([\w-]{267})$/;

/** A form may send anything: only a field with the shape of a proof is looked at. */
function parseProof(field: string): Proof | undefined {
  const [, terms, difficulty, expires, nonce, signature, answer] = PROOF.exec(field) ?? [];
  if (!terms || !nonce || !signature || !answer) return undefined;
  const bytes = (text: string) => Buffer.from(text, "base64url");
  return {
    terms,
    difficulty: Number(difficulty),
    expires: Number(expires),
    nonce: bytes(nonce),
    signature: bytes(signature),
    answer: bytes(answer),
  };
}

async function isSolved(nonce: Uint8Array, part: number, answer: Buffer, difficulty: number): Promise<boolean> {
  const start = part * (COUNTER + KEY);
  const number = Buffer.alloc(4);
  number.writeUInt32BE(part);
  const password = Buffer.concat([nonce, number, answer.subarray(start, start + COUNTER)]);
  const key = answer.subarray(start + COUNTER, start + COUNTER + KEY);
  if (key.readUInt32BE() * difficulty >= 2 ** 32) return false;
  return timingSafeEqual(key, await derive(password, SALT, KEY, COST));
}

/** Runs little work at once, and lets little of one place wait. */
function openGate() {
  const waiting: { place: string; begin: () => void }[] = [];
  let running = 0;
  return {
    hasRoom(place: string): boolean {
      const most = place === TOR ? WAITING_OVER_TOR : WAITING_FROM_NETWORK;
      return waiting.length < WAITING && waiting.filter((other) => other.place === place).length < most;
    },
    async run<T>(place: string, work: () => Promise<T>): Promise<T> {
      if (running >= AT_ONCE) await new Promise<void>((begin) => waiting.push({ place, begin }));
      else running++;
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next.begin();
        else running--;
      }
    },
  };
}
