import { LetterError } from "../../letter/bytes/error.ts";
import { endAfter, hung, startProgram } from "../programs/program.ts";
import { wayOn } from "./damage.ts";

/** The result of a git command; `said` is the first line of stderr, without control characters. */
export type GitResult = { readonly code: number; readonly stdout: Buffer; readonly said: string };

export type GitOptions = {
  readonly input?: Uint8Array | string;
  /** exit codes that are answers, not failures; only 0 by default */
  readonly codes?: readonly number[];
  /** the most bytes of output that are read; 512 MB by default */
  readonly limit?: number;
  /** a command that talks to another machine; without it git may talk to none */
  readonly remote?: RemoteCall;
  /** milliseconds after which git is ended, when it is not the usual time */
  readonly patience?: number;
};

/** A repository on another machine, over HTTP. */
export type Remote = { readonly url: string; readonly token: string };

/** The token with which a command talks to another machine, and the start of its error: `main could not be fetched`. */
export type RemoteCall = { readonly token: string; readonly failure: string };

// What is confirmed must survive a power cut, so git syncs objects and refs before it exits. No hooks, no maintenance by
// itself (see `packRepository`) and no prompts; git waits for a lock that another process holds.
const CONFIG = {
  "core.fsync": "all",
  "core.hooksPath": "/dev/null",
  "core.quotePath": "true",
  "core.filesRefLockTimeout": "10000",
  "core.packedRefsTimeout": "10000",
  "gc.auto": "0",
  "maintenance.auto": "false",
  // Pages are answered beside it, and a machine may be small.
  "pack.threads": "1",
  "pack.windowMemory": "64m",
  "protocol.allow": "never",
  "safe.directory": "*",
};

/** Further settings for a command that talks to another machine: only HTTP, no redirect, and no malformed object. */
const REMOTE_CONFIG = {
  "credential.helper": "",
  "fetch.fsckObjects": "true",
  "http.followRedirects": "false",
  "protocol.http.allow": "always",
  "protocol.https.allow": "always",
};

/** The most bytes of stderr that are kept: a remote server decides how much it writes there. */
const MOST_ERRORS = 2 ** 16;

/**
 * Milliseconds after which a command is ended: one that talks to another machine, and one that works on this disk. A
 * million signatures are read in a minute, so what takes ten of them does not move: the disk or network drive is gone, or
 * the process was stopped. Without an end nothing would be accepted any more, without a word.
 */
const PATIENCE = { remote: 120_000, here: 600_000 };

/**
 * Runs git on a repository: program and arguments, never a shell.
 *
 * No setting of the user or the machine has any effect: the environment is built here, and only `PATH` is inherited.
 *
 * @param repository the repository's folder (bare, or `.git`)
 * @throws LetterError `git` when git is missing, fails with another code than expected or gets no answer, `git-output`
 *   when it prints too much, `hung` when it does not end, `push-refused` when another machine will not move a ref; `away`
 *   when another machine gave no answer or is in trouble
 */
export function runGit(repository: string, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  const { codes = [0], limit = 512 * 2 ** 20, remote } = options;
  const { patience = remote ? PATIENCE.remote : PATIENCE.here } = options;
  return new Promise((resolve, reject) => {
    const child = startProgram("git", ["--git-dir", repository, ...args], environmentFor(remote));
    endAfter(child, patience, () => {
      reject(
        remote
          ? new LetterError("git", `${remote.failure} (no answer): try again later`, { away: true })
          : new LetterError("hung", hung(`git ${args[0]}`, patience)),
      );
    });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    let [size, errorSize] = [0, 0];
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) child.kill("SIGKILL");
      else stdout.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      if (errorSize < MOST_ERRORS) stderr.push(chunk);
      errorSize += chunk.length;
    });
    child.on("error", (cause) => {
      const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
      const message = missing ? "git is not installed: install it and try again" : "git could not be started";
      reject(new LetterError("git", message, { cause }));
    });
    child.on("close", (code) => {
      const errors = Buffer.concat(stderr).toString("utf8");
      const said = oneLine(errors);
      if (size > limit) reject(new LetterError("git-output", `git ${args[0]} printed more than ${limit} bytes`));
      else if (code !== null && codes.includes(code)) resolve({ code, stdout: Buffer.concat(stdout), said });
      else if (remote) reject(remoteError(remote.failure, errors, Buffer.concat(stdout)));
      else reject(new LetterError("git", `git ${args[0]} failed: ${said}${wayOn(repository, errors)}`));
    });
    // A command that fails early closes its input: its exit code says more than the broken pipe.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
  });
}

/**
 * Builds an environment in which git knows only our settings and never prompts.
 *
 * @param more settings of only this command
 */
export function environmentFor(
  remote: RemoteCall | undefined,
  more: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  const forRemote = remote && { ...REMOTE_CONFIG, ...authorization(remote.token) };
  const config = Object.entries({ ...CONFIG, ...more, ...forRemote });
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
    GIT_ALLOW_PROTOCOL: remote ? "http:https" : "",
    GIT_NO_LAZY_FETCH: "1",
    // A replace ref would show other objects than the ones that were reviewed.
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_PAGER: "cat",
  };
}

/** In the environment, not among the arguments: those can be read by everyone on the machine. */
function authorization(token: string): Record<string, string> {
  const credentials = Buffer.from(`x-access-token:${token}`).toString("base64");
  return { "http.extraHeader": `Authorization: Basic ${credentials}` };
}

/**
 * Makes the error of a command that talked to another machine from what git printed. Nothing else in the project reads
 * the text of git's errors. A broken rule is quoted in GitHub's words; the message holds no address and no token.
 *
 * A push counts as refused only in words that are known to mean it: in trouble, GitHub answers for a branch, too, that
 * there was an "Internal Server Error", and may have moved it.
 *
 * @param report what `git push --porcelain` says of each ref
 */
function remoteError(failure: string, errors: string, report: Buffer): LetterError {
  const status = /The requested URL returned error: (\d+)/.exec(errors)?.[1];
  const rule = /\b(GH\d{3}): ([\w .,'-]{1,100})/.exec(errors)?.[0];
  const words = rejectionIn(report.toString("utf8", 0, MOST_ERRORS));
  const cause = new Error(errors.slice(0, 4000));
  if (rule !== undefined || /\b(refusing|declined|deny|denied)\b/.test(words)) {
    const reason = /\bworkflow\b/.test(words) ? "no permission to change workflow files" : "refused";
    return new LetterError("push-refused", `${failure} (${rule ?? reason})`, { cause });
  }
  const away = status === undefined || Number(status) >= 500 || status === "429";
  const hint = away ? ": try again later" : "";
  return new LetterError("git", `${failure} (${status ?? "no answer"})${hint}`, { cause, away });
}

/** Returns why another machine would not move a ref, from `!\tREF\t[remote rejected] (WHY)`; "" when it did not say. */
function rejectionIn(report: string): string {
  const start = "[remote rejected] (";
  for (const line of report.split("\n")) {
    const [sign, , said = ""] = line.split("\t");
    if (sign === "!" && said.startsWith(start)) return said.slice(start.length, -1);
  }
  return "";
}

/** Returns git's first line without control characters: it may quote a branch name that an attacker chose. */
function oneLine(stderr: string): string {
  const [line = ""] = stderr.trim().split("\n");
  return line.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?").slice(0, 200) || "no reason given";
}
