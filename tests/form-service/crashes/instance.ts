import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startFormService } from "../../../scripts/form-service/main.ts";
import { dayOf } from "../../../scripts/letter/bytes/day.ts";
import { parseCampaign } from "../../../scripts/letter/text/campaign.ts";
import type { Clock } from "../../../scripts/outside/clock.ts";
import { campaignRepository, openLocalGitHost } from "../../../scripts/outside/git/local-host.ts";
import { openLog } from "../../../scripts/outside/log.ts";
import { systemRandom } from "../../../scripts/outside/random.ts";
import { openKeys } from "../../../scripts/outside/seal/keys.ts";
import { readSettings } from "../../../scripts/outside/settings.ts";
import { siteContext } from "../../../scripts/site/views/context.ts";
import { readContent } from "../../../scripts/site/views/read-content.ts";

// One form service of several on one campaign, as a program of its own: it accepts nothing and builds no site, as
// where the sheets are reviewed elsewhere. `tests/form-service/crashes/instances.ts` starts it.
const settings = readSettings(process.env);
// Somebody may set the clock of the machine: the tests say by how much.
let jumped = 0;
process.on("message", (milliseconds: number) => {
  jumped += milliseconds;
});
process.channel?.unref();
const clock: Clock = { now: () => new Date(Date.now() + jumped) };
const random = systemRandom;
const keys = await openKeys(settings.dataDir, parseCampaign(readFileSync("content/campaign.yaml", "utf8")));
const gitHost = await openLocalGitHost(campaignRepository(settings.dataDir), { folder: ".", day: dayOf(clock.now()) });
const context = siteContext({ content: await readContent("content"), settings, keys: keys.publicKeys, at: "service" });
const siteFolder = join(settings.dataDir, "no-site");
mkdirSync(siteFolder, { recursive: true });
const service = await startFormService({
  ...{ settings, keys, gitHost, clock, random, siteFolder },
  log: openLog(clock),
  site: () => context,
});
process.once("SIGTERM", () => void service.close());
console.log("ready");
