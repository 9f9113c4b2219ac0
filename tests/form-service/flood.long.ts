import { expect, inject, it } from "vitest";
import { runFlood, tellFates } from "./flood.ts";

it("10,000 attempts of a botnet and 1,000 people in the same hour", async () => {
  const seed = inject("seed");
  const fates = await runFlood({ seed, attempts: 10_000, lines: 1000, domains: 50, people: 1000 });
  console.log(
    `seed ${seed} (aims: at most 0.5 % of the bots on ordinary sheets, 1 % of the people delayed)\n${tellFates(fates)}`,
  );
  expect(fates.mostMails).toBeLessThanOrEqual(3);
  expect(fates.keysInMemory).toBeLessThan(500_000);
  expect(fates.bot.normal / fates.bot.attempts).toBeLessThan(0.05);
  expect(fates.person.delayed / fates.person.attempts).toBeLessThan(0.1);
});
