import { describe, expect, it } from "vitest";
import { openBuckets } from "../../../scripts/form-service/limits/buckets.ts";
import type { Client } from "../../../scripts/form-service/limits/client.ts";
import { openMailboxes } from "../../../scripts/form-service/mail/mailboxes.ts";
import { CAPACITY, openIntents } from "../../../scripts/form-service/signing/intents.ts";
import { CODE_LIFE } from "../../../scripts/form-service/signing/mailed-codes.ts";
import { openWaitingCodes, type WaitingCode } from "../../../scripts/form-service/signing/pending-confirmations.ts";
import { openSuppression } from "../../../scripts/form-service/signing/suppression.ts";
import type { Store } from "../../../scripts/form-service/store/schema.ts";
import { fixedClock, fixedRandomness, people } from "../../support/fixtures.ts";

// What memory holds has a bound: filling it makes one forget what is one's own, and nothing of anybody else.

const random = fixedRandomness("memories");
const clientAt = (network: string, line = network) =>
  ({ kind: "line", line, network, levels: [line, network], networkUnder: () => network }) as Client;
const [home, stranger] = [clientAt("home"), clientAt("stranger")];
const SMALL = 50;
const { email } = people.sara;

describe("a memory that a stranger fills", () => {
  it("still knows how many mails a mailbox has got from elsewhere", () => {
    const mailboxes = openMailboxes(fixedClock(), random(32), SMALL);
    for (const taken of [true, true, false]) expect(mailboxes.take("confirm", email, home)).toBe(taken);
    for (let i = 0; i < 3 * SMALL; i++) mailboxes.take("confirm", `n${i}@example.org`, stranger);
    expect(mailboxes.take("confirm", email, home)).toBe(false);
  });

  it("still sends the code again to somebody from elsewhere, and forgets no moment at which a row expires", async () => {
    const clock = fixedClock();
    const codes = openWaitingCodes(clock, SMALL);
    const waiting: WaitingCode = { purpose: "confirm", code: "0".repeat(8), email, lang: "en" };
    const [hers, confirmed] = [random(16), random(16)];
    codes.add(hers, waiting, "home");
    codes.add(confirmed, waiting, "home");
    codes.keepAfterConfirmation(confirmed);
    for (let i = 0; i < 3 * SMALL; i++) codes.add(random(16), waiting, "stranger");
    expect(codes.canSendAgain(hers)).toBe(true);
    expect(codes.find(confirmed)).toBeUndefined();
    const removed: string[] = [];
    const remove = async (hashes: string[]) => void removed.push(...hashes);
    await codes.expire(remove);
    expect(removed).toHaveLength(0);
    clock.advance(CODE_LIFE);
    await codes.expire(remove);
    expect(removed).toHaveLength(2 + 3 * SMALL);
  });

  it("forgets code and address with the row", async () => {
    const clock = fixedClock();
    const codes = openWaitingCodes(clock, SMALL);
    const hers = random(16);
    codes.add(hers, { purpose: "confirm", code: "0".repeat(8), email, lang: "en" }, "home");
    clock.advance(CODE_LIFE - 1);
    await codes.expire(async () => {});
    expect(codes.find(hers)?.email).toBe(email);
    clock.advance(1);
    await codes.expire(async () => {});
    expect(codes.find(hers)).toBeUndefined();
  });

  it("keeps the order in which rows expire when a form comes again, and when the clock was wrong for a while", async () => {
    const clock = fixedClock();
    const codes = openWaitingCodes(clock, SMALL);
    const waiting: WaitingCode = { purpose: "confirm", code: "0".repeat(8), email, lang: "en" };
    const [again, other] = [random(16), random(16)];
    const removed: string[] = [];
    const expire = () => codes.expire(async (hashes) => void removed.push(...hashes));
    codes.add(again, waiting, "home");
    clock.advance(CODE_LIFE / 2);
    codes.add(other, waiting, "home");
    codes.add(again, waiting, "home");
    clock.advance(CODE_LIFE);
    await expire();
    expect(removed).toHaveLength(2);
    // A year ahead for a moment: what was noted then must not hold up what came after.
    clock.advance(365 * 86_400_000);
    codes.add(again, waiting, "home");
    clock.advance(-365 * 86_400_000);
    codes.add(other, waiting, "home");
    clock.advance(CODE_LIFE);
    await expire();
    expect(removed).toHaveLength(3);
  });

  it("still knows the wrong codes that were typed for a mailbox from elsewhere", async () => {
    const mailbox = suppressionOf(SMALL);
    for (let i = 0; i < 5; i++) await mailbox.request(email, "WRONG", home);
    for (let i = 0; i < 3 * SMALL; i++) await mailbox.request(`n${i}@example.org`, "WRONG", stranger);
    await mailbox.request(email, "RIGHT", home);
    expect(mailbox.done()).toBe(0);
  });

  it("still knows two clicks for one on other lines", () => {
    const intents = openIntents({ clock: fixedClock(), random, pepper: random(32) });
    const form = new URLSearchParams({ email });
    const sent = { form, lang: "en", userAgent: "", connection: undefined };
    const s = intents.secretFor({ ...sent, client: home });
    for (let i = 0; i < CAPACITY; i++) intents.secretFor({ ...sent, client: clientAt("stranger", `${i}`) });
    expect(intents.secretFor({ ...sent, client: home })).toEqual(s);
    // In a network that lines were forgotten of, nobody can tell.
    const neighbour = clientAt("stranger", "another");
    expect(intents.secretFor({ ...sent, client: neighbour })).not.toEqual(
      intents.secretFor({ ...sent, client: neighbour }),
    );
  });
});

it("looks at five codes that come at once for a mailbox, and at no more", async () => {
  const mailbox = suppressionOf(SMALL);
  const codes = ["WRONG", "WRONG", "WRONG", "WRONG", "WRONG", "RIGHT"];
  await Promise.all(codes.map((code) => mailbox.request(email, code, home)));
  expect(mailbox.done()).toBe(0);
  await mailbox.request("other@example.org", "RIGHT", home);
  expect(mailbox.done()).toBe(1);
});

it("locks nobody out for a year because the clock was a year ahead for a moment", async () => {
  const clock = fixedClock();
  const now = () => clock.now().getTime();
  const [rate, buckets] = [{ every: 1000, atOnce: 3 }, openBuckets(SMALL)];
  const mailboxes = openMailboxes(clock, random(32), SMALL);
  const suppression = suppressionOf(SMALL, clock);
  const year = 365 * 86_400_000;
  clock.advance(year);
  for (let i = 0; i < 3; i++) buckets.take("line", rate, now(), "home");
  for (let i = 0; i < 2; i++) expect(mailboxes.take("confirm", email, home)).toBe(true);
  for (let i = 0; i < 5; i++) await suppression.request(email, "WRONG", home);
  clock.advance(-year);
  expect(buckets.wait("line", rate, now())).toBeLessThanOrEqual(rate.every);
  expect(mailboxes.take("confirm", email, home)).toBe(true);
  await suppression.request(email, "RIGHT", home);
  expect(suppression.done()).toBe(1);
});

/** "It was not me", on a database that only counts. */
function suppressionOf(capacity: number, clock = fixedClock()) {
  let done = 0;
  const store = { change: async () => void done++ } as unknown as Store;
  const mailedCodes = { of: async () => ({ confirm: ["RIGHT"], leave: ["OTHER"] }) };
  const deps = { store, pepper: random(32), clock, mailedCodes };
  return { ...openSuppression(deps, random(32), capacity), done: () => done };
}
