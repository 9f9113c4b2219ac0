import { spawn } from "node:child_process";
import { LetterError } from "../../letter/bytes/error.ts";

/** What a git command left behind; `said` is the first line of its errors, without control characters. */
export type GitResult = { readonly code: number; readonly stdout: Buffer; readonly said: string };

export type GitOptions = {
  readonly input?: Uint8Array | string;
  /** exit codes that are answers, not failures; 0 alone unless told */
  readonly codes?: readonly number[];
  /** most bytes of output that are taken in; 512 MB unless told */
  readonly limit?: number;
};

// What is confirmed must survive a power cut: git syncs objects and refs before it says that it is done. No hook, no
// housekeeping in the background, no waiting for a person, and a lock held by a second process is waited for.
const CONFIG = {
  "core.fsync": "all",
  "core.hooksPath": "/dev/null",
  "core.quotePath": "true",
  "core.filesRefLockTimeout": "10000",
  "core.packedRefsTimeout": "10000",
  "gc.auto": "0",
  "maintenance.auto": "false",
  "protocol.allow": "never",
  "safe.directory": "*",
};

/**
 * Runs git on a repository: program and arguments, never a shell.
 *
 * Settings of the person or the machine reach nothing: the environment is made here, and an empty one but for `PATH`.
 *
 * @param repository the repository's folder (bare, or `.git`)
 * @throws LetterError `git` when git is missing or fails with another code than expected, `git-output` when it prints too much
 */
export function runGit(repository: string, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  const { codes = [0], limit = 512 * 2 ** 20 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn("git", ["--git-dir", repository, ...args], { env: environment(), stdio: "pipe" });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    let size = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) child.kill("SIGKILL");
      else stdout.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      if (stderr.length < 16) stderr.push(chunk);
    });
    child.on("error", (cause) => {
      const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
      reject(failure(missing ? "git is not installed: install it and try again" : "git could not be started", cause));
    });
    child.on("close", (code) => {
      const said = oneLine(Buffer.concat(stderr).toString("utf8"));
      if (size > limit) reject(new LetterError("git-output", `git ${args[0]} printed more than ${limit} bytes`));
      else if (code === null || !codes.includes(code)) reject(failure(`git ${args[0]} failed: ${said}`));
      else resolve({ code, stdout: Buffer.concat(stdout), said });
    });
    // A command that fails early closes its input: its exit code says more than the broken pipe.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
  });
}

/** An environment in which git knows these settings and none of the machine's or its user's, and asks nobody anything. */
export function environmentOf(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const config = Object.entries(settings);
  return {
    PATH: process.env.PATH,
    HOME: "/nonexistent",
    LC_ALL: "C",
    TZ: "UTC",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_COUNT: String(config.length),
    ...Object.fromEntries(config.map(([name], i) => [`GIT_CONFIG_KEY_${i}`, name])),
    ...Object.fromEntries(config.map(([, value], i) => [`GIT_CONFIG_VALUE_${i}`, value])),
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "true",
  };
}

function environment(): NodeJS.ProcessEnv {
  return {
    ...environmentOf(CONFIG),
    GIT_ALLOW_PROTOCOL: "",
    GIT_NO_LAZY_FETCH: "1",
    // A replace ref would show other objects than the ones that were reviewed.
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_PAGER: "cat",
  };
}

/** git's first line, without control characters: it may quote a branch that somebody else named. */
function oneLine(stderr: string): string {
  const [line = ""] = stderr.trim().split("\n");
  return line.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?").slice(0, 200) || "no reason given";
}

function failure(message: string, cause?: unknown): LetterError {
  return new LetterError("git", message, { cause });
}
