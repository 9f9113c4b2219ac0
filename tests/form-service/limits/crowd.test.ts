import { afterAll, expect, inject, it } from "vitest";
import { hours } from "../../support/fixtures.ts";
import { type Crowd, median, simulate } from "./crowd.ts";

const seed = inject("seed");
const rows: string[] = [];
afterAll(() => {
  console.log([`seed ${seed}: behind one address, an hour | before | to reach | now`, ...rows].join("\n"));
});
const tell = (what: string, before: string, aim: string, now: string) =>
  void rows.push([what, before, aim, now].join(" | "));

/** An address that thousands of an operator's customers share. */
const shared = () => "198.18.0.7";
const elsewhere = (i: number) => `100.${64 + (i >> 8)}.${i & 255}.9`;
const neighbour = { from: shared, forms: 5 };

it("lets 2,000 people with scripts sign over one address, each at once", async () => {
  const { fates } = await simulate({ crowds: [{ people: 2_000, from: shared, scripts: true, tries: 10 }] }, seed);
  const { signed, waits, longest } = fates[0]!;
  const wait = median(waits) / 1000;
  tell("2,000 with scripts", "64", "1,950, median wait 10 s", `${signed}, median wait ${wait.toFixed(1)} s`);
  expect(signed).toBeGreaterThanOrEqual(1_950);
  expect(wait).toBeLessThanOrEqual(10);
  expect(longest).toBeLessThan(60);
});

it("lets 600 people without scripts sign over one address", async () => {
  const { fates } = await simulate({ crowds: [{ people: 600, from: shared, scripts: false, tries: 3 }] }, seed);
  tell("600 without scripts, three tries", "56", "590", `${fates[0]!.signed}`);
  expect(fates[0]!.signed).toBeGreaterThanOrEqual(590);
});

it("dilutes them beside a neighbour who floods, and excludes nobody", async () => {
  const beside = async (scripts: boolean) => {
    const crowd: Crowd = { people: 600, from: shared, scripts, tries: 10 };
    return (await simulate({ crowds: [crowd], enemies: [neighbour] }, seed)).fates[0]!.signed / 600;
  };
  const [without, withScripts] = [await beside(false), await beside(true)];
  tell("600 without scripts beside 5 forms a second, ten tries", "0", "50 %", percent(without));
  tell("600 with scripts beside them", "0", "95 %", percent(withScripts));
  expect(without).toBeGreaterThanOrEqual(0.5);
  expect(withScripts).toBeGreaterThanOrEqual(0.95);
});

it("dilutes them over Tor too", async () => {
  const crowd: Crowd = { people: 120, from: () => "tor", scripts: false, tries: 10 };
  const { fates } = await simulate({ crowds: [crowd], enemies: [{ from: () => "tor", forms: 3 }] }, seed);
  const signed = fates[0]!.signed / 120;
  tell("120 over Tor without scripts beside 3 forms a second, ten tries", "1", "50 %", percent(signed));
  expect(signed).toBeGreaterThanOrEqual(0.5);
});

it("takes next to nothing from somebody who hops through the networks of one operator", async () => {
  // Half an hour's part of 65,536 in an hour.
  const [people, within] = [32_768, hours(1 / 2)];
  const from = (i: number) => `2001:db8:${i.toString(16)}:0:0:0:0:1`;
  const { fates } = await simulate({ crowds: [{ people, from, scripts: false, tries: 1, within }] }, seed);
  const taken = fates[0]!.signed / people;
  tell("65,536 forms from as many /48 of one /32", "all", "1 % at most", percent(taken));
  expect(taken).toBeLessThanOrEqual(0.01);
});

it("leaves room to others beside a machine that solves 1,000 proofs a second", async () => {
  const crowds: Crowd[] = [
    { people: 400, from: elsewhere, scripts: true, tries: 5 },
    { people: 100, from: (i) => elsewhere(400 + i), scripts: false, tries: 3 },
  ];
  const machine = { from: (i: number) => `203.0.113.${i & 255}`, proofs: 1_000 };
  const { fates, won, ...most } = await simulate({ crowds, enemies: [machine] }, seed);
  const others = (fates[0]!.signed + fates[1]!.signed) / 500;
  const mails = `${most.mostMailsInAnHour} of 6,000 mails, ${most.mostToOneMailbox} to one mailbox`;
  tell("500 others beside 1,000 proofs a second", "–", "95 %", `${percent(others)}, ${mails}`);
  expect(others).toBeGreaterThanOrEqual(0.95);
  expect(most.mostMailsInAnHour).toBeLessThanOrEqual(6_000);
  expect(most.mostToOneMailbox).toBeLessThanOrEqual(5);
  expect(won).toBeGreaterThan(0);
});

const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
