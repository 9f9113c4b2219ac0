import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { buildSite } from "../../../scripts/outside/eleventy.ts";
import { runGit } from "../../../scripts/outside/git/run.ts";
import { causeOf } from "../../../scripts/outside/log.ts";
import { root } from "../../support/source.ts";

let folder: string;
let pids: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-hangs-"));
  pids = join(folder, "pids");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** A program that hangs with another one that it has started, and notes both. */
function writeHanging(name: string): string {
  const program = join(folder, name);
  writeFileSync(program, `#!/bin/sh\nsleep 1000 &\necho $! $$ >"${pids}.draft"\nmv "${pids}.draft" "${pids}"\nwait\n`);
  chmodSync(program, 0o700);
  return program;
}

/** Those of the hanging programs that still run. The dead whom nobody has fetched yet do not. */
function stillRunning(): string[] {
  return readFileSync(pids, "utf8")
    .trim()
    .split(" ")
    .filter((pid) => /^State:\s+[^ZX]/m.test(existsSync(`/proc/${pid}`) ? readStatus(pid) : ""));
}

function readStatus(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

it("ends a git that hangs, with all it has started, and says in the log what hung and what to look at", async () => {
  writeHanging("git");
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env.PATH}`);
  // On a busy machine it may be ended before it has begun to hang.
  for (let patience = 100; !existsSync(pids); patience *= 2) {
    const hung = await runGit(folder, ["update-ref", "--stdin"], { patience }).catch((cause: unknown) => cause);
    expect(causeOf(hung)).toEqual({
      error: "LetterError",
      code: "hung",
      reason: expect.stringMatching(
        /^git update-ref did not end within [\d.]+ seconds and was ended: look whether the disk/,
      ),
    });
  }
  await expect.poll(stillRunning).toEqual([]);
});

it("ends a build that takes too long, and says that it was the build", async () => {
  const build = { signatures: join(root, "signatures"), output: join(folder, "site"), patience: 20 };
  const hung = await buildSite(build).catch((cause: unknown) => cause);
  expect(hung).toMatchObject({ code: "hung", message: expect.stringMatching(/^the build of the site did not end/) });
});

it("does not outlive the process that has started it, however that ends", async () => {
  const program = writeHanging("hangs");
  const here = join(root, "scripts/outside/programs/program.ts");
  const starter = `
    import { existsSync } from "node:fs";
    import { startProgram } from ${JSON.stringify(here)};
    startProgram(${JSON.stringify(program)}, [], process.env);
    setInterval(() => existsSync(${JSON.stringify(pids)}) && process.exit(3), 10);`;
  expect(spawnSync(process.execPath, ["--input-type=module", "-e", starter], { stdio: "ignore" }).status).toBe(3);
  await expect.poll(stillRunning).toEqual([]);
});
