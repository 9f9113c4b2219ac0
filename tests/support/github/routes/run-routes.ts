import type { Routes } from "../call.ts";
import type { State } from "../state.ts";
import { apiOf, repositoryView } from "../view.ts";

const REPO = "/repos/{owner}/{repo}";

/** Runs of workflows, and deployments. docs.github.com/rest/actions/workflow-runs, /rest/deployments/deployments */
export const runRoutes: Routes = {
  [`GET ${REPO}/actions/workflows/{workflow_id}/runs`]: {
    app: "actions:read",
    role: "read",
    handler: ({ state, path, query }) => {
      const { head_sha } = query;
      const runs = state.runs
        .filter(({ workflow, sha }) => workflow === path.workflow_id && (head_sha === undefined || sha === head_sha))
        .toReversed();
      return { page: runs.map((run) => runView(state, run)), under: "workflow_runs" };
    },
  },
  [`GET ${REPO}/deployments`]: {
    app: "deployments:read",
    role: "read",
    handler: ({ state, query }) => {
      const { sha, environment } = query;
      const found = state.deployments
        .filter((one) => (sha ?? one.sha) === one.sha && (environment ?? one.environment) === one.environment)
        .toReversed();
      return { page: found.map(({ at, ...one }) => ({ ...one, ref: "main", created_at: at, updated_at: at })) };
    },
  },
};

function runView(state: State, { id, workflow, sha, at, status, conclusion }: State["runs"][number]): object {
  return {
    id,
    path: `.github/workflows/${workflow}@main`,
    head_branch: "main",
    head_sha: sha,
    event: "workflow_dispatch",
    ...{ status, conclusion, created_at: at, updated_at: at },
    url: `${apiOf(state)}/actions/runs/${id}`,
    repository: repositoryView(state),
    head_repository: repositoryView(state),
    pull_requests: [],
  };
}
