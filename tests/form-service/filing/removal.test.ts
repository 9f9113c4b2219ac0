import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { idOf, openingOf } from "../../../scripts/letter/signature/derivation.ts";
import { people } from "../../support/fixtures.ts";
import { copyDatabase, putBack } from "../database-copy.ts";
import { type Harness, openHarness, sign, stateShown } from "../harness.ts";

let harness: Harness;
beforeEach(async () => {
  harness = await openHarness();
});
afterEach(() => harness.close());

/** What the database holds of a signature, by table. */
async function heldOf(id: string): Promise<string[]> {
  const tables: string[] = [];
  for (const table of ["code", "vault", "signature", "address"] as const) {
    const rows = await harness.store.query.selectFrom(table).select("id").where("id", "=", id).execute();
    if (rows.length > 0) tables.push(table);
  }
  return tables;
}

/** Signs, and has it accepted. */
async function listed(person: { name: string; email: string }) {
  const signed = await sign(harness, person);
  await harness.round();
  for (const sheet of harness.gitHost.open.keys()) harness.gitHost.accept(sheet);
  await harness.again();
  return { ...signed, id: idOf(openingOf(signed.withdrawalCode)) };
}

/** Takes a row off the list as a notice on main does. */
function removeOnMain(code: string): void {
  const { rows } = harness.gitHost.record();
  const opening = Buffer.from(openingOf(code)).toString("base64url");
  const { index } = rows.find((row) => row.opening === opening)!;
  harness.gitHost.log(`undersigned/v1 withdraw ${index}`);
  harness.gitHost.settle({ approvedBy: [], removed: [idOf(openingOf(code))] });
}

describe("a row that a notice took off the list", () => {
  it("leaves nothing in the service: neither record nor fingerprint nor code, and the address may sign again", async () => {
    const gone = await listed(people.sara);
    const stays = await listed(people.omid);
    expect(await heldOf(gone.id)).toEqual(["code", "vault", "signature", "address"]);
    removeOnMain(gone.withdrawalCode);
    await harness.again();
    expect(await heldOf(gone.id)).toEqual([]);
    expect(await heldOf(stays.id)).toEqual(["code", "vault", "signature", "address"]);
    // The page of the confirmation showed the code for 48 hours.
    const page = await harness.post("/en/confirm/", { s: gone.s, code: gone.code });
    expect([page.status, (await page.text()).includes(gone.withdrawalCode)]).toEqual([422, false]);
    const again = await listed(people.sara);
    await harness.again();
    expect(await heldOf(again.id)).toHaveLength(4);
    expect(await stateShown(harness, again.withdrawalCode)).toBe("accepted");
  });

  it("is gone too when main settled its sheet in the same look, and after a backup brought it back", async () => {
    const { withdrawalCode } = await sign(harness, people.niamh);
    const id = idOf(openingOf(withdrawalCode));
    await harness.round();
    const before = await copyDatabase(harness);
    for (const sheet of harness.gitHost.open.keys()) harness.gitHost.accept(sheet);
    removeOnMain(withdrawalCode);
    await harness.again();
    expect(await heldOf(id)).toEqual([]);
    await putBack(harness, before);
    expect(await heldOf(id)).toHaveLength(4);
    await harness.restart();
    expect(await heldOf(id)).toEqual([]);
  });
});
