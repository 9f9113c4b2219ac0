import { afterEach, describe, expect, it } from "vitest";
import { dayAfter, dayOf } from "../../../scripts/letter/bytes/day.ts";
import { writeClockRow } from "../../../scripts/outside/database/clock-row.ts";
import { days, hours, people } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness, sign, stateShown, submit, withdrawalCodeIn } from "../harness.ts";

let harness: Harness;
afterEach(() => harness.close());

const counted = async (table: "submission" | "signature") =>
  (await harness.store.query.selectFrom(table).selectAll().execute()).length;

/** The machine is off, and its clock has gone to another day when it starts. */
async function boot(jump: number): Promise<void> {
  harness.clock.advance(jump);
  await harness.restart({ stoodStill: true });
}

describe("a service that starts with a wrong clock", () => {
  it("deletes nothing five days ahead, and the code that was mailed before is good once the clock is right", async () => {
    harness = await openHarness();
    const waiting = await submit(harness, people.sara);
    await boot(days(5));
    await harness.sweep();
    await harness.round();
    expect(await counted("submission")).toBe(1);
    expect((await harness.post("/en/confirm/", waiting)).status).toBe(503);
    await boot(-days(5));
    const answer = await harness.post("/en/confirm/", waiting);
    expect(answer.status).toBe(200);
    expect(await stateShown(harness, withdrawalCodeIn(await answer.text()))).toBe("pending");
  });

  it.each([
    ["ahead", days(400)],
    ["behind", -days(400)],
  ])("dates no form by it when it is a year %s, and says in both languages that nothing is lost", async (_, jump) => {
    harness = await openHarness();
    await submit(harness, people.sara);
    await boot(jump);
    for (const [lang, words] of [
      ["en", "Nothing is lost, and nothing is deleted meanwhile"],
      ["fa", "چیزی از دست نرفته است"],
    ] as const) {
      const answer = await harness.post(`/${lang}/sign/`, formOf(people.omid));
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await answer.text()).toContain(words);
      expect(await (await harness.get(`/${lang}/sign/`)).text()).toContain(words);
    }
    const ready = await harness.get("/readyz");
    expect(ready.status).toBe(503);
    expect(await ready.text()).toMatch(/^no form is taken: the clock of this machine says \d{4}-/);
    expect(harness.logged()).toContain("the clock of this machine says");
    expect(await counted("submission")).toBe(1);
  });

  it("lets everybody leave, by the withdrawal code and by a code that was mailed before", async () => {
    harness = await openHarness();
    const [sara, omid] = [await sign(harness, people.sara), await sign(harness, people.omid)];
    const asked = await harness.post("/en/withdraw/", { email: people.omid.email });
    const s = new URL(asked.headers.get("location")!, "http://localhost:8080").searchParams.get("s")!;
    await harness.mailed();
    const mail = await harness.mailServer.waitForMail(people.omid.email);
    const code = /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec(mail.text)![0];
    await boot(days(5));
    expect((await harness.post("/en/withdraw/", { code: sara.withdrawalCode })).status).toBe(200);
    expect((await harness.post("/en/withdraw/confirm/", { s, code })).status).toBe(200);
    for (const { withdrawalCode } of [sara, omid]) expect(await stateShown(harness, withdrawalCode)).toBe("withdrawn");
  });

  it("takes forms again after an hour, and deletes again after a day, when it only stood still", async () => {
    harness = await openHarness();
    await submit(harness, people.sara);
    await boot(days(90));
    expect((await harness.get("/readyz")).status).toBe(503);
    harness.clock.advance(hours(1));
    expect((await harness.get("/readyz")).status).toBe(200);
    await sign(harness, people.omid);
    await harness.sweep();
    expect(await counted("submission")).toBe(2);
    harness.clock.advance(hours(23));
    await harness.sweep();
    expect(await counted("submission")).toBe(1);
    // From now on this is the day of the last run.
    await boot(hours(1));
    expect((await harness.get("/readyz")).status).toBe(200);
  });

  it("goes on at once on an operator's word, which counts once", async () => {
    harness = await openHarness();
    await submit(harness, people.sara);
    await boot(days(90));
    const day = dayOf(harness.clock.now());
    await harness.store.change((query) => writeClockRow(query, { day, told: `${day} mark`, overruled: "" }));
    await harness.sweep();
    expect((await harness.get("/readyz")).status).toBe(200);
    expect(await counted("submission")).toBe(0);
    await boot(-days(30));
    expect((await harness.get("/readyz")).status).toBe(503);
  });
});

it("does not hold up others with a row that a wrong clock has dated ahead", async () => {
  harness = await openHarness();
  const [sara, omid] = [await sign(harness, people.sara), await sign(harness, people.omid)];
  const id = (await harness.store.query.selectFrom("signature").select("id").executeTakeFirstOrThrow()).id;
  const day = dayAfter(dayOf(harness.clock.now()), 30);
  await harness.store.change((query) => query.updateTable("signature").set({ day }).where("id", "=", id).execute());
  await harness.round();
  expect([...harness.gitHost.open.keys()].map((sheet) => harness.gitHost.parse(sheet).rows.length)).toEqual([1]);
  harness.clock.advance(days(29));
  await harness.round();
  expect(harness.gitHost.open.size).toBe(2);
  for (const { withdrawalCode } of [sara, omid]) expect(await stateShown(harness, withdrawalCode)).toBe("pending");
});

it("keeps no form for longer because a wrong clock has dated it ahead", async () => {
  harness = await openHarness();
  await submit(harness, people.sara);
  const day = dayAfter(dayOf(harness.clock.now()), 400);
  await harness.store.change((query) => query.updateTable("submission").set({ day }).execute());
  await harness.restart();
  harness.clock.advance(days(3));
  await harness.sweep();
  expect(await counted("submission")).toBe(0);
});
