import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { NO_BURSTS } from "../../scripts/form-service/limits/domain-bursts.ts";
import { confirm } from "../../scripts/form-service/signing/confirmation.ts";
import type { CodesOfMailbox } from "../../scripts/form-service/signing/mailed-codes.ts";
import { addSubmission } from "../../scripts/form-service/signing/submissions.ts";
import { openStore } from "../../scripts/form-service/store/schema.ts";
import { dayOf } from "../../scripts/letter/bytes/day.ts";
import { signingKey } from "../../scripts/letter/bytes/key.ts";
import { type CodePurpose, mailedCodeOf } from "../../scripts/letter/signature/derivation.ts";
import { systemClock } from "../../scripts/outside/clock.ts";
import { systemRandom } from "../../scripts/outside/random.ts";
import type { Seal } from "../../scripts/outside/seal/seal.ts";
import { rightClock } from "../support/fixtures.ts";
import type { Side } from "./bench.ts";

/** Confirmations that are in flight at once. */
export const AT_ONCE = 100;

/** A database of the form service in a folder of its own, and confirmations on it. */
export type Confirmations = {
  readonly path: string;
  /** Puts so many submissions into the database. */
  submit(count: number): Promise<{ s: Uint8Array; code: string }[]>;
  /** Confirms submissions that are put there before the time runs. @param most in a second, at most */
  side(seal: Seal, most: number): Side;
  close(): Promise<void>;
};

export async function openConfirmations(): Promise<Confirmations> {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-bench-"));
  const path = join(folder, "service.db");
  const store = await openStore({ kind: "sqlite", path });
  const [clock, random] = [systemClock, systemRandom];
  const edition = Buffer.alloc(32, 7).toString("base64url");
  const confirming = {
    ...{ store, clock, random, watch: rightClock },
    attestation: signingKey(random(32)),
    pepper: random(32),
    queue: { noteConfirmed: () => {} },
    bursts: NO_BURSTS,
    // No page is shown here whose words could be taken for a code.
    pageWords: { has: () => false },
    mailedCodes: { of: async () => codesOf(random(32)) },
    codes: { find: () => undefined, keepAfterConfirmation: () => {} },
  };
  const submit = (count: number) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const [s, codes] = [random(16), codesOf(random(32))];
        const person = { shown: "name", name: "Sara Āzādī", place: "Sydney", lang: "en" } as const;
        const email = `${randomBytes(12).toString("hex")}@example.org`;
        const expires = new Date(Date.now() + 3_600_000).toISOString();
        const submission = { ...person, email, consents: ["handover", "public"] as const, edition, expires };
        await addSubmission(confirming, { s, codes }, submission, dayOf(clock.now()));
        return { s, code: codes.confirm[0]! };
      }),
    );
  return {
    path,
    submit,
    side: (seal, most) => async (milliseconds) => {
      const waiting = await submit(Math.ceil((most * milliseconds) / 1000));
      const start = performance.now();
      let done = 0;
      const one = async () => {
        while (performance.now() - start < milliseconds) {
          const next = waiting.pop();
          if (!next) return;
          if ((await confirm({ ...confirming, seal }, next.s, next.code)) === undefined)
            throw new Error("not confirmed");
          done++;
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, one));
      return (done * 1000) / (performance.now() - start);
    },
    async close() {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Codes as a mailbox gets them in one window. */
function codesOf(windowKey: Uint8Array): CodesOfMailbox {
  const code = (purpose: CodePurpose) => mailedCodeOf(windowKey, purpose, "sara@example.org");
  return { confirm: [code("confirm")], leave: [code("leave")] };
}

/** Two recipients as a campaign has them. */
export async function twoRecipients(): Promise<string[]> {
  const identities = await Promise.all([generateHybridIdentity(), generateHybridIdentity()]);
  return Promise.all(identities.map((identity) => identityToRecipient(identity)));
}
