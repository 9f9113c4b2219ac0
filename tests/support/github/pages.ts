import type { State } from "./state.ts";
import { timeOf } from "./state.ts";

/** A run of a workflow that was started by hand or by another workflow. */
export type WorkflowRun = {
  readonly id: number;
  readonly workflow: string;
  readonly sha: string;
  readonly inputs: Record<string, unknown>;
  readonly at: string;
  status: "queued" | "in_progress" | "completed";
  conclusion: "success" | "failure" | "cancelled" | "skipped" | null;
};
/** A site that Pages were given: one by each job that names the environment, whatever became of it. */
export type Deployment = {
  readonly id: number;
  readonly sha: string;
  readonly environment: string;
  readonly at: string;
};

/** How a run of publish ends: before it gives Pages a site, or with what they make of the one that they were given. */
export type End = "failed to build" | "failed to deploy" | "cancelled while deploying" | "deployed";

/** A run in the queue of its workflow: of those that wait, a newer one drops the others. */
export function queueRun(state: State, workflow: string, sha: string, inputs: Record<string, unknown>): void {
  for (const run of state.runs)
    if (run.workflow === workflow && run.status === "queued" && workflow === "publish.yml")
      Object.assign(run, { status: "completed", conclusion: "cancelled" });
  const id = state.nextId();
  state.runs.push({ id, workflow, sha, inputs, at: timeOf(state), status: "queued", conclusion: null });
}

/**
 * Lets the run of publish that waits happen; false when none does.
 *
 * @returns whether visitors see its site from then on. Pages serve no second site under one commit
 * (actions/deploy-pages#383: “reported success, never served”), and none after one that failed or was cancelled.
 */
export function runPublish(state: State, end: End): boolean {
  const run = state.runs.find(({ workflow, status }) => workflow === "publish.yml" && status === "queued");
  if (run === undefined) return false;
  run.status = "completed";
  run.conclusion = end === "deployed" ? "success" : end === "cancelled while deploying" ? "cancelled" : "failure";
  if (end === "failed to build") return false;
  const before = state.deployments.some(({ sha }) => sha === run.sha);
  deploy(state, run.sha);
  return end === "deployed" && !before;
}

/** Gives Pages a site under a commit. */
export function deploy(state: State, sha: string): void {
  state.deployments.push({ id: state.nextId(), sha, environment: "github-pages", at: timeOf(state) });
}
