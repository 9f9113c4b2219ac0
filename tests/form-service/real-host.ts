import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { acceptAll } from "../../scripts/accept/acceptance.ts";
import { formatBase64url } from "../../scripts/letter/bytes/base64url.ts";
import type { GitHost } from "../../scripts/outside/git/host.ts";
import { campaignRepository } from "../../scripts/outside/git/local-host.ts";
import { readRecordAt } from "../../scripts/outside/git/record-at.ts";
import { keys } from "../letter/invented.ts";
import { hurryTime } from "../support/browsers/hurry.ts";
import { day, makeCampaign } from "../support/campaigns/local-campaign.ts";
import type { Repository } from "../support/campaigns/repository.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { type Harness, openHarness } from "./harness.ts";

/** A form service whose sheets go to a real repository, on this machine or on the stand-in of GitHub. */
export type OnRealHost = {
  readonly harness: Harness;
  /** the host as the service has it: a test may break a part of it */
  readonly host: GitHost;
  /** the repository that holds main and the branches */
  readonly repository: Repository;
  /** a round of the service: waits between calls take no time */
  round(): Promise<void>;
  /** what the service does between two rounds */
  look(): Promise<void>;
  restart(): Promise<void>;
  /** the ids of the open sheets */
  open(): string[];
  /** takes the branch of a sheet away as somebody does by hand */
  deleteBranch(sheet: string): Promise<void>;
  /** approves all open sheets, and accepts them */
  accept(): Promise<void>;
  /** how many signatures are on the list */
  listed(): Promise<number>;
  close(): Promise<void>;
};

const openSheets = ({ branches }: Repository) =>
  branches().flatMap((name) => (name.startsWith("pending/") ? [name.slice("pending/".length)] : []));
const listedIn = async ({ path, git }: Repository) => (await readRecordAt(path, git("rev-parse", "main"))).rows.length;
const letterFiles = (letters: ReadonlyMap<string, string>): [string, string][] =>
  [...letters].map(([lang, text]) => [`content/${lang}/letter.md`, text]);

export async function openOnThisMachine(seed: string): Promise<OnRealHost> {
  const campaign = await makeCampaign();
  const { repository } = campaign;
  let acceptor = campaign.acceptor;
  const host: GitHost = { ...campaign.host };
  const harness = await openHarness({
    seed,
    start: `${day}T12:00:00.000Z`,
    substitutes: {
      async gitHost(attestationKey, letters) {
        acceptor = { ...acceptor, attestationKey };
        await campaign.host.commitText(new Map(letterFiles(letters)), day);
        await acceptAll(acceptor);
        return host;
      },
    },
  });
  // As npm start leaves the data folder, for what commands read there.
  mkdirSync(join(harness.dataDir, "keys"));
  for (const [name, bytes] of Object.entries(harness.secrets))
    writeFileSync(join(harness.dataDir, "keys", name), `${formatBase64url(bytes)}\n`);
  symlinkSync(repository.path, campaignRepository(harness.dataDir));
  return {
    harness,
    host,
    repository,
    round: harness.round,
    look: harness.again,
    restart: harness.restart,
    open: () => openSheets(repository),
    deleteBranch: async (sheet) => void repository.git("update-ref", "-d", `refs/heads/pending/${sheet}`),
    async accept() {
      for (const sheet of openSheets(repository)) await campaign.review(sheet, { state: "approved" });
      await acceptAll(acceptor);
    },
    listed: () => listedIn(repository),
    async close() {
      await harness.close();
      campaign.remove();
    },
  };
}

export async function openOnGitHub(seed: string): Promise<OnRealHost & { readonly campaign: WorkflowCampaign }> {
  const campaign = await makeWorkflowCampaign();
  const { repository, state } = campaign.github;
  const host: GitHost = { ...campaign.host };
  // All calls, also those of the start: whoever keeps the pace takes it ill when time goes back.
  const hurried = <T>(work: () => Promise<T>) => {
    const realTime = hurryTime();
    return work().finally(realTime);
  };
  const opening = () =>
    openHarness({
      seed,
      // The stand-in dates its commits by the machine's clock.
      start: new Date().toISOString(),
      settings: { FILE_EVERY: "6h", FILE_AT_LEAST: "1" },
      substitutes: {
        async gitHost(attestationKey, letters) {
          repository.commit("main", "the service's letter and key", {
            ...Object.fromEntries(letterFiles(letters)),
            "content/campaign.yaml": campaign
              .mainFile("content/campaign.yaml")
              .replace(keys.attestation, formatBase64url(attestationKey)),
          });
          await campaign.accept();
          return host;
        },
      },
    });
  const harness = await hurried(opening);
  return {
    campaign,
    harness,
    host,
    repository,
    round: () => hurried(harness.round),
    look: () => hurried(harness.again),
    restart: () => hurried(() => harness.restart()),
    open: () => openSheets(repository),
    deleteBranch: async (sheet) =>
      void (await campaign.github.push(campaign.organiser.token, [`:refs/heads/pending/${sheet}`])),
    async accept() {
      for (const { number } of state.pulls.filter((pull) => pull.state === "open"))
        for (const by of campaign.moderators) await campaign.review(by, number, "APPROVE");
      await hurried(() => campaign.accept());
    },
    listed: () => listedIn(repository),
    async close() {
      await harness.close();
      await campaign.close();
    },
  };
}
