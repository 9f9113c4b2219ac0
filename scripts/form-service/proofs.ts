import { createHmac } from "node:crypto";
import { type Challenge, createChallenge, verifySolution } from "altcha-lib";
import { deriveKey } from "altcha-lib/algorithms/pbkdf2";
import type { Clock } from "../outside/clock.ts";
import type { Client } from "./client.ts";

/** Proofs of work in the format of ALTCHA, version 2: a browser tries keys until one begins as it should. */
export type Proofs = {
  /** A new challenge, as JSON for the page. */
  challenge(difficulty: number, client: Client): Promise<string>;
  /** Whether the form's field holds a solution of a challenge of ours that has not been used before; using it up. */
  accept(field: string, client: Client): Promise<boolean>;
};

/** Some 256 derivations: half a second on a telephone of today, some seconds on an old one. */
const DIFFICULTY = { algorithm: "PBKDF2/SHA-256", cost: 5000, keyPrefix: "00" } as const;
/** How long a challenge is good for: a form may lie open for a while. */
const LIFE = 30 * 60_000;
/** Challenges that were used and have not expired; the oldest go first. */
const CAPACITY = 100_000;

/** The key of the challenges, from the pepper that all instances share. */
export function keyOfProofs(pepper: Uint8Array): string {
  return createHmac("sha256", pepper).update("undersigned/v1/proof").digest("base64url");
}

/** @param secret signs the challenges; the same for all instances, so that one knows what another has made */
export function openProofs(clock: Clock, secret: string): Proofs {
  const used = new Set<string>();
  return {
    async challenge() {
      // The library would ask the machine's own clock about `expiresAt`.
      const data = { expires: clock.now().getTime() + LIFE };
      return JSON.stringify(await createChallenge({ ...DIFFICULTY, deriveKey, data, hmacSignatureSecret: secret }));
    },
    async accept(field) {
      const payload = parsePayload(field);
      if (!payload) return false;
      const { challenge, solution } = payload;
      const signature = challenge.signature ?? "";
      if (used.has(signature)) return false;
      const expires = Number(challenge.parameters.data?.expires);
      if (!(clock.now().getTime() < expires)) return false;
      const { verified } = await verifySolution({ challenge, solution, deriveKey, hmacSignatureSecret: secret });
      // Two forms with one solution may have come at the same time.
      if (!verified || used.has(signature)) return false;
      used.add(signature);
      if (used.size > CAPACITY) used.delete(used.values().next().value ?? "");
      return true;
    },
  };
}

type Payload = { challenge: Challenge; solution: { counter: number; derivedKey: string; time: number } };

/** What a form sends is anything at all: only what has the shape of a solution is looked at. */
function parsePayload(field: string): Payload | undefined {
  if (field === "" || field.length > 4000) return undefined;
  try {
    const value = JSON.parse(Buffer.from(field, "base64").toString("utf8")) as Payload;
    const { parameters, signature } = value.challenge;
    const own = parameters.algorithm === DIFFICULTY.algorithm && parameters.cost === DIFFICULTY.cost;
    return own && typeof signature === "string" && typeof value.solution === "object" ? value : undefined;
  } catch {
    return undefined;
  }
}
