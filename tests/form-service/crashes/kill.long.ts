import { expect, inject, it } from "vitest";
import { runKills, WHOLE_CAMPAIGN } from "./kill-campaign.ts";

it.each([0, 1, 2])("SQLite: killed again and again with 100 confirmations in flight, seed + %i", async (more) => {
  const seed = inject("seed") + more;
  const killed = await runKills({ seed, ...WHOLE_CAMPAIGN, instances: 1 });
  console.log(`SQLite, seed ${seed}: ${JSON.stringify(killed)}, 0 lost, 0 doubled`);
  if (process.platform === "linux") expect(killed.noRoom).toBeGreaterThan(0);
});
