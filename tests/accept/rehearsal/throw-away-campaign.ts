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
import type { Pull } from "../../support/github/state.ts";
import { root } from "../../support/source.ts";

/** A throw-away repository as organisers prepare it, with workflows that run while the rehearsal waits. */
export type ThrowAway = WorkflowCampaign & {
  readonly stage: Stage;
  /** runs what GitHub Actions would run by now */
  work(): Promise<void>;
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
      WORKFLOWS.map((name) => [`.github/workflows/${name}.yml`, readFileSync(join(root, `.github/workflows/${name}.yml`))]),
    ),
  });
  const organiserApi = openGitHub({
    ...{ repository: github.name, as: { token: organiser.token }, apiUrl: github.origin, clock: systemClock },
  });
  await settle(campaign, organiserApi);
  campaign.publish();
  await campaign.accept();
  const work = () => runActions(campaign, folder);
  await work();
  const stage: Stage = {
    organiser: organiserApi,
    filer: openGitHub({
      ...{ repository: github.name, as: { appId: fileApp.id, privateKey: fileApp.privateKey } },
      ...{ apiUrl: github.origin, clock: systemClock },
    }),
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
    work,
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

async function runActions(campaign: WorkflowCampaign, folder: string): Promise<void> {
  const { github } = campaign;
  const { state, repository } = github;
  for (const pull of state.pulls) {
    await runOnce(campaign, pull, "validate.yml", async (mirror) => {
      return (await proposalProblems(mirror, pull.head, pull.headSha)).length === 0;
    }, folder);
    const paths = repository.git("diff", "--name-only", `${pull.headSha}~1`, pull.headSha).split("\n");
    if (paths.some((path) => !path.startsWith("signatures/pending/")))
      await runOnce(campaign, pull, "code.yml", (mirror) => checkCodeChange(mirror, pull.headSha).then(() => true), folder);
  }
  for (const run of state.runs.filter(({ workflow, status }) => workflow === "accept.yml" && status === "queued")) {
    const main = repository.git("rev-list", "main").split("\n");
    const green = main.includes(run.sha) && (await campaign.accept().then(() => true, () => false));
    Object.assign(run, { status: "completed" });
    run.conclusion = !main.includes(run.sha) ? "skipped" : green ? "success" : "failure";
  }
  if (runPublish(state, "deployed")) campaign.publish();
}

async function runOnce(
  { github }: WorkflowCampaign,
  pull: Pull,
  workflow: string,
  judge: (mirror: string) => Promise<boolean>,
  folder: string,
): Promise<void> {
  const { state } = github;
  if (state.runs.some((run) => run.workflow === workflow && run.sha === pull.headSha)) return;
  const mirror = join(folder, "runner.git");
  const remote = { url: `${github.origin}/${github.name}.git`, token: github.workflowToken({ contents: "read" }) };
  const isGood = async () => {
    await fetchProposal(mirror, remote, pull.number, pull.headSha);
    return judge(mirror);
  };
  const conclusion = (await isGood().catch(() => false)) ? "success" : "failure";
  const at = new Date(state.clock()).toISOString().replace(/\.\d+Z$/, "Z");
  state.runs.push({ id: state.nextId(), workflow, sha: pull.headSha, inputs: {}, at, status: "completed", conclusion });
}
