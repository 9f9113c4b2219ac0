import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pino from "pino";
import { openService } from "../../../scripts/form-service/open-service.ts";
import { openPageWords, type PageWords } from "../../../scripts/form-service/signing/own-page-codes.ts";
import { openStore } from "../../../scripts/form-service/store/schema.ts";
import { openLog } from "../../../scripts/outside/log.ts";
import { demoRecipients } from "../../../scripts/outside/seal/demo-custodian.ts";
import { openSeal } from "../../../scripts/outside/seal/seal.ts";
import { readSettings } from "../../../scripts/outside/settings.ts";
import { siteContext } from "../../../scripts/site/views/context.ts";
import { type Content, readContent } from "../../../scripts/site/views/read-content.ts";
import { openMailBasket } from "../../form-service/mail/mail-basket.ts";
import { service as attestation, keys } from "../../letter/invented.ts";
import { doorOf, type Machine } from "../../lives/machine.ts";
import type { World } from "../../lives/world.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../../support/campaigns/workflow-campaign.ts";
import { fixedClock, fixedRandomness } from "../../support/fixtures.ts";
import { contentOf } from "../../support/letters.ts";
import { root } from "../../support/source.ts";
import { openPower } from "../slips/power.ts";
import type { Operated, OperationsOptions } from "../world.ts";

/** A campaign whose sheets are reviewed on GitHub, as far as the steps need it, with its operators. */
export type OnGitHub = { readonly operated: Operated; readonly campaign: WorkflowCampaign };

let words: PageWords | undefined;

/** Begins a campaign on the stand-in. It has no machine that accepts: `accept` is what the workflow runs. */
export async function beginOnGitHub({ seed, newDatabase, ending }: OperationsOptions): Promise<OnGitHub> {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-operations-"));
  const campaign = await makeWorkflowCampaign();
  const content = await readContent(await contentOf("iran"));
  const letters = [...content.letterTexts].map(([lang, text]) => [`content/${lang}/letter.md`, text]);
  campaign.github.repository.commit("main", "the letter", Object.fromEntries(letters));
  await campaign.accept();
  // The stand-in's own clock runs, so the service begins today.
  const clock = fixedClock(new Date().toISOString());
  const random = fixedRandomness(`operations ${seed}`);
  const recipients = await demoRecipients(join(folder, "demo-custodian"));
  const deps = { campaign, content, clock, random, recipients, power: openPower() };
  const open = (dataDir: string, DATABASE_URL: string | undefined) => openMachine(deps, dataDir, DATABASE_URL);
  const life = {
    ...{
      folder,
      clock,
      random,
      open,
      people: [],
      backups: [],
      received: [],
      purged: false,
      erased: false,
      quiet: false,
    },
    options: { seed, ending },
    machine: await open(join(folder, "data"), await newDatabase?.()),
    async remove() {
      await life.machine.stop();
      await campaign.close();
      deps.power.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  } as unknown as World;
  const paths = { project: root, mirror: join(folder, "mirror") };
  return { operated: { life, seen: new Map(), kept: [], ...paths, power: deps.power, readme: undefined }, campaign };
}

type Deps = Pick<World, "clock" | "random"> & {
  readonly campaign: WorkflowCampaign;
  readonly content: Content;
  readonly recipients: readonly string[];
  readonly power: Operated["power"];
};

/** The form service, and beside it main as it is on GitHub. */
async function openMachine(deps: Deps, dataDir: string, DATABASE_URL: string | undefined): Promise<Machine> {
  const { campaign, content, clock, random, recipients, power } = deps;
  const settings = readSettings({ DATA_DIR: dataDir, LIMITS: "off", DATABASE_URL, FILE_AT_LEAST: "1" });
  const publicKeys = { ledger: "", attestation: keys.attestation, recipients };
  const context = siteContext({ content, settings, keys: publicKeys, at: "service" });
  words ??= openPageWords(context);
  const lines: string[] = [];
  const log = openLog(clock, { write: (line: string) => void lines.push(line) } as pino.DestinationStream);
  const [mails, store, host] = [openMailBasket(), await openStore(settings.database), campaign.reopen()];
  power.watch(store);
  const service = await openService({
    ...{ settings, store, clock, random, log, gitHost: host, siteFolder: dataDir, pageWords: words },
    keys: { attestation, pepper: fixedRandomness("pepper")(32) },
    mails: mails.queue,
    seal: openSeal(recipients),
    site: () => context,
    isTorExit: () => false,
  }).catch(async (cause) => {
    await store.close();
    throw cause;
  });
  return {
    ...{ dataDir, settings, mails, store, service, logged: () => lines.join("") },
    accept: async () => void (await campaign.accept()),
    local: () => ({ host: { ...host, repository: campaign.github.repository.path } }),
    place: async () => ({ local: { host: { ...host, repository: campaign.github.repository.path } } }),
    ...doorOf(service, store),
  } as unknown as Machine;
}
