import { mailsLeft, SLOTS, slotAt } from "../../../scripts/form-service/limits/budget-slots.ts";
import type { Client } from "../../../scripts/form-service/limits/client.ts";
import type { Effort } from "../../../scripts/form-service/limits/gate.ts";
import { openLimits } from "../../../scripts/form-service/limits/limits.ts";
import { type MailLedger, openMailBudget } from "../../../scripts/form-service/limits/mail-budget.ts";
import { PARTS } from "../../../scripts/form-service/limits/mail-ledger.ts";
import { levelsOf, networkOf } from "../../../scripts/outside/network-address.ts";
import { hours } from "../../support/fixtures.ts";

/** Where somebody comes from: an address, or over Tor, by a circuit if it is told. */
export type From = string | "tor" | { readonly circuit: string };

/** People who come one by one, each wanting to sign once. */
export type Crowd = {
  readonly people: number;
  readonly from: (i: number) => From;
  readonly scripts: boolean;
  /** how often they press the button before they give up */
  readonly tries: number;
  /** the time in which they all come; an hour unless said otherwise */
  readonly within?: number;
};

/** Somebody who sends forms for the whole hour. */
export type Enemy = {
  readonly from: (i: number) => From;
  /** forms a second without proof */
  readonly forms?: number;
  /** least proofs a second that his machine can solve */
  readonly proofs?: number;
};

/** What became of one crowd. */
export type Fate = { people: number; signed: number; waits: number[]; longest: number };

/**
 * A proof of the least difficulty on a cheap telephone (a processor slowed to a sixth), in milliseconds. It has eight parts,
 * and so its time varies little.
 */
const LEAST_PROOF = 400;
const PARTS_OF_PROOF = 8;
/** Between two tries, in milliseconds. */
const PAUSE = 5_000;
/** An hour's mails of one mailbox and of one line: what `mailboxes.ts` lets pass. */
const [MAILBOX, LINE] = [5, 2];

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function clientAt(from: From): Client {
  if (from === "tor") return { kind: "tor" };
  if (typeof from === "object") return { kind: "tor", circuit: from.circuit };
  const levels = levelsOf(from);
  return { kind: "line", line: levels[0]!, network: networkOf(from), levels, networkUnder: () => "" };
}

