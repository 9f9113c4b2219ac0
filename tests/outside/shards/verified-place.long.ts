import { afterAll, expect, it } from "vitest";
import { openDamagedSites } from "./damage.ts";
import { openPlaces, PLACES, plainOutcome } from "./places.ts";

const ROUNDS = 100;
const sites = await openDamagedSites();
const places = await openPlaces();
afterAll(() => places.close());

it("names what the plainest way names, however a site is damaged, in a folder, in a bag and at an address", async () => {
  const reasons = new Set<string>();
  for (let number = 0; number < ROUNDS; number++) {
    const { site, what } = sites.damaged(number);
    const expected = await plainOutcome(site);
    reasons.add(expected.replace(/\d+/g, "0"));
    for (const place of PLACES) expect(await places.verify(site, place), `${what}, ${place}`).toBe(expected);
  }
  // Otherwise the damage is always of one kind, and says little.
  expect(reasons.size).toBeGreaterThan(15);
});
