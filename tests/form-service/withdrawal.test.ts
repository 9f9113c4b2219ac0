import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findCanaries } from "../support/canaries.ts";
import { people } from "../support/fixtures.ts";
import { type Harness, openHarness, sign, stateShown } from "./harness.ts";

let harness: Harness;
beforeEach(async () => {
  harness = await openHarness();
});
afterEach(() => harness.close());

const withdraw = (code: string) => harness.post("/en/withdraw/", { code });
const rowsOf = async (table: "vault" | "address" | "withdrawal") =>
  harness.store.query.selectFrom(table).select("id").execute();
const acceptAll = () => {
  for (const sheet of harness.gitHost.open.keys()) harness.gitHost.accept(sheet);
};

describe("a withdrawal by code", () => {
  it("before the filing leaves nothing: not in the queue, not on a sheet, not on the disk", async () => {
    const person = { name: "Zarafshan Mehrabani", email: "zarafshan.mehrabani@example.org" };
    const { withdrawalCode, s, code } = await sign(harness, person);
    const answers = [await withdraw(withdrawalCode), await withdraw(` ${withdrawalCode.toLowerCase()} `)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await stateShown(harness, withdrawalCode)).toBe("withdrawn");
    expect([...(await rowsOf("vault")), ...(await rowsOf("address")), ...(await rowsOf("withdrawal"))]).toEqual([]);
    await harness.round();
    expect(harness.gitHost.filings).toEqual([]);
    expect(findCanaries(["Zarafshan", "Mehrabani"], [harness.dataDir])).toEqual([]);
    // The link and code of the confirmation do not bring it back.
    expect((await harness.post("/en/confirm/", { s, code })).status).toBe(200);
    await harness.round();
    expect(harness.gitHost.filings).toEqual([]);
  });

  it("after the filing goes to main, where the pending row is left out", async () => {
    const { withdrawalCode } = await sign(harness, people.sara);
    await harness.round();
    const [signed] = harness.gitHost.open.keys();
    await withdraw(withdrawalCode);
    expect([...(await rowsOf("vault")), ...(await rowsOf("address"))]).toEqual([]);
    await harness.round();
    const leaving = [...harness.gitHost.open.keys()].find((sheet) => sheet !== signed)!;
    expect(harness.gitHost.parse(leaving)).toMatchObject({ kind: "withdrawals", rows: [{}] });
    harness.gitHost.accept(leaving);
    harness.gitHost.accept(signed!);
    await harness.round();
    expect(harness.gitHost.record().rows).toEqual([]);
    expect(await stateShown(harness, withdrawalCode)).toBe("withdrawn");
    expect(await rowsOf("withdrawal")).toEqual([]);
  });

  it("after the acceptance takes the row off the list", async () => {
    const { withdrawalCode } = await sign(harness, people.sara);
    await harness.round();
    acceptAll();
    await harness.round();
    expect(await stateShown(harness, withdrawalCode)).toBe("accepted");
    await withdraw(withdrawalCode);
    expect(await stateShown(harness, withdrawalCode)).toBe("withdrawn");
    await harness.round();
    acceptAll();
    await harness.round();
    expect(harness.gitHost.record().rows).toEqual([]);
    expect(harness.gitHost.record().entries.at(-1)).toMatch(/ withdraw 2$/);
    expect(harness.gitHost.filings).toHaveLength(2);
  });

  it("works for a row on the list that the database has lost", async () => {
    const { withdrawalCode } = await sign(harness, people.sara);
    await harness.round();
    acceptAll();
    await harness.round();
    for (const table of ["code", "signature", "vault", "address"] as const)
      await harness.store.query.deleteFrom(table).execute();
    expect(await stateShown(harness, withdrawalCode)).toBe("accepted");
    expect((await withdraw(withdrawalCode)).status).toBe(200);
    await harness.round();
    acceptAll();
    expect(harness.gitHost.record().rows).toEqual([]);
  });

  it("lets the address sign anew", async () => {
    const first = await sign(harness, people.sara);
    await withdraw(first.withdrawalCode);
    const second = await sign(harness, people.sara);
    expect(await stateShown(harness, second.withdrawalCode)).toBe("pending");
    expect(await stateShown(harness, first.withdrawalCode)).toBe("withdrawn");
  });

  it("says what is wrong with a code that is empty, malformed or unknown", async () => {
    for (const code of ["", "123", "0".repeat(26)]) {
      const answer = await withdraw(code);
      expect(answer.status).toBe(422);
      expect(await answer.text()).toContain("<title>Error:");
    }
    expect(await stateShown(harness, "0".repeat(26))).toBe("unknown");
  });
});
