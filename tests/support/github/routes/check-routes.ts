import { by, type Call, find, type Routes } from "../call.ts";
import { commitOf } from "../git/commit.ts";
import { queueRun } from "../pages.ts";
import { Refusal } from "../refusal.ts";
import { type CheckRun, timeOf } from "../state.ts";
import { checkView, repositoryView, userView } from "../view.ts";

const REPO = "/repos/{owner}/{repo}";

/** Check runs, statuses, and workflows started by hand. docs.github.com/rest/checks/runs, /rest/commits/statuses, /rest/actions/workflows */
export const checkRoutes: Routes = {
  [`POST ${REPO}/check-runs`]: {
    // Only Apps make check runs; people are refused.
    app: "checks:write",
    handler: (call) => {
      const { state, actor, body } = call;
      if (state.objects.resolve(body.head_sha, "commit") !== body.head_sha)
        throw new Refusal(422, `No commit found for SHA: ${body.head_sha}`);
      const run: CheckRun = {
        id: state.nextId(),
        app: actor.kind === "installation" ? actor.app : undefined,
        name: body.name,
        sha: body.head_sha,
        status: "queued",
        conclusion: null,
        startedAt: body.started_at ?? timeOf(state),
        completedAt: null,
        output: { title: null, summary: null, text: null },
      };
      state.checks.push(run);
      return { status: 201, body: checkView(state, report(call, run)) };
    },
  },
  [`PATCH ${REPO}/check-runs/{check_run_id}`]: {
    app: "checks:write",
    handler: (call) => {
      const { state, actor, path } = call;
      const run = find(state.checks, (one) => one.id === Number(path.check_run_id));
      if (actor.kind !== "installation" || run.app?.id !== actor.app.id)
        throw new Refusal(403, "Resource not accessible by integration");
      return { status: 200, body: checkView(state, report(call, run)) };
    },
  },
  [`GET ${REPO}/commits/{ref}/check-runs`]: {
    app: "checks:read",
    role: "read",
    handler: ({ state, path, query }) => {
      const sha = commitOf(state, path.ref!);
      const runs = state.checks.filter(
        (one) => one.sha === sha && (query.check_name === undefined || one.name === query.check_name),
      );
      return { page: runs.map((run) => checkView(state, run)), under: "check_runs" };
    },
  },
  [`POST ${REPO}/statuses/{sha}`]: {
    app: "statuses:write",
    role: "write",
    handler: (call) => {
      const { state, path, body } = call;
      const sha = commitOf(state, path.sha!);
      const status = {
        id: state.nextId(),
        sha,
        context: body.context ?? "default",
        state: body.state,
        description: body.description ?? null,
        author: by(call),
        at: timeOf(state),
      };
      state.statuses.push(status);
      return {
        status: 201,
        body: { ...status, creator: userView(status.author), created_at: status.at, updated_at: status.at },
      };
    },
  },
  [`GET ${REPO}/commits/{ref}/status`]: {
    app: "statuses:read",
    role: "read",
    handler: ({ state, path }) => {
      const sha = commitOf(state, path.ref!);
      const last = new Map(state.statuses.filter((one) => one.sha === sha).map((one) => [one.context, one]));
      const states = [...last.values()].map((one) => one.state);
      const bad = states.some((one) => one === "failure" || one === "error");
      const whole = bad ? "failure" : states.length === 0 || states.includes("pending") ? "pending" : "success";
      const statuses = [...last.values()].map((one) => ({ ...one, created_at: one.at, updated_at: one.at }));
      return {
        status: 200,
        body: { sha, state: whole, total_count: last.size, statuses, repository: repositoryView(state) },
      };
    },
  },
  [`POST ${REPO}/actions/workflows/{workflow_id}/dispatches`]: {
    app: "actions:write",
    role: "write",
    handler: (call) => {
      const { state, path, body } = call;
      const commit = commitOf(state, body.ref);
      const text = state.objects.resolve(`${commit}:.github/workflows/${path.workflow_id}`, "blob");
      if (text === undefined) throw new Refusal(404, "Not Found");
      if (!/workflow_dispatch/.test(state.objects.readBlob(text).toString("utf8"))) {
        throw new Refusal(422, "Workflow does not have 'workflow_dispatch' trigger");
      }
      const dispatch = { workflow: path.workflow_id!, ref: body.ref, inputs: body.inputs ?? {}, by: by(call) };
      state.dispatches.push(dispatch);
      queueRun(state, dispatch.workflow, commit, dispatch.inputs);
      state.events.push({ name: "workflow_dispatch", action: "", by: by(call), dispatch });
      return { status: 204 };
    },
  },
};

function report({ state, body }: Call, run: CheckRun): CheckRun {
  run.status = body.conclusion === undefined ? (body.status ?? run.status) : "completed";
  run.conclusion = body.conclusion ?? run.conclusion;
  if (run.status === "completed" && run.conclusion === null)
    throw new Refusal(422, 'Invalid request.\n\nMissing required key "conclusion".');
  if (run.status === "completed") run.completedAt = body.completed_at ?? timeOf(state);
  if ((body.output?.summary ?? "").length > 65_535)
    throw new Refusal(422, "Only 65535 characters are allowed in summary.");
  if (body.output)
    run.output = { title: body.output.title ?? null, summary: body.output.summary, text: body.output.text ?? null };
  return run;
}
