import { type GitHubApi, telling } from "./api.ts";

/** A run of the workflow publish. Fields as in GitHub's API. */
export type PublishRun = {
  /** `completed`, or another word while it waits or works */
  readonly status: string;
  /** `success`, `failure`, `cancelled`, …; undefined until it is completed */
  readonly conclusion: string | undefined;
  readonly begun: Date;
};

const WORKFLOW = "publish.yml";

/** Reads the runs of publish that began at a commit, the newest first. @throws LetterError `github` */
export async function readPublishRuns(api: GitHubApi, commit: string): Promise<PublishRun[]> {
  const { owner, repo } = api;
  return telling("reading the runs of publish", async () => {
    const octokit = await api.octokit();
    const route = "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs";
    const at = { owner, repo, workflow_id: WORKFLOW, head_sha: commit, per_page: 100 };
    const { data } = await octokit.request(route, at);
    return data.workflow_runs.map(({ status, conclusion, created_at }) => ({
      status: status ?? "completed",
      conclusion: conclusion ?? undefined,
      begun: new Date(created_at),
    }));
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

/** Starts a run of publish, which begins at main as it is then. @throws LetterError `github` */
export async function startPublish(api: GitHubApi, { first }: { first: boolean }): Promise<void> {
  const { owner, repo } = api;
  await telling("starting publish", async () => {
    const octokit = await api.octokit();
    const route = "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
    await octokit.request(route, { owner, repo, workflow_id: WORKFLOW, ref: "main", inputs: { first: String(first) } });
  });
}