/** One hour on the real limits, on a clock that jumps from one event to the next. */
export async function simulate(
  { crowds, enemies = [], mailsAnHour = 6_000 }: { crowds: Crowd[]; enemies?: Enemy[]; mailsAnHour?: number },
  seed: number,
) {
  const random = numbersFrom(seed);
  let now = Date.parse("2026-11-22T12:00:00.000Z");
  const clock = { now: () => new Date(now) };
  const start = now;
  const budgetOf = (mails: number) => openMailBudget({ mails, clock, ledger: ledgerInMemory(mails, clock) });
  const budgets = {
    sign: await budgetOf(mailsAnHour * PARTS.sign),
    leave: await budgetOf(mailsAnHour * PARTS.leave),
  };
  const limits = openLimits({ clock, draw: random, key: new Uint8Array(32), mailsAnHour, budgets });
  const events = queueOfEvents();
  const taken: number[] = [];
  const mailboxes = new Map<string, { all: number; lines: Map<string, number> }>();
  let forms = 0;

  const exponential = () => -Math.log(1 - random());
  const proofTime = (difficulty: number) => {
    let sum = 0;
    for (let part = 0; part < PARTS_OF_PROOF; part++) sum += exponential();
    return (LEAST_PROOF * difficulty * sum) / PARTS_OF_PROOF;
  };

  function send(client: Client, effort: Effort, email: string) {
    forms++;
    const admission = limits.submission(client, effort, email);
    if (!admission.taken) return admission;
    taken.push(now);
    const line = client.kind === "tor" ? "tor" : client.line;
    const box = mailboxes.get(email) ?? { all: 0, lines: new Map() };
    mailboxes.set(email, box);
    const ofLine = box.lines.get(line) ?? 0;
    if (box.all < MAILBOX && ofLine < LINE) {
      box.all++;
      box.lines.set(line, ofLine + 1);
    }
    return admission;
  }

  function come({ from, scripts, tries }: Crowd, fate: Fate, i: number): void {
    const client = clientAt(from(i));
    const email = `person${fates.indexOf(fate)}.${i}@domain${i}.example`;
    const arrived = now;
    const attempt = (left: number, proved: boolean) => {
      const admission = send(client, { proved, scripts }, email);
      if (admission.taken) {
        fate.signed++;
        fate.waits.push(now - arrived);
        return;
      }
      fate.longest = Math.max(fate.longest, admission.after);
      if (left <= 1) return;
      // With scripts the page goes on by itself, without them the button is pressed again.
      if (scripts)
        events.add(now + proofTime(admission.difficulty) + (proved ? PAUSE : 0), () => attempt(left - 1, true));
      else events.add(now + PAUSE, () => attempt(left - 1, false));
    };
    attempt(tries, false);
  }

  const fates = crowds.map(({ people }): Fate => ({ people, signed: 0, waits: [], longest: 0 }));
  for (const [number, crowd] of crowds.entries()) {
    for (let i = 0; i < crowd.people; i++) {
      events.add(start + random() * (crowd.within ?? hours(1)), () => come(crowd, fates[number]!, i));
    }
  }
  let won = 0;
  for (const { from, forms: rate, proofs } of enemies) {
    const proved = proofs !== undefined;
    let [sent, difficulty] = [0, 1];
    const attack = () => {
      if (now >= start + hours(1)) return;
      const victim = `victim${Math.floor(random() * 5_000)}@gmail.com`;
      const admission = send(clientAt(from(sent++)), { proved, scripts: false }, victim);
      if (admission.taken) won++;
      else difficulty = admission.difficulty;
      // His next proof is ready when his machine has done its work, his next form without one whenever he likes.
      events.add(now + (proved ? (1_000 * difficulty) / proofs : (1_000 * exponential()) / rate!), attack);
    };
    events.add(start, attack);
  }
  for (let event = events.next(); event; event = events.next()) {
    now = event.at;
    event.run();
    // What was leased meanwhile arrives.
    await undefined;
  }
  return {
    ...{ fates, won, forms, size: limits.size },
    mostMailsInAnHour: mostWithin(taken, hours(1)),
    mostToOneMailbox: Math.max(0, ...[...mailboxes.values()].map(({ all }) => all)),
  };
}

/** Counts as the one in the database does, for one instance. */
function ledgerInMemory(mails: number, clock: { now(): Date }): MailLedger {
  const counts = new Map<number, number>();
  return {
    async lease(wanted, inHand) {
      const now = clock.now().getTime();
      const slot = slotAt(now);
      counts.set(inHand.slot, (counts.get(inHand.slot) ?? inHand.mails) - inHand.mails);
      counts.set(slot, (counts.get(slot) ?? 0) + inHand.mails);
      const last = Array.from({ length: SLOTS }, (_, i) => counts.get(slot - SLOTS + 1 + i) ?? 0);
      const left = mailsLeft(mails, last, now);
      const leased = Math.max(0, Math.min(wanted, Math.floor(left)));
      counts.set(slot, (counts.get(slot) ?? 0) + leased);
      return { mails: leased, left: left - leased, rows: 1 };
    },
  };
}

function mostWithin(moments: readonly number[], window: number): number {
  let [first, most] = [0, 0];
  for (const [last, moment] of moments.entries()) {
    while (moment - moments[first]! >= window) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** Events in the order of their time: a binary heap. */
function queueOfEvents() {
  const heap: { at: number; run: () => void }[] = [];
  const swap = (i: number, j: number) => {
    [heap[i], heap[j]] = [heap[j]!, heap[i]!];
  };
  return {
    add(at: number, run: () => void) {
      let i = heap.push({ at, run }) - 1;
      for (let up = (i - 1) >> 1; i > 0 && heap[up]!.at > at; i = up, up = (i - 1) >> 1) swap(i, up);
    },
    next() {
      const top = heap[0];
      const last = heap.pop();
      if (heap.length === 0 || last === undefined) return top;
      heap[0] = last;
      for (let i = 0; ; ) {
        const [left, right] = [2 * i + 1, 2 * i + 2];
        let least = i;
        if (left < heap.length && heap[left]!.at < heap[least]!.at) least = left;
        if (right < heap.length && heap[right]!.at < heap[least]!.at) least = right;
        if (least === i) return top;
        swap(i, least);
        i = least;
      }
    },
  };
}

export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
