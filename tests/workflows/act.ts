import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/source.ts";

/** Programs that stand in for those of GitHub's runners. */
const PROGRAMS = join(root, "tests/workflows/programs");

/** A run of a workflow by nektos/act, on this machine and without containers. */
export type ActRun = {
  /** the program; `.ci/run` installs it and names it in `ACT_PROGRAM` */
  readonly act: string;
  /** a checkout of main: act takes the workflows and the context from it */
  readonly folder: string;
  readonly event: "pull_request" | "push" | "schedule" | "workflow_dispatch";
  readonly workflow: string;
  readonly payload?: object;
  readonly env: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  /** reach act through its environment, not its arguments */
  readonly secrets?: Readonly<Record<string, string>>;
};

/** Runs a workflow; gives its exit code and all that it printed. */
export async function runAct(run: ActRun): Promise<{ code: number; output: string }> {
  const { act, folder, event, workflow, payload = {}, env, vars = {}, secrets = {} } = run;
  dropQueue(join(folder, ".github/workflows", `${workflow}.yml`));
  const payloadFile = join(folder, "..", `${workflow}.event.json`);
  writeFileSync(payloadFile, JSON.stringify(payload));
  const pairs = (flag: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
  const args = [
    event,
    "--workflows",
    join(folder, ".github/workflows", `${workflow}.yml`),
    "--eventpath",
    payloadFile,
    "--platform",
    "ubuntu-latest=-self-hosted",
    "--no-skip-checkout",
    "--no-cache-server",
    "--pull=false",
    "--action-cache-path",
    join(folder, "..", "act"),
    ...localActions(folder).flatMap((pair) => ["--local-repository", pair]),
    ...pairs("--env", env),
    ...pairs("--var", vars),
    ...Object.keys(secrets).flatMap((name) => ["--secret", name]),
  ];
  const child = spawn(act, args, {
    cwd: folder,
    // The whole environment: npm reaches its registry as it does on this machine.
    env: { ...process.env, PATH: `${PROGRAMS}:${process.env.PATH}`, ...secrets },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
    });
  }
  const code = await new Promise<number>((done) => child.on("close", (ended) => done(ended ?? 1)));
  return { code, output };
}

/** act 0.2.89 refuses a key that it does not know, and makes no queues: the line goes from the copy that it reads. */
function dropQueue(file: string): void {
  writeFileSync(file, readFileSync(file, "utf8").replace("\n  queue: max\n", "\n"));
}

/** Each action that the workflows take from GitHub, at its pin, and the folder here that stands in for it. */
function localActions(folder: string): string[] {
  const workflows = join(folder, ".github/workflows");
  const used = readdirSync(workflows).flatMap((name) =>
    [...readFileSync(join(workflows, name), "utf8").matchAll(/uses: (actions\/([\w-]+)@[0-9a-f]{40})/g)].map(
      ([, pinned, action]) => `${pinned}=${join(root, "tests/workflows/actions", action!)}`,
    ),
  );
  return [...new Set(used)];
}
