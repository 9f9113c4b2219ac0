import { expect, inject, it } from "vitest";
import { runFlood, tellFates } from "./flood.ts";

const botnet = { attempts: 10_000, lines: 1000, domains: 50, people: 1000 };

it.each([
  ["one large provider among 50 domains, 20 mailboxes at each", { providers: 1, mailboxes: 20 }],
  ["five large providers among them, 50 mailboxes at each", { providers: 5, mailboxes: 50 }],
])("10,000 attempts of a botnet and 1,000 people in the same hour: %s", async (name, mailboxes) => {
  const seed = inject("seed");
  const fates = await runFlood({ seed, ...botnet, ...mailboxes });
  const aims = "aims: at most 0.5 % of the bots on ordinary sheets, 1 % of the people delayed";
  console.log(`seed ${seed}, ${name} (${aims})\n${tellFates(fates)}`);
  expect(fates.mostMails).toBeLessThanOrEqual(5);
  expect(fates.keysInMemory).toBeLessThan(500_000);
  expect(fates.bot.normal / fates.bot.attempts).toBeLessThan(0.05);
  expect(fates.person.delayed / fates.person.attempts).toBeLessThan(0.05);
});
