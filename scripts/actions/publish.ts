import { readFile } from "node:fs/promises";
import { campaignKeys } from "../accept/campaign-keys.ts";
import { assertIntact } from "../accept/intact-record.ts";
import { assertContinues, readLiveCheckpoint } from "../accept/live-checkpoint.ts";
import { formatRoot } from "../letter/ledger/checkpoint.ts";
import { formatVkey } from "../letter/ledger/note.ts";
import { verifyPublished } from "../letter/published/verification.ts";
import { parseCampaign } from "../letter/text/campaign.ts";
import { assertPublishable } from "../letter/text/readiness.ts";
import { buildSite } from "../outside/eleventy.ts";
import { readLedgerDays } from "../outside/git/ledger-days.ts";
import { CAMPAIGN_PATH } from "../outside/git/letter-files.ts";
import { readRecordIn } from "../outside/git/record-at.ts";
import { readCheckout } from "../outside/git/repository.ts";
import { readWorkflowEnvironment, WORKFLOWS } from "../outside/github/workflow-environment.ts";
import { openPublished } from "../outside/published.ts";
import { runAction, say } from "./action.ts";

const OUTPUT = "_site";

// The workflow of the same name: builds the site of main, and checks it as a stranger would before it is deployed.
await runAction(async () => {
  const { SITE_URL, SERVICE_URL, FIRST, PUBLISH_TO } = readWorkflowEnvironment(WORKFLOWS.publish, process.env);
  const text = await readFile(CAMPAIGN_PATH, "utf8");
  assertPublishable(parseCampaign(text), { siteUrl: SITE_URL, serviceUrl: SERVICE_URL, to: PUBLISH_TO });
  const keys = campaignKeys(text);
  const record = await readRecordIn(".");
  assertIntact(record, keys.ledger);
  assertContinues(record.entries, await readLiveCheckpoint(SITE_URL), keys.ledger, FIRST);
  const environment = { SITE_URL, SERVICE_URL, GIT_HOST: "local" };
  const days = await readLedgerDays(".git", await readCheckout(".git"));
  await buildSite({ signatures: "signatures", output: OUTPUT, days, environment });
  const vkey = parseCampaign(text).ledger_vkey ?? formatVkey(keys.ledger);
  const { size, root, listed } = await verifyPublished(openPublished(OUTPUT), vkey);
  say(
    `built ${OUTPUT}: ${listed} on the list, tree size ${size}, root ${typeof root === "string" ? root : formatRoot(root)}`,
  );
});
