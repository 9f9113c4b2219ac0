import { describe, expect, it } from "vitest";
import { BURST, openBursts } from "../../../scripts/form-service/limits/domain-bursts.ts";
import { fixedClock, fixedRandomness, minutes } from "../../support/fixtures.ts";

const key = fixedRandomness("bursts")(32);

/** Confirms so many with a pause between; gives the ids. */
function confirmMany(count: number, domain: string, pause: number) {
  const clock = fixedClock();
  const bursts = openBursts(clock, key);
  const ids = Array.from({ length: count }, (_, i) => `${domain}-${i}`);
  for (const [i, id] of ids.entries()) {
    bursts.note(id, `person${i}@${i % 2 ? domain : domain.toUpperCase()}`);
    clock.advance(pause);
  }
  return { bursts, ids, clock };
}

describe("a burst", () => {
  it("is more than ten confirmations of one domain in an hour, all of them", () => {
    const few = confirmMany(BURST, "example.org", minutes(1));
    expect(few.ids.filter(few.bursts.has)).toEqual([]);
    const many = confirmMany(3 * BURST, "example.org", minutes(1));
    expect(many.ids.filter(many.bursts.has)).toEqual(many.ids);
  });

  it("is none when they come slowly", () => {
    const { bursts, ids } = confirmMany(100, "example.org", minutes(6));
    expect(ids.filter(bursts.has)).toEqual([]);
  });

  it("is none when they come from many domains", () => {
    const bursts = openBursts(fixedClock(), key);
    const ids = Array.from({ length: 100 }, (_, i) => `${i}`);
    for (const id of ids) bursts.note(id, `a@domain${id}.example`);
    expect(ids.filter(bursts.has)).toEqual([]);
  });

  it.each(["gmail.com", "yahoo.co.uk", "chmail.ir", "proton.me", "outlook.com"])(
    "is none where half of the world has its mailbox: %s",
    (domain) => {
      const { bursts, ids } = confirmMany(100, domain, 0);
      expect(ids.filter(bursts.has)).toEqual([]);
    },
  );

  it("does not touch those who came long before, or from elsewhere", () => {
    const { bursts, ids, clock } = confirmMany(BURST, "example.org", 0);
    clock.advance(minutes(61));
    const later = Array.from({ length: BURST + 1 }, (_, i) => `later-${i}`);
    for (const id of later) bursts.note(id, "a@example.org");
    bursts.note("other", "a@example.net");
    expect([...ids, ...later, "other"].filter(bursts.has)).toEqual(later);
  });

  it("is forgotten with the process", () => {
    const { ids } = confirmMany(2 * BURST, "example.org", 0);
    expect(ids.filter(openBursts(fixedClock(), key).has)).toEqual([]);
  });
});
