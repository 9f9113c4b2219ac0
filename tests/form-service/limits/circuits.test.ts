import { afterAll, expect, inject, it } from "vitest";
import { openLimits } from "../../../scripts/form-service/limits/limits.ts";
import { fixedClock } from "../../support/fixtures.ts";
import { clientAt, type From, numbersFrom, simulate } from "./crowd.ts";

// Tor's circuits cost nothing. They divide what Tor has, and none has anything of its own.

const seed = inject("seed");
const rows: string[] = [];
afterAll(() =>
  console.log([`seed ${seed}: over Tor without scripts | at once | within ten tries`, ...rows].join("\n")),
);

/** An hour beside somebody who sends three forms a second, one after the other over so many circuits. */
async function beside(circuits: number | undefined, people: number, tries: number) {
  const of = (name: string) => (circuits === undefined ? "tor" : ({ circuit: name } satisfies From));
  const crowd = { people, from: (i: number) => of(`other ${i}`), scripts: false, tries };
  const flood = { from: (i: number) => of(`flood ${i % (circuits ?? 1)}`), forms: 3 };
  const { fates, won } = await simulate({ crowds: [crowd], enemies: [flood] }, seed);
  return { signed: fates[0]!.signed / people, won };
}

const percent = (part: number) => `${(100 * part).toFixed(1)} %`;

it("lets others sign beside one client who sends three forms a second over 100 circuits", async () => {
  const [once, tenTries] = [await beside(100, 120, 1), await beside(100, 120, 10)];
  rows.push(`120 others beside 100 circuits | ${percent(once.signed)} | ${percent(tenTries.signed)}`);
  expect(once.signed).toBeGreaterThanOrEqual(0.7);
  expect(tenTries.signed).toBeGreaterThanOrEqual(0.95);
  const ten = await beside(100, 10, 10);
  rows.push(`10 others beside 100 circuits | | ${percent(ten.signed)}`);
  expect(ten.signed).toBeGreaterThanOrEqual(0.7);
});

it.each([
  ["over circuits that are told apart", (i: number): From => ({ circuit: `circuit ${i}` })],
  ["over circuits that are not", (): From => "tor"],
  ["from lines of their own", (i: number): From => `100.${64 + (i >> 8)}.${i & 255}.9`],
])("lets a hundred people without scripts sign within a minute, %s", async (where, from) => {
  for (const people of [100, 110]) {
    const crowd = { people, from, scripts: false, tries: 3, within: 60_000 };
    const { fates } = await simulate({ crowds: [crowd] }, seed);
    rows.push(`${people} within a minute ${where} | ${fates[0]!.signed} within three tries`);
    expect(fates[0]!.signed).toBeGreaterThanOrEqual(98);
  }
});

it("lets nobody have more of Tor's allowance by more circuits than without any being told apart", async () => {
  const untold = await beside(undefined, 120, 10);
  const [one, anew] = [await beside(1, 120, 10), await beside(1e9, 120, 10)];
  rows.push(`120 others beside one circuit | | ${percent(one.signed)}`);
  rows.push(`120 others beside a new circuit for each form | | ${percent(anew.signed)}`);
  rows.push(`120 others where circuits are not told apart | | ${percent(untold.signed)}`);
  expect(one.signed).toBeGreaterThanOrEqual(0.98);
  expect(anew.signed).toBeGreaterThanOrEqual(0.5);
  // 20 forms a minute are Tor's, whoever they are taken of; and as many may come at once.
  for (const { won } of [untold, one, anew]) expect(won).toBeLessThanOrEqual(1_400);
});

it("answers those who mistype beside a circuit that guesses, and has one bound for all of Tor", () => {
  const clock = fixedClock();
  const budget = { take: () => true, fill: () => 1, idle: async () => {}, perMinute: 80 };
  const budgets = { sign: budget, leave: budget };
  const limits = openLimits({ clock, draw: numbersFrom(seed), key: new Uint8Array(32), mailsAnHour: 6_000, budgets });
  const on = (circuit: string) => limits.wrongCode(clientAt({ circuit }));
  const guesses = Array.from({ length: 5_000 }, () => on("guesser"));
  expect(guesses.filter((wait) => wait === 0)).toHaveLength(60);
  expect(on("other")).toBe(0);
  const many = Array.from({ length: 5_000 }, (_, i) => on(`guesser ${i}`));
  expect(many.filter((wait) => wait === 0)).toHaveLength(3_000 - 61);
});
