import { type GitHubApi, telling } from "./api.ts";

/** A run of a workflow. Fields as in GitHub's API. */
export type WorkflowRun = {
  readonly id: number;
  /** the commit that it began at */
  readonly sha: string;
  /** `completed`, or another word while it waits or works */
  readonly status: string;
  /** `success`, `failure`, `cancelled`, …; undefined until it is completed */
  readonly conclusion: string | undefined;
  readonly begun: Date;
};

/**
 * Reads the runs of a workflow, the newest first.
 *
 * @param workflow the name of its file, such as `publish.yml`
 * @param commit only those that began at this commit
 * @throws LetterError `github`
 */
export async function readRuns(api: GitHubApi, workflow: string, commit?: string): Promise<WorkflowRun[]> {
  const { owner, repo } = api;
  return telling(`reading the runs of ${nameOf(workflow)}`, async () => {
    const octokit = await api.octokit();
    const route = "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs";
    const at = commit === undefined ? {} : { head_sha: commit };
    const { data } = await octokit.request(route, { owner, repo, workflow_id: workflow, per_page: 100, ...at });
    return data.workflow_runs.map(({ id, head_sha, status, conclusion, created_at }) => ({
      id: Number(id),
      sha: head_sha,
      status: status ?? "completed",
      conclusion: conclusion ?? undefined,
      begun: new Date(created_at),
    }));
  });
}

/**
 * Starts a run of a workflow, which begins at the ref as it is then.
 *
 * @param workflow the name of its file
 * @throws LetterError `github`
 */
export async function startRun(
  api: GitHubApi,
  workflow: string,
  { ref = "main", inputs = {} }: { ref?: string; inputs?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const { owner, repo } = api;
  await telling(`starting ${nameOf(workflow)}`, async () => {
    const octokit = await api.octokit();
    const route = "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
    await octokit.request(route, { owner, repo, workflow_id: workflow, ref, inputs });
  });
}

/**
 * Whether GitHub Pages were given a site under this commit, served or not. They know a site by the commit that its run
 * began with, and serve no second one under it: a later deployment ends in success and shows nothing, or fails for ever
 * (actions/deploy-pages#383).
 *
 * @throws LetterError `github`
 */
export async function wasDeployed(api: GitHubApi, commit: string): Promise<boolean> {
  const { owner, repo } = api;
  return telling("reading the deployments", async () => {
    const octokit = await api.octokit();
    const at = { owner, repo, sha: commit, environment: "github-pages", per_page: 1 };
    const { data } = await octokit.request("GET /repos/{owner}/{repo}/deployments", at);
    return data.length > 0;
  });
}

function nameOf(workflow: string): string {
  return workflow.replace(/\.yml$/, "");
}
