import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkCodeChange } from "../../../scripts/accept/code-change.ts";
import { proposalProblems } from "../../../scripts/accept/proposal-problems.ts";
import type { Stage } from "../../../scripts/accept/rehearsal/stage.ts";
import { systemClock } from "../../../scripts/outside/clock.ts";
import { openGitHub } from "../../../scripts/outside/github/api.ts";
import { fetchProposal } from "../../../scripts/outside/github/proposal.ts";
import { setUpGitHub } from "../../../scripts/outside/github/setup/comparison.ts";
import { service } from "../../letter/invented.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../../support/campaigns/workflow-campaign.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { runPublish } from "../../support/github/pages.ts";
import { type Pull, timeOf } from "../../support/github/state.ts";
import { root } from "../../support/source.ts";

/** A throw-away repository as organisers prepare it, with workflows that run while the rehearsal waits. */
export type ThrowAway = WorkflowCampaign & {
  /** while it pauses, GitHub Actions run what is due */
  readonly stage: Stage;
  /** the same for a process that has just started: a token keeps the permissions with which it was made */
  restart(): Stage;
};

const WORKFLOWS = ["accept", "ci", "code", "publish", "validate"];

/** Makes one whose settings are all as they should be. */
export async function makeThrowAway(): Promise<ThrowAway> {
  const campaign = await makeWorkflowCampaign({
    name: "letter-rehearsal",
    limits: { hour: 100_000, workflow: 100_000, createsMinute: 80, createsHour: 5000 },
  });
  const { github, organiser, fileApp } = campaign;
  const folder = mkdtempSync(join(tmpdir(), "undersigned-rehearsal-"));
  github.addAccount("organiser-two", "admin");
  const yaml = campaign
    .mainFile("content/campaign.yaml")
    .replace(/^contact: .*/m, "contact: letter@rehearsal.example")
    .replace(/^recipient:\n {2}name:.*(\n {4}.*)*/m, "recipient:\n  name: { fa: تمرین, en: Rehearsal }");
  github.repository.commit("main", "organisers: workflows", {
    "content/campaign.yaml": yaml,
    ".github/CODEOWNERS": "* @organiser @organiser-two\n/signatures/pending/\n",
    ...Object.fromEntries(
      WORKFLOWS.map((name) => [
        `.github/workflows/${name}.yml`,
        readFileSync(join(root, `.github/workflows/${name}.yml`)),
      ]),
    ),
  });
  const organiserApi = openGitHub({
    ...{ repository: github.name, as: { token: organiser.token }, apiUrl: github.origin, clock: systemClock },
  });
  await settle(campaign, organiserApi);
  const looked = new Set<number>();
  const work = () => runActions(campaign, folder, looked);
  const openFiler = () =>
    openGitHub({
      ...{ repository: github.name, as: { appId: fileApp.id, privateKey: fileApp.privateKey } },
      ...{ apiUrl: github.origin, clock: systemClock },
    });
  const stage: Stage = {
    organiser: organiserApi,
    filer: openFiler(),
    mirror: join(folder, "mirror.git"),
    serverUrl: github.origin,
    key: service,
    random: fixedRandomness("rehearsal"),
    clock: systemClock,
    pause: work,
    readLive: async () => {
      const { content } = campaign.site;
      return typeof content === "string" ? undefined : content.get("ledger/checkpoint");
    },
    isPublic: false,
    pile: 3,
  };
  return {
    ...campaign,
    stage,
    restart: () => ({ ...stage, filer: openFiler() }),
    async close() {
      rmSync(folder, { recursive: true, force: true });
      await campaign.close();
    },
  };
}

/** What `setup:github --apply` does, and what people click. */
async function settle({ github }: WorkflowCampaign, api: Stage["organiser"]): Promise<void> {
  const { settings, environments } = github.state;
  const add = (name: string, values: object) => settings.set(name, { ...settings.get(name), ...values });
  add("organization", { two_factor_requirement_enabled: true });
  add("variables", { SITE_URL: "https://letter.example.org", SERVICE_URL: "https://sign.example.org" });
  await setUpGitHub(api, { isPublic: false, apply: true }, () => {});
  environments.find(({ name }) => name === "accept")?.secrets.push("LEDGER_KEY", "ACCEPT_APP_KEY");
}

async function runActions(campaign: WorkflowCampaign, folder: string, looked: Set<number>): Promise<void> {
  const { github } = campaign;
  const { state, repository } = github;
  for (const pull of state.pulls.filter(({ number }) => !looked.has(number))) {
    looked.add(pull.number);
    const { head, headSha } = pull;
    await run(campaign, folder, pull, "validate.yml", async (mirror) => {
      return (await proposalProblems(mirror, head, headSha)).length === 0;
    });
    const paths = repository.git("diff", "--name-only", `${headSha}~1`, headSha).split("\n");
    if (paths.some((path) => !path.startsWith("signatures/pending/")))
      await run(campaign, folder, pull, "code.yml", async (mirror) => (await checkCodeChange(mirror, headSha)) > 0);
  }
  for (const started of state.runs.filter(({ workflow, status }) => workflow === "accept.yml" && status === "queued")) {
    const onMain = repository.git("rev-list", "main").split("\n").includes(started.sha);
    const isGreen = onMain && (await succeeds(() => campaign.accept()));
    Object.assign(started, { status: "completed", conclusion: !onMain ? "skipped" : isGreen ? "success" : "failure" });
  }
  if (runPublish(state, "deployed")) campaign.publish();
}

/** Lets a workflow look at a pull request, as it does when that is opened. */
async function run(
  { github }: WorkflowCampaign,
  folder: string,
  { number, headSha }: Pull,
  workflow: string,
  judge: (mirror: string) => Promise<boolean>,
): Promise<void> {
  const { state } = github;
  const mirror = join(folder, "runner.git");
  const remote = { url: `${github.origin}/${github.name}.git`, token: github.workflowToken({ contents: "read" }) };
  const isGreen = await succeeds(async () => {
    await fetchProposal(mirror, remote, number, headSha);
    if (!(await judge(mirror))) throw new Error("red");
  });
  const ended = { status: "completed", conclusion: isGreen ? "success" : "failure" } as const;
  state.runs.push({ id: state.nextId(), workflow, sha: headSha, inputs: {}, at: timeOf(state), ...ended });
}

function succeeds(work: () => Promise<unknown>): Promise<boolean> {
  return work().then(
    () => true,
    () => false,
  );
}
