import { afterEach, describe, expect, it } from "vitest";
import { SHEET_BYTES } from "../../../scripts/letter/signature/sheet.ts";
import { type Harness, openHarness } from "../harness.ts";
import { confirm, filed, QUIET, READING, settle, sizes } from "./sheet-kinds.ts";

let harness: Harness;
const open = async (settings: Record<string, string> = {}) => {
  harness = await openHarness({ settings });
};
afterEach(() => harness.close());

describe("many sheets by what there is to read", () => {
  it("holds 2,500 rows that show nothing on three sheets, and lets reading sheets grow once 100 are open", async () => {
    await open({ FILE_AT_MOST: "3" });
    const quiet = await confirm(harness, 2500, QUIET);
    await harness.round();
    expect(sizes(harness, "quiet")).toEqual([500, 1000, 1000]);
    const reading = await confirm(harness, 98 * 3 + 1200, READING);
    await harness.round();
    // With the three quiet ones, the last of these makes 101 open sheets.
    expect(sizes(harness, "reading")).toEqual([...Array(98).fill(3), 200, 1000]);
    const ids = filed(harness).flatMap(({ rows }) => rows.map(({ id }) => id));
    expect(ids.sort()).toEqual([...quiet, ...reading].sort());
    for (const sheet of harness.gitHost.open.keys()) settle(harness, sheet);
    await harness.round();
    const before = filed(harness).length;
    await confirm(harness, 7, READING);
    await harness.round();
    const next = filed(harness).slice(before);
    expect(next.map(({ rows }) => rows.length).sort()).toEqual([1, 3, 3]);
  }, 120_000);

  it("leaves nobody waiting because a sheet was cut by its bytes", async () => {
    await open({ FILE_AT_MOST: "1000" });
    // The longest name that there is: 100 letters of four bytes each.
    await confirm(harness, 1000, ["name"], { name: "𐤀".repeat(100) });
    await harness.round();
    expect(filed(harness).length).toBeGreaterThan(1);
    for (const { bytes } of filed(harness)) expect(bytes).toBeLessThanOrEqual(SHEET_BYTES);
    expect(
      (await harness.store.query.selectFrom("signature").select("id").where("state", "=", "confirmed").execute())
        .length,
    ).toBe(0);
  }, 120_000);
});
