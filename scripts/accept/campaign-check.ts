import { existsSync } from "node:fs";
import { join } from "node:path";
import { daysUntil, openPromises, type PromisedDay } from "../letter/ledger/promised-days.ts";
import { type Stage, stageOf } from "../letter/ledger/signing.ts";
import type { Campaign } from "../letter/text/campaign.ts";
import { type Lack, originLack, placeholdersOf, sampleSettings } from "../letter/text/placeholders.ts";
import { formatLack, isReal, isTrial, lackOf } from "../letter/text/readiness.ts";
import { campaignRepository } from "../outside/git/local-host.ts";
import { readRecordAt } from "../outside/git/record-at.ts";
import { MAIN, readRef } from "../outside/git/ref.ts";
import type { Finding } from "../outside/mail-domain-check.ts";
import type { Settings } from "../outside/settings.ts";
import { readContent } from "../site/views/read-content.ts";

/** Days before a promised day on which the organisers are told that it comes. */
const SOON = 14;

const DEEDS = {
  hand_over_by: {
    deed: "the handover",
    command: "npm run handover -- --tag handover/DATE --out DIR, see .github/handing-over.md",
  },
  destroy_by: { deed: "the destruction", command: "npm run purge -- --tag handover/DATE, see .github/handing-over.md" },
} as const satisfies Record<PromisedDay, object>;

/** Checks what `campaign.yaml` tells people: who is responsible, who keeps what, and when it ends. @param today the UTC day */
export async function checkCampaign(settings: Settings, today: string): Promise<Finding[]> {
  const content = await readContent("content").catch(() => undefined);
  if (content === undefined) return [];
  const { campaign } = content;
  const entries = await readEntries(settings);
  const real = isReal(campaign, settings);
  return [
    checkTold(campaign, settings),
    ...(real ? checkPlaceholders(campaign, settings, entries) : []),
    ...checkDays(campaign, stageOf(entries), today, !isTrial(settings)),
  ];
}

/** Checks whether people are told who is responsible for their details. */
function checkTold(campaign: Campaign, settings: Settings): Finding {
  const lack = lackOf(campaign, settings);
  const what = "who is responsible, and who keeps what";
  if (lack === undefined) return { what };
  if (isTrial(settings))
    return { what: `${what}: not told yet (${lack.field} in content/campaign.yaml), so only a trial starts` };
  return { what, mend: formatLack(lack) };
}

/** Names each value of `campaign.yaml` and of the settings that is still a sample's. */
function checkPlaceholders(campaign: Campaign, settings: Settings, entries: readonly string[]): Finding[] {
  const origin = originLack(campaign, entries.length > 0);
  const told = isTrial(settings) ? undefined : lackOf(campaign, settings);
  const lacks: Lack[] = [...placeholdersOf(campaign), ...(origin ? [origin] : [])];
  const findings = lacks
    .filter(({ field }) => field !== told?.field)
    .map((lack) => ({ what: lack.field, mend: formatLack(lack) }));
  const samples = isTrial(settings) ? [] : sampleSettings(settings);
  return [...findings, ...samples.map(({ field, mend }) => ({ what: field, mend }))];
}

/**
 * Checks the days that the pages promise against the ledger.
 *
 * @param today the UTC day, `YYYY-MM-DD`
 * @param real whether other people can meet this campaign: then both days must be set
 */
export function checkDays(campaign: Campaign, stage: Stage, today: string, real: boolean): Finding[] {
  const open = openPromises(campaign, stage);
  if (open.length === 0) return [{ what: "the promised days: what was held is destroyed" }];
  return open.map(({ promise: field, day }) => {
    const { deed, command } = DEEDS[field];
    const what = `the day of ${deed}`;
    if (day === undefined) {
      const mend = `content/campaign.yaml names no ${field}: people must be told when this ends; write a day there`;
      return real ? { what, mend } : { what: `${what} is not set yet (${field} in content/campaign.yaml)` };
    }
    if (day < today) return { what, mend: `${day} was promised (${field}) and is over: run ${command}` };
    if (daysUntil(day, today) > SOON) return { what: `${what}: ${day}` };
    return { what, soon: `${day}, within ${SOON} days: make ready for ${command}` };
  });
}

/** Reads the ledger on main, as this machine has it; empty where it has none yet. */
async function readEntries({ dataDir, gitHost }: Pick<Settings, "dataDir" | "gitHost">): Promise<readonly string[]> {
  const repository = gitHost.kind === "local" ? campaignRepository(dataDir) : join(dataDir, "mirror.git");
  const main = existsSync(repository) ? await readRef(repository, MAIN) : undefined;
  return main === undefined ? [] : (await readRecordAt(repository, main)).entries;
}
