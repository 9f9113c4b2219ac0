import { afterEach, describe, expect, inject, it } from "vitest";
import { noteRestored } from "../../../scripts/form-service/filing/restoration.ts";
import { type BackupRow, readRows, writeRows } from "../../../scripts/form-service/store/backup.ts";
import { deleteEverything } from "../../../scripts/form-service/store/destruction.ts";
import { formatCrockford128 } from "../../../scripts/letter/bytes/crockford.ts";
import { days, fixedRandomness, minutes, people } from "../../support/fixtures.ts";
import { type Harness, openHarness, sign } from "../harness.ts";

const seed = inject("seed");
/** The name of a branch that the service knows nothing of. */
const elsewhere = formatCrockford128(fixedRandomness(`another branch ${seed}`)(16));

let harness: Harness;
afterEach(() => harness.close());

/** Files a sheet of one, and puts the database back to where it was before. */
async function restoreFromBeforeFiling(): Promise<{ id: string; sheet: string }> {
  harness = await openHarness();
  await sign(harness, people.sara);
  const rows: BackupRow[] = [];
  for await (const row of readRows(harness.store.query)) rows.push(row);
  await harness.round();
  const [sheet] = [...harness.gitHost.open.keys()];
  await deleteEverything(harness.store, harness.settings.database.kind);
  await harness.store.change(async (query) => {
    await writeRows(query, inTurn(rows));
    const { attestation, pepper } = harness.service;
    await noteRestored(query, { attestation, pepper, now: harness.clock.now(), departed: [] });
  });
  await harness.restart();
  return { id: harness.gitHost.parse(sheet!).rows[0]!.id, sheet: sheet! };
}

async function* inTurn<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

const stateOf = (id: string) =>
  harness.store.query.selectFrom("signature").select(["state", "sheet"]).where("id", "=", id).executeTakeFirst();

describe("after a restoration", () => {
  it("what was filed since the backup stays on its sheet", async () => {
    const { id, sheet } = await restoreFromBeforeFiling();
    await harness.round();
    expect(await stateOf(id)).toEqual({ state: "filed", sheet });
    expect(harness.gitHost.filings).toHaveLength(1);
  });

  it.each([
    ["the sheet of another branch", () => elsewhere, (message: string) => message],
    ["a sheet that is not attested", (own: string) => own, (message: string) => message.split("\n")[0]!],
  ])("a branch with %s is not taken for one of the service", async (_, branchFor, change) => {
    const { id, sheet } = await restoreFromBeforeFiling();
    const { text, message } = harness.gitHost.open.get(sheet)!;
    const branch = branchFor(sheet);
    harness.gitHost.open.delete(sheet);
    harness.gitHost.push(branch, text, change(message));
    // It was not filed in the backup, so it waits.
    harness.clock.advance(days(7));
    await harness.round();
    // One look at the branches may be an old one.
    harness.clock.advance(minutes(1));
    await harness.round();
    const { state, sheet: own } = (await stateOf(id))!;
    expect(state).toBe("filed");
    expect([sheet, branch]).not.toContain(own);
    expect(harness.gitHost.accept(branch)).toBe(false);
    expect(harness.gitHost.accept(own!)).toBe(true);
    await harness.round();
    expect(await stateOf(id)).toMatchObject({ state: "accepted" });
  });
});
