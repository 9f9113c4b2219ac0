import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acceptSecrets, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { type ActRun, runAct } from "./act.ts";

/** Runs the workflows of a campaign's main, and publishes where its public site looks. */
export type Runner = {
  /** holds everything that runs leave */
  readonly folder: string;
  /** the releases: a folder of files for each tag, beside the notes */
  readonly releases: string;
  /** Runs a workflow as GitHub would, from a fresh checkout of main. */
  run(workflow: string, event: ActRun["event"], payload: object): Promise<{ code: number; output: string }>;
  remove(): void;
};

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
  return {
    folder,
    releases,
    async run(workflow, event, payload) {
      const checkout = join(folder, "main");
      rmSync(checkout, { recursive: true, force: true });
      execFileSync("git", ["clone", "--quiet", "--branch", "main", github.repository.path, checkout]);
      const accepts = workflow === "accept";
      const token = github.workflowToken(accepts ? { contents: "read", pull_requests: "write" } : { contents: "read" });
      const { LEDGER_KEY = "", ACCEPT_APP_KEY = "", ACCEPT_APP_ID = "" } = acceptSecrets(campaign);
      const result = await runAct({
        ...{ act, folder: checkout, event, workflow },
        payload: { repository: { full_name: github.name, default_branch: "main" }, ...payload },
        env: {
          GITHUB_SERVER_URL: github.origin,
          GITHUB_API_URL: github.origin,
          GITHUB_REPOSITORY: github.name,
          PAGES_FOLDER: join(folder, "pages"),
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
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
