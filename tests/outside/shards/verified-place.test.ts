import { afterAll, describe, expect, it } from "vitest";
import { openDamagedSites } from "./damage.ts";
import { openPlaces, PLACES, plainOutcome } from "./places.ts";

const sites = await openDamagedSites();
const places = await openPlaces();
afterAll(() => places.close());

describe("a site that is verified on several threads", () => {
  it("comes to what the plainest way comes to, in a folder, in a bag and at an address", async () => {
    const expected = await plainOutcome(sites.site);
    expect(JSON.parse(expected)).toMatchObject({ accepted: 540, withdrawn: 4, listed: 536 });
    for (const place of PLACES) expect(await places.verify(sites.site, place), place).toBe(expected);
  });

  it.each(Array.from({ length: 9 }, (_, number) => number))(
    "has the same thing named when it is damaged (%i)",
    async (number) => {
      const { site, what } = sites.damaged(number);
      const place = PLACES[number % PLACES.length]!;
      expect(await places.verify(site, place), `${what}, ${place}`).toBe(await plainOutcome(site));
    },
  );
});
