import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acceptOnGitHub, type GitHubAcceptance, openAcceptApp } from "../../../scripts/accept/on-github.ts";
import { CHECKPOINT_PATH } from "../../../scripts/letter/signature/record.ts";
import { formatSheet, type Sheet, sheetPath } from "../../../scripts/letter/signature/sheet.ts";
import { type Clock, systemClock } from "../../../scripts/outside/clock.ts";
import { readWorkflowEnvironment, WORKFLOWS } from "../../../scripts/outside/github/workflow-environment.ts";
import { attestedMessage, keys, secrets, vkey } from "../../letter/invented.ts";
import { compiled } from "../compiled.ts";
import type { Account, Permissions } from "../github/account.ts";
import { type GitHubCampaign, makeGitHubCampaign } from "../github/campaign.ts";
import type { GitHubOptions } from "../github/github.ts";
import { ask, openPullRequest } from "../servers/github-calls.ts";
import { type LiveSite, startLiveSite } from "../servers/live-site.ts";
import { root } from "../source.ts";
import { type WholeReport, withRecord } from "./accept-all.ts";
import { realCampaign } from "./real-campaign.ts";

/** What a step of a workflow left. */
export type StepResult = { code: number; output: string; outputs: Record<string, string>; summary: string };

/** A campaign on GitHub with its workflows, and the public site that they publish to. */
export type WorkflowCampaign = GitHubCampaign & {
  readonly site: LiveSite;
  /** Takes main's checkpoint to the public site, as a publication does. */
  publish(): void;
  /** Runs an entry as the workflow's step of this name does. */
  run(workflow: "accept" | "validate" | "code" | "publish", env?: Record<string, string>): Promise<StepResult>;
  /** Accepts as the workflow does, without a process of its own. @throws LetterError what the step would say */
  accept(env?: Record<string, string>, clock?: Clock): Promise<WholeReport<GitHubAcceptance>>;
  /** Files a sheet and gives the number of its pull request. */
  fileSheet(sheet: Sheet, message?: string): Promise<number>;
  /** Reviews a pull request as it is, as a person does in the browser. */
  review(by: Account, pull: number, event: "APPROVE" | "REQUEST_CHANGES" | "COMMENT", body?: string): Promise<void>;
  /** Variables of a step that reads this pull request. */
  proposal(pull: number): Record<string, string>;
  mainFile(path: string): string;
};

export async function makeWorkflowCampaign(options: GitHubOptions = {}): Promise<WorkflowCampaign> {
  const campaign = await makeGitHubCampaign(options);
  const site = await startLiveSite();
  const { github, moderators } = campaign;
  const { repository } = github;
  const mainFile = (path: string) => repository.read("main", path).toString("utf8");
  const ids = moderators.map(({ id }) => `  - ${id}\n`).join("");
  repository.commit("main", "organisers: keys and moderators", {
    "content/campaign.yaml": `${realCampaign(mainFile("content/campaign.yaml"))}\nledger_vkey: ${vkey}\nattestation_key: ${keys.attestation}\n`,
    ".github/moderators.yml": `approvals: 2\nmoderators:\n${ids}`,
    // GitHub starts no workflow that is not on main.
    ".github/workflows/publish.yml": readFileSync(join(root, ".github/workflows/publish.yml")),
  });
  const temporary = mkdtempSync(join(tmpdir(), "undersigned-runner-"));
  const publish = () => {
    site.content = new Map([[CHECKPOINT_PATH, mainFile(`signatures/${CHECKPOINT_PATH}`)]]);
  };
  publish();
  let steps = 0;
  const stepOf = (workflow: string, extra: Record<string, string>) => {
    const folder = join(temporary, String(++steps));
    const file = (name: string) => `${folder}.${name}`;
    const env = {
      PATH: process.env.PATH,
      ...compiled,
      GITHUB_REPOSITORY: github.name,
      GITHUB_SERVER_URL: github.origin,
      GITHUB_API_URL: github.origin,
      GITHUB_REF: "refs/heads/main",
      GITHUB_OUTPUT: file("output"),
      GITHUB_STEP_SUMMARY: file("summary"),
      RUNNER_TEMP: folder,
      GITHUB_SHA: repository.git("rev-parse", "main"),
      GITHUB_TOKEN: github.workflowToken(PERMISSIONS[workflow] ?? { contents: "read" }),
      ...(workflow === "accept" ? acceptSecrets(campaign) : {}),
      SITE_URL: site.url,
      SERVICE_URL: "https://sign.example.org",
      ...extra,
    };
    return { env, file };
  };
  const run = (workflow: string, extra: Record<string, string> = {}): Promise<StepResult> => {
    const { env, file } = stepOf(workflow, extra);
    for (const name of ["output", "summary"]) writeFileSync(file(name), "");
    return new Promise((resolve) => {
      const args = [join(root, `scripts/actions/${workflow}.ts`)];
      execFile(process.execPath, args, { env, cwd: extra.CWD ?? root }, (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code ?? 1);
        const [output, summary] = [readFileSync(file("output"), "utf8"), readFileSync(file("summary"), "utf8")];
        resolve({ code, output: stdout + stderr, outputs: parseOutputs(output), summary });
      });
    });
  };
  return {
    ...campaign,
    site,
    publish,
    run,
    async accept(extra = {}, clock = systemClock) {
      const env = readWorkflowEnvironment(WORKFLOWS.accept, stepOf("accept", extra).env);
      return withRecord(await acceptOnGitHub(env, openAcceptApp(env, clock), clock), repository.path);
    },
    mainFile,
    async fileSheet(sheet, message = attestedMessage(sheet)) {
      const branch = `pending/${sheet.sheet}`;
      const files = { [sheetPath(sheet.sheet)]: formatSheet(sheet) };
      repository.commit(branch, message, files, repository.git("rev-parse", "main"));
      return openPullRequest(campaign, branch);
    },
    async review(by, pull, event, body = "") {
      await ask(campaign, by.token, `pulls/${pull}/reviews`, { event, ...(body ? { body } : {}) });
    },
    proposal: (pull) => {
      const { head, headSha } = github.state.pulls.find(({ number }) => number === pull)!;
      return { PULL_NUMBER: String(pull), HEAD_SHA: headSha, HEAD_REF: head };
    },
    async close() {
      rmSync(temporary, { recursive: true, force: true });
      await site.close();
      await campaign.close();
    },
  };
}

/** What a workflow's own token may do, where that is more than reading. */
export const PERMISSIONS: Readonly<Record<string, Permissions>> = {
  accept: { contents: "read", pull_requests: "write", actions: "write", deployments: "read" },
  publish: { contents: "read", deployments: "read" },
};

/** What the environment `accept` holds. */
export function acceptSecrets({ acceptApp }: GitHubCampaign): Record<string, string> {
  return {
    ACCEPT_APP_ID: String(acceptApp.id),
    ACCEPT_APP_KEY: acceptApp.privateKey,
    LEDGER_KEY: Buffer.from(secrets.ledger).toString("base64url"),
  };
}

function parseOutputs(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^(\w+)<<(\S+)\n([\s\S]*?)\n\2$/gm)].map(([, name, , value]) => [name!, value!]),
  );
}
