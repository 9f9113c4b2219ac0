import { describe, expect, inject, it } from "vitest";
import { openDifficulty } from "../../../scripts/form-service/limits/difficulty.ts";
import { fairShare } from "../../../scripts/form-service/limits/fair-share.ts";
import { TOR } from "../../../scripts/form-service/limits/levels.ts";
import { chances } from "../../../scripts/form-service/limits/lot.ts";
import { openRoom } from "../../../scripts/form-service/limits/room.ts";
import { fixedClock, hours } from "../../support/fixtures.ts";
import { numbersFrom } from "./crowd.ts";

const seed = inject("seed");

describe("short room", () => {
  it("gives everybody what they ask for, or as much as the others", () => {
    expect(fairShare(Float64Array.from([1, 2, 100, 1000]), 63)).toBe(30);
    expect(fairShare(Float64Array.from([50, 50]), 10)).toBe(5);
    expect(fairShare(Float64Array.from([1, 2]), 10)).toBe(Number.POSITIVE_INFINITY);
    // There is enough for all even if nothing is left over.
    expect(fairShare(Float64Array.from([5, 5]), 10)).toBe(Number.POSITIVE_INFINITY);
  });

  it("draws inside of a network, with ten tickets for a proof", () => {
    expect(chances(10, { first: 4, other: 6 })).toEqual({ first: 1, other: 1 });
    const { first, other } = chances(10, { first: 10, other: 900 });
    expect(first / other).toBeCloseTo(10);
    expect(10 * first + 900 * other).toBeCloseTo(10);
    const many = chances(10, { first: 5, other: 20 });
    expect(many.first).toBe(1);
    expect(5 + 20 * many.other).toBeCloseTo(10);
  });

  /** Ten minutes in which room for one form a second is short; tells how many of each network's forms were taken. */
  function share(perSecond: Record<string, number>) {
    const clock = fixedClock();
    const random = numbersFrom(seed);
    const budget = { take: () => true, fill: () => 1 / 2, idle: async () => {}, perMinute: 60 };
    const room = openRoom({ budget, clock, draw: random });
    const taken: Record<string, number> = {};
    for (let second = 0; second < 600; second++) {
      for (const [network, rate] of Object.entries(perSecond)) {
        for (let i = 0; i < rate; i++) {
          if (rate < 1 && random() > rate) continue;
          // The first minutes are those in which a flood is not yet known as one.
          const isTaken = room.take({ network, owner: network, proved: true });
          if (isTaken && second >= 120) taken[network] = (taken[network] ?? 0) + 1;
        }
        clock.advance(1000 / Object.keys(perSecond).length);
      }
    }
    return taken;
  }

  it("is shared between networks: a flood of proofs from one takes nothing from another", () => {
    const taken = share({ flood: 40, small: 0.1, other: 0.2 });
    expect(taken.small).toBeGreaterThan(30);
    expect(taken.other).toBeGreaterThan(70);
    const all = taken.flood! + taken.small! + taken.other!;
    expect(all).toBeGreaterThan(0.8 * 480);
    expect(all).toBeLessThan(1.2 * 480);
  });

  it("is Tor's for a quarter, however many networks flood", () => {
    const floods = Object.fromEntries(Array.from({ length: 19 }, (_, i) => [`flood ${i}`, 2]));
    const taken = share({ ...floods, [TOR]: 2 });
    const all = Object.values(taken).reduce((sum, one) => sum + one);
    expect(taken[TOR]! / all).toBeGreaterThan(0.2);
    expect(taken[TOR]! / all).toBeLessThan(0.3);
  });
});

describe("proofs of work", () => {
  /** What a proof costs after an hour of so many forms from one address. */
  function afterAnHour(forms: number): number {
    const clock = fixedClock();
    const difficulty = openDifficulty(clock);
    const levels = [{ key: "line", allowance: 36, easy: 2_000 }];
    for (let i = 0; i < 3 * forms; i++) {
      difficulty.note(levels, "network");
      clock.advance(hours(1) / forms);
    }
    return difficulty.of(levels, 0);
  }

  it("cost the least until a line has used 2,000 in an hour, and then more and more, up to 64 times as much", () => {
    expect(afterAnHour(2_000)).toBe(1);
    expect(afterAnHour(4_000)).toBeGreaterThan(3);
    expect(afterAnHour(40_000)).toBe(64);
  });
});
