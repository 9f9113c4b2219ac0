import { expect, it } from "vitest";
import { runFlood, tellFates } from "./flood.ts";

it("sets a botnet apart, lets people pass beside it, and bombs no mailbox", async () => {
  const fates = await runFlood({
    seed: 1,
    attempts: 200,
    lines: 20,
    domains: 4,
    providers: 1,
    mailboxes: 13,
    people: 20,
  });
  const told = tellFates(fates);
  expect(fates.mostMails, told).toBeLessThanOrEqual(5);
  expect(fates.bot.normal, told).toBeLessThan(0.2 * fates.bot.attempts);
  expect(fates.bot.quarantined, told).toBeGreaterThan(fates.bot.normal);
  expect(fates.person.signed + fates.person.asked + fates.person.delayed, told).toBe(20);
});
