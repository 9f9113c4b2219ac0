import type { Clock } from "../../outside/clock.ts";
import { openBuckets, type Rate } from "./buckets.ts";
import type { Client } from "./client.ts";
import { type Admission, type Effort, openGate } from "./gate.ts";
import { networkOf, TOR } from "./levels.ts";
import type { Draw } from "./lot.ts";
import type { MailBudget } from "./mail-budget.ts";
import { PARTS, type Purpose } from "./mail-ledger.ts";
import { openTypedAddresses } from "./typed-addresses.ts";

/**
 * Decides which forms are taken. A form with a proof of work always is while there is room. Forms without one have
 * allowances, and are drawn by lot when these are used up. All of this depends on what was typed and who sends it,
 * never on what is known of an address. Counts are kept in memory, under keys of a day or of the process.
 *
 * A correct code is never limited: it is looked up first, and only wrong ones are counted.
 */
export type Limits = {
  /** Takes a form that signs. It leads to a mail and to a waiting row. */
  submission(client: Client, effort: Effort, email: string): Admission;
  /** Whether there is room for one more mail, to send the code of a submission again. */
  again(client: Client): boolean;
  /** Takes a withdrawal by address. It leads to a mail, and has allowances and room of its own. */
  leave(client: Client, effort: Effort, email: string): Admission;
  /** Counts a code that is wrong. Returns the seconds until this client gets an answer to a code; 0 is now. */
  wrongCode(client: Client): number;
  /** The number of keys in memory, which is bounded. */
  readonly size: number;
};

/** Wrong codes: many more than the people who share one address mistype, and fewer than a program sends. */
const WRONG: Rate = { every: 2_000, atOnce: 60 };
const WRONG_OVER_TOR: Rate = { every: 20, atOnce: 3_000 };
/** The most lines whose wrong codes are counted at a time, in some 20 megabytes. */
const CAPACITY = 100_000;

/** Returns what a wrong code counts for. A circuit takes what a line may, and no more, out of what all of Tor may. */
function countsOf(client: Client): readonly (readonly [key: string, rate: Rate])[] {
  if (client.kind === "line") return [[client.line, WRONG]];
  const tor = [TOR, WRONG_OVER_TOR] as const;
  return client.circuit === undefined ? [tor] : [[client.circuit, WRONG], tor];
}

/** Sets no limits: for a campaign on one machine, where every request comes from one address. */
export const NO_LIMITS: Limits = {
  submission: () => ({ taken: true }),
  again: () => true,
  leave: () => ({ taken: true }),
  wrongCode: () => 0,
  size: 0,
};

export type LimitsDeps = {
  readonly clock: Clock;
  readonly draw: Draw;
  /** keys the hashes of typed addresses; generated for each process */
  readonly key: Uint8Array;
  readonly mailsAnHour: number;
  readonly budgets: { readonly [purpose in Purpose]: MailBudget };
};

/** Creates limits that have counted nothing yet. */
export function openLimits({ clock, draw, key, mailsAnHour, budgets }: LimitsDeps): Limits {
  const gateFor = (purpose: Purpose) =>
    openGate({ mails: mailsAnHour * PARTS[purpose], budget: budgets[purpose], clock, draw });
  const gates = { sign: gateFor("sign"), leave: gateFor("leave") };
  const typed = { sign: openTypedAddresses(clock, key), leave: openTypedAddresses(clock, key) };
  const wrong = openBuckets(CAPACITY);

  function take(purpose: Purpose, client: Client, effort: Effort, email: string): Admission {
    const wait = typed[purpose].wait(email);
    const gate = gates[purpose];
    if (wait > 0) return { taken: false, after: Math.ceil(wait / 1000), difficulty: gate.difficulty(client) };
    const admission = gate.take(client, effort);
    if (admission.taken) typed[purpose].note(email, networkOf(client));
    return admission;
  }

  return {
    submission: (client, effort, email) => take("sign", client, effort, email),
    again: (client) => gates.sign.again(client),
    leave: (client, effort, email) => take("leave", client, effort, email),
    wrongCode(client) {
      const now = clock.now().getTime();
      const counted = countsOf(client);
      const wait = Math.max(...counted.map(([key, rate]) => wrong.wait(key, rate, now)));
      if (wait === 0) for (const [key, rate] of counted) wrong.take(key, rate, now, networkOf(client));
      return Math.ceil(wait / 1000);
    },
    get size() {
      return gates.sign.size + gates.leave.size + typed.sign.size + typed.leave.size + wrong.size;
    },
  };
}
