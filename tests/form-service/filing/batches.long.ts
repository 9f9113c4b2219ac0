import { afterEach, expect, it } from "vitest";
import { fixedRandomness, hours } from "../../support/fixtures.ts";
import { type Harness, openHarness, sign } from "../harness.ts";

let harness: Harness;
afterEach(() => harness.close());

const PACE = { FILE_EVERY: "6h", FILE_AT_LEAST: "20", FILE_AT_MOST: "200", FILE_AT_LATEST: "72h", LIMITS: "off" };

it("hide the moment of every signature in twelve days of many and few", async () => {
  harness = await openHarness({ settings: PACE });
  const random = fixedRandomness("days");
  const confirmedAt = new Map<string, number>();
  const arrival: string[] = [];
  const filedAt = new Map<string, number>();
  // Signatures of each six hours: a crowd, then single ones, then silence.
  const crowd = [70, 25, 3, 0, 19, 1, 0, 0, 4, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
  let person = 0;
  for (const count of [...crowd, ...Array.from({ length: 16 }, () => 0)]) {
    const moments = Array.from({ length: count }, () => (random(1)[0]! / 256) * hours(6)).sort((a, b) => a - b);
    let passed = 0;
    for (const moment of moments) {
      harness.clock.advance(moment - passed);
      passed = moment;
      const known = new Set(confirmedAt.keys());
      await sign(harness, { name: "Sara", email: `person${person++}@domain${person}.example` });
      const ids = await harness.store.query.selectFrom("signature").select("id").execute();
      const fresh = ids.find(({ id }) => !known.has(id))!.id;
      confirmedAt.set(fresh, harness.clock.now().getTime());
      arrival.push(fresh);
    }
    harness.clock.advance(hours(6) - passed);
    const before = new Set(harness.gitHost.open.keys());
    await harness.round();
    for (const sheet of harness.gitHost.open.keys())
      if (!before.has(sheet)) filedAt.set(sheet, harness.clock.now().getTime());
  }

  expect([...filedAt.keys()].length).toBeGreaterThan(3);
  const seen = new Set<string>();
  for (const [sheet, at] of filedAt) {
    const { rows } = harness.gitHost.parse(sheet);
    const filing = harness.gitHost.open.get(sheet)!;
    const waits = rows.map(({ id }) => at - confirmedAt.get(id)!);
    expect(rows.length).toBeLessThanOrEqual(200);
    // Few are filed only when one of them has waited for three days, and then all that wait go with it.
    if (rows.length < 20) expect(Math.max(...waits)).toBeGreaterThanOrEqual(hours(72));
    expect(Math.max(...waits)).toBeLessThan(hours(78));
    const ids = rows.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort());
    if (rows.length > 20) expect(ids).not.toEqual(arrival.filter((id) => ids.includes(id)));
    for (const id of ids) seen.add(id);
    // What git is told has the day and nothing finer; what a row has is the day of the confirmation.
    expect(filing.day).toBe(new Date(at).toISOString().slice(0, 10));
    expect(JSON.stringify(filing)).not.toMatch(/\d{4}-\d\d-\d\dT|\d\d:\d\d/);
  }
  expect([...seen].sort()).toEqual([...confirmedAt.keys()].sort());
});
