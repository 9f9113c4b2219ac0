import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { root } from "../support/source.ts";

type Step = { uses?: string; run?: string; env?: Record<string, string>; with?: Record<string, unknown> };
type Job = { steps?: Step[]; uses?: string; if?: string; permissions?: object; "timeout-minutes"?: number };
type Workflow = {
  name: string;
  on: Record<string, unknown>;
  permissions: object;
  concurrency: object;
  jobs: Record<string, Job>;
};

const folder = join(root, ".github/workflows");
const workflows = readdirSync(folder).map((file) => {
  const text = readFileSync(join(folder, file), "utf8");
  return { file, name: file.replace(/\.yml$/, ""), text, workflow: parse(text) as Workflow };
});
const stepsOf = (workflow: Workflow) => Object.values(workflow.jobs).flatMap((job) => job.steps ?? []);

describe.each(workflows)("the workflow $name", ({ name, text, workflow }) => {
  it("begins without any permission and gives each with its reason", () => {
    expect(workflow.permissions).toEqual({});
    for (const job of Object.values(workflow.jobs)) expect(job.permissions).toBeDefined();
    const granted = text.split("\n").filter((line) => /^\s+[\w-]+: (read|write)\b/.test(line));
    expect(granted.filter((line) => !/ # \S/.test(line))).toEqual([]);
  });

  it("has a time limit, a concurrency group and the name of its script", () => {
    expect(workflow.name).toBe(name);
    expect(workflow.concurrency).toHaveProperty("group");
    for (const job of Object.values(workflow.jobs))
      if (!job.uses) expect(job["timeout-minutes"]).toBeLessThanOrEqual(90);
    const script = name === "ci" ? ".ci/run" : `scripts/actions/${name}.ts`;
    expect(existsSync(join(root, script))).toBe(true);
    expect(stepsOf(workflow).some(({ run }) => run?.includes(script))).toBe(true);
  });

  it("takes actions at a full SHA with their version, and leaves no credential in the checkout", () => {
    for (const { uses = "./", with: inputs } of stepsOf(workflow)) {
      if (!uses.startsWith("./")) expect(uses).toMatch(/^actions\/[\w-]+@[0-9a-f]{40}$/);
      if (uses.startsWith("actions/checkout@")) expect(inputs).toMatchObject({ "persist-credentials": false });
    }
    expect(text.match(/uses: actions\/.*/g)?.filter((line) => !/ # v\d+\.\d+\.\d+$/.test(line)) ?? []).toEqual([]);
  });

  it("hands values of events to a command through its environment alone", () => {
    for (const { run = "" } of stepsOf(workflow)) expect(run).not.toContain("${{");
  });

  it("keeps no artifact longer than a day, for it holds names", () => {
    for (const { uses = "", with: inputs } of stepsOf(workflow)) {
      if (/\/upload-(pages-)?artifact@/.test(uses)) expect(inputs).toMatchObject({ "retention-days": 1 });
    }
  });

  it("is started by no event that runs with rights on what an outsider made", () => {
    const triggers = Object.keys(workflow.on);
    for (const risky of ["pull_request_target", "workflow_run", "issue_comment", "pull_request_review"])
      expect(triggers).not.toContain(risky);
  });

  it("has secrets only where nobody but main can bring code", () => {
    if (/\$\{\{ secrets\./.test(text))
      expect(Object.keys(workflow.on).sort()).toEqual(["schedule", "workflow_dispatch"]);
  });
});

it("publishes on GitHub Pages, which keep every visitor's address, only where somebody chose them", () => {
  const { workflow } = workflows.find(({ name }) => name === "publish")!;
  expect(workflow.jobs.deploy!.if).toMatch(/^vars\.PUBLISH_TO == 'pages' && /);
});

it("publishes by a run of its own, since Pages know a site by the commit that its run began with", () => {
  const called = workflows.flatMap(({ workflow }) => Object.values(workflow.jobs).flatMap(({ uses = [] }) => uses));
  expect(called).toEqual([]);
  const { workflow } = workflows.find(({ name }) => name === "publish")!;
  expect(Object.keys(workflow.on).sort()).toEqual(["push", "workflow_dispatch"]);
  const accept = workflows.find(({ name }) => name === "accept")!.workflow.jobs.accept!;
  expect(accept.permissions).toEqual({
    ...{ contents: "read", "pull-requests": "write", actions: "write", deployments: "read" },
  });
  const last = workflow.jobs.deploy!.steps!.at(-1)!;
  expect(last.env?.CHECKPOINT).toContain("needs.build.outputs.checkpoint");
});

describe("the check that main requires", () => {
  const { workflow } = workflows.find(({ name }) => name === "code")!;

  it("is left pending on a sheet by a path filter, for a skipped job would count as a success", () => {
    expect(workflow.on.pull_request).toEqual({ branches: ["main"], "paths-ignore": ["signatures/pending/**"] });
    expect(Object.keys(workflow.on)).toEqual(["pull_request"]);
    expect(workflow.jobs.code!.if).toBeUndefined();
  });

  it("has a name that no other job has", () => {
    const names = workflows.flatMap(({ workflow: { jobs } }) => Object.keys(jobs));
    expect(names.filter((name) => name === "code")).toHaveLength(1);
  });
});
