import { expect, it } from "vitest";
import { SLOT } from "../../../scripts/form-service/limits/budget-slots.ts";
import { openMailBudgets } from "../../../scripts/form-service/limits/mail-ledger.ts";
import { deleteEverything } from "../../../scripts/form-service/store/destruction.ts";
import { hours, minutes } from "../../support/fixtures.ts";
import { openHarness } from "../harness.ts";

const [MAILS, SIGNING] = [600, 480];

/** Two instances on one database, each of which takes a mail as often as it can. */
async function twoInstances() {
  const harness = await openHarness();
  const { store, clock, pepper, log } = harness.service;
  const open = () => openMailBudgets({ store, clock, pepper, log }, MAILS);
  const instances = [await open(), await open()];
  return {
    harness,
    instances,
    /** Takes all that can be taken now; what is leased arrives between two tries. */
    async takeAll(): Promise<number> {
      let [taken, failures] = [0, 0];
      for (let i = 0; failures < 6; i++) {
        if (instances[i % 2]!.sign.take()) [taken, failures] = [taken + 1, 0];
        else failures++;
        await instances[i % 2]!.sign.idle();
      }
      return taken;
    },
  };
}

it("keeps the mails of an hour together with other instances on the same database, in any hour", async () => {
  const { harness, instances, takeAll } = await twoInstances();
  const taken: { at: number; mails: number }[] = [];
  for (let minute = 0; minute < 150; minute += 2.5) {
    taken.push({ at: minute, mails: await takeAll() });
    harness.clock.advance(minutes(2.5));
  }
  for (const { at } of taken) {
    const hour = taken.filter((one) => one.at >= at && one.at < at + 60);
    const mails = hour.reduce((sum, one) => sum + one.mails, 0);
    expect(mails).toBeLessThanOrEqual(SIGNING);
    if (hour.length === 24 && at >= 60) expect(mails).toBeGreaterThan(0.8 * SIGNING);
  }
  // A flood of forms leaves room for those who withdraw, and shows as short room.
  expect(instances[0]!.sign.fill()).toBeLessThan(1);
  expect(instances[0]!.leave.fill()).toBeGreaterThanOrEqual(1);
  expect(instances[0]!.leave.take()).toBe(true);
  await harness.close();
});

it("stores no time, nothing that is over, and nothing after the end", async () => {
  const { harness, takeAll } = await twoInstances();
  await takeAll();
  const rows = () => harness.store.query.selectFrom("mail_budget").selectAll().execute();
  for (const { slot } of await rows()) expect(slot).toMatch(/^[0-9a-f]{32}$/);
  const before = await rows();
  harness.clock.advance(hours(24 * 4));
  await takeAll();
  const after = await rows();
  expect(after.filter(({ slot }) => before.some((row) => row.slot === slot))).toEqual([]);
  expect(after.length).toBeLessThanOrEqual(before.length);
  await deleteEverything(harness.store, harness.settings.database.kind);
  expect(await rows()).toEqual([]);
  await harness.close();
});

it("goes on from what was counted before a restart", async () => {
  const { harness, takeAll } = await twoInstances();
  const first = await takeAll();
  expect(first).toBeGreaterThan(SIGNING / 10);
  const { store, clock, pepper, log } = harness.service;
  const again = await openMailBudgets({ store, clock, pepper, log }, MAILS);
  expect(again.sign.take()).toBe(false);
  harness.clock.advance(2 * SLOT);
  again.sign.take();
  await again.sign.idle();
  expect(again.sign.take()).toBe(true);
  await harness.close();
});
