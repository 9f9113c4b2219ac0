import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acceptSecrets, PERMISSIONS, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { deploy } from "../support/github/pages.ts";
import { type ActRun, runAct } from "./act.ts";

/** Runs the workflows of a campaign's main, and publishes where its public site looks. */
export type Runner = {
  /** holds everything that runs leave */
  readonly folder: string;
  /** the releases: a folder of files for each tag, beside the notes */
  readonly releases: string;
  /** Runs a workflow as GitHub would, from a fresh checkout of main, and then the run of publish that it has started. */
  run(workflow: string, event: ActRun["event"], payload: object): Promise<RunEnd>;
  /** Whether Pages fail with every site that they are given. */
  breakPages(broken: boolean): void;
  remove(): void;
};

type RunEnd = { readonly code: number; readonly output: string };

/**
 * @param act the program
 * @param serviceUrl what the organisers set as the address of the form service
 */
export function makeRunner(campaign: WorkflowCampaign, act: string, serviceUrl: string): Runner {
  const { github, site } = campaign;
  const folder = mkdtempSync(join(tmpdir(), "undersigned-act-"));
  mkdirSync(join(folder, "pages", "live"), { recursive: true });
  site.content = join(folder, "pages", "live");
  const releases = join(folder, "releases");
  const pages = join(folder, "pages");
  const { state } = github;
  const runOne = async (workflow: string, event: ActRun["event"], payload: object): Promise<RunEnd> => {
    const checkout = join(folder, "main");
    rmSync(checkout, { recursive: true, force: true });
    execFileSync("git", ["clone", "--quiet", "--branch", "main", github.repository.path, checkout]);
    const accepts = workflow === "accept";
    const token = github.workflowToken(PERMISSIONS[workflow] ?? { contents: "read" });
    const { LEDGER_KEY = "", ACCEPT_APP_KEY = "", ACCEPT_APP_ID = "" } = acceptSecrets(campaign);
    const result = await runAct({
      ...{ act, folder: checkout, event, workflow },
      payload: { repository: { full_name: github.name, default_branch: "main" }, ...payload },
      env: {
        GITHUB_SERVER_URL: github.origin,
        GITHUB_API_URL: github.origin,
        GITHUB_REPOSITORY: github.name,
        PAGES_FOLDER: pages,
        ARTIFACTS_FOLDER: join(folder, "artifacts"),
        RELEASES_FOLDER: releases,
        SITE_URL: site.url,
        npm_config_prefer_offline: "true",
      },
      vars: { PUBLISH_TO: "pages", ACCEPT_APP_ID, SITE_URL: site.url, SERVICE_URL: serviceUrl },
      secrets: { ...(accepts ? { LEDGER_KEY, ACCEPT_APP_KEY } : {}), GITHUB_TOKEN: token },
    });
    if (process.env.DEBUG) console.log(result.output);
    return result;
  };
  /** GitHub sees a deployment in every job that names the environment of Pages. */
  const noteDeployments = () => {
    const file = join(pages, "deployments");
    const shas = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
    for (const sha of shas.slice(state.deployments.length)) deploy(state, sha);
  };
  return {
    folder,
    releases,
    async run(workflow, event, payload) {
      const ended = await runOne(workflow, event, payload);
      const started = state.runs.find(({ status }) => status === "queued");
      if (started === undefined) return ended;
      started.status = "in_progress";
      const { inputs } = started;
      const published = await runOne("publish", "workflow_dispatch", { inputs, ref: "refs/heads/main" });
      noteDeployments();
      Object.assign(started, { status: "completed", conclusion: published.code === 0 ? "success" : "failure" });
      return { code: ended.code || published.code, output: ended.output + published.output };
    },
    breakPages(broken) {
      const file = join(pages, "out-of-order");
      if (broken) writeFileSync(file, "");
      else rmSync(file, { force: true });
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
