import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acceptAll } from "../../scripts/accept/acceptance.ts";
import { proposalProblems } from "../../scripts/accept/proposal-problems.ts";
import { systemClock } from "../../scripts/outside/clock.ts";
import { openGitHubAcceptHost } from "../../scripts/outside/github/accept-host.ts";
import { openGitHub } from "../../scripts/outside/github/api.ts";
import { fetchProposal } from "../../scripts/outside/github/proposal.ts";
import { ledger, service } from "../letter/invented.ts";
import { pushHostile, readHostilePulls } from "../support/campaigns/hostile-pull.ts";
import { accepted, refusedRow, withdrawals } from "../support/campaigns/hostile-sheet.ts";
import { day } from "../support/campaigns/local-campaign.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { openPullRequest } from "../support/servers/github-calls.ts";
import { root } from "../support/source.ts";

// One campaign for all: no matter what these pull requests hold, main must not move.
let campaign: WorkflowCampaign;
let head: string;
const cases = readHostilePulls();

beforeAll(async () => {
  campaign = await makeWorkflowCampaign();
  const pull = await campaign.fileSheet(accepted);
  for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE", `refuse ${refusedRow} fake-name`);
  await accept();
  await campaign.fileSheet(withdrawals);
  await accept();
  head = campaign.github.repository.git("rev-parse", "main");
});
afterAll(() => campaign.close());

/** Accept as its workflow runs it, without a process of its own. */
function accept() {
  const { github, acceptApp, local } = campaign;
  const access = { repository: github.name, apiUrl: github.origin, clock: systemClock };
  const host = openGitHubAcceptHost({
    api: openGitHub({ ...access, as: { token: github.workflowToken({ contents: "read", pull_requests: "write" }) } }),
    mover: openGitHub({ ...access, as: { appId: acceptApp.id, privateKey: acceptApp.privateKey } }),
    repository: join(local.folder, "accept.git"),
    serverUrl: github.origin,
    clock: systemClock,
  });
  return acceptAll({ host, signer: ledger, attestationKey: service.publicKey, day, live: async () => undefined });
}

/** Pushes a case, opens its pull request, lets both moderators be taken in. */
async function propose(name: string): Promise<number> {
  const hostile = cases.find((one) => one.name === name)!;
  pushHostile(campaign.github.repository, hostile);
  const pull = await openPullRequest(campaign, hostile.branch, hostile.title);
  for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
  return pull;
}

function takeAway(number: number): void {
  const pull = campaign.github.state.pulls.find((one) => one.number === number)!;
  pull.state = "closed";
  campaign.github.repository.git("update-ref", "-d", `refs/heads/${pull.head}`);
}

describe("a pull request that", () => {
  it.each(cases)("$name: $verdict", async ({ name, branch, verdict }) => {
    const number = await propose(name);
    try {
      const pull = campaign.github.state.pulls.find((one) => one.number === number)!;
      const remote = { url: `${campaign.github.origin}/${campaign.github.name}.git`, token: campaign.organiser.token };
      const repository = join(campaign.local.folder, "validate.git");
      await fetchProposal(repository, remote, number, pull.headSha);
      expect(await proposalProblems(repository, branch, pull.headSha)).toEqual(verdict);

      const { outcomes } = await accept();
      const sheet = branch.replace(/^pending\//, "");
      const outcome = outcomes.find((one) => one.sheet === sheet);
      // A branch that is named after no sheet is none of accept's business.
      if (verdict[0]?.startsWith("the sheet is passed over")) expect(outcome).toEqual({ sheet, state: "unattested" });
      else if (/^[0-9a-z]{26}$/.test(sheet)) expect(outcome).toEqual({ sheet, state: "invalid", reason: verdict[0] });
      else expect(outcome).toBeUndefined();
      expect(campaign.github.repository.git("rev-parse", "main")).toBe(head);
      expect(pull).toMatchObject({ state: "open", merged: undefined });
      expect(["ran", "x"].filter((file) => existsSync(join(root, file)))).toEqual([]);
      expect(JSON.stringify(verdict)).not.toMatch(/Azadi|evil|owned|touch/);
    } finally {
      takeAway(number);
    }
  });
});
