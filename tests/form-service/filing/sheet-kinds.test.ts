import { afterEach, describe, expect, inject, it } from "vitest";
import { formatCrockford128 } from "../../../scripts/letter/bytes/crockford.ts";
import { filingMessage } from "../../../scripts/letter/review/filing-message.ts";
import { formatProposal } from "../../../scripts/letter/review/proposal-body.ts";
import { hours } from "../../support/fixtures.ts";
import { type Harness, openHarness } from "../harness.ts";
import { confirm, filed, oneOf, QUIET, READING, random, settle, sizes, upTo } from "./sheet-kinds.ts";

let harness: Harness;
const open = async (settings: Record<string, string> = {}) => {
  harness = await openHarness({ settings });
};
afterEach(() => harness.close());

describe("sheets by what there is to read", () => {
  it("lets reading sheets grow while more than 100 sheets are open", async () => {
    await open({ FILE_AT_MOST: "3" });
    const known = { kind: "signatures", state: "filed", text: null, base: "", day: "" } as const;
    const message = filingMessage("", { quarantined: false, attestation: "of this service" });
    const open100 = Array.from({ length: 100 }, () => ({ ...known, message, sheet: formatCrockford128(random(16)) }));
    await harness.store.query.insertInto("sheet").values(open100).execute();
    await confirm(harness, 9, READING);
    await harness.round();
    expect(sizes(harness, "reading")).toEqual([3, 6]);
  });

  it("waits for each kind apart, both for enough rows and for too long a wait", async () => {
    await open({ FILE_AT_LEAST: "4", FILE_AT_MOST: "5", FILE_AT_LATEST: "72h" });
    await confirm(harness, 3, QUIET);
    harness.clock.advance(hours(1));
    await confirm(harness, 3, READING);
    await confirm(harness, 3, [...QUIET, ...READING], { flood: 1 });
    await harness.round();
    expect(filed(harness)).toEqual([]);
    harness.clock.advance(hours(71));
    await harness.round();
    expect(filed(harness).map(({ group, rows }) => [group, rows.length])).toEqual([["quiet", 3]]);
    await confirm(harness, 1, READING);
    await harness.round();
    expect(sizes(harness, "reading")).toEqual([4]);
    expect(sizes(harness, "flood")).toEqual([]);
    harness.clock.advance(hours(1));
    await harness.round();
    expect(sizes(harness, "flood")).toEqual([3]);
  });

  it("loses no row and doubles none, whatever comes when, and keeps to the sizes", async () => {
    for (let story = 0; story < 3; story++) {
      // Never so few that 100 sheets are open.
      const atMost = 10 + upTo(20);
      const atLeast = 1 + upTo(atMost - 1);
      const settings = { FILE_AT_MOST: `${atMost}`, FILE_AT_LEAST: `${atLeast}`, FILE_AT_LATEST: "72h" };
      if (story > 0) await harness.close();
      await open(settings);
      const told = JSON.stringify({ seed: inject("seed"), story, ...settings });
      const all: string[] = [];
      for (let step = 0; step < 4; step++) {
        all.push(...(await confirm(harness, upTo(90), QUIET)), ...(await confirm(harness, upTo(90), READING)));
        all.push(...(await confirm(harness, upTo(20), [...QUIET, ...READING], { flood: 1 })));
        const before = filed(harness).length;
        if (upTo(2) === 0) harness.gitHost.failNext(oneOf(["before", "after"]));
        await harness.round();
        // No time passes here, so nothing is overdue.
        for (const { group, rows } of filed(harness).slice(before)) {
          expect(group, told).not.toBe("mixed");
          expect(rows.length, told).toBeGreaterThanOrEqual(atLeast);
          expect(rows.length, told).toBeLessThanOrEqual(group === "reading" ? atMost : 1000);
        }
        for (const sheet of harness.gitHost.open.keys()) if (upTo(1) === 0) settle(harness, sheet);
      }
      harness.clock.advance(hours(72));
      await harness.round();
      const ids = filed(harness).flatMap(({ rows }) => rows.map(({ id }) => id));
      expect(ids.sort(), told).toEqual(all.sort());
    }
  });

  it("marks both kinds in title and body", async () => {
    await open({ FILE_AT_MOST: "3" });
    await confirm(harness, 5, QUIET);
    await confirm(harness, 3, READING);
    await harness.round();
    const said = new Map(
      filed(harness).map((sheet) => [sheet.group, formatProposal(sheet, { listed: [], bursts: new Set() })]),
    );
    expect(said.get("quiet")!.title).toMatch(/: 5 signatures, nothing to read$/);
    expect(said.get("quiet")!.body).toMatch(/^\*\*Quiet sheet: 5 signatures, nothing to read\*\*/);
    expect(said.get("reading")!.title).toMatch(/: 3 signatures, to read$/);
    expect(said.get("reading")!.body).toMatch(/^\*\*Reading sheet: 3 signatures, to read\*\*/);
  });
});
