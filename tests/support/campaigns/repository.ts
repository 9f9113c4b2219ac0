import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Repository = {
  /** The bare repository's folder. */
  path: string;
  /** Runs git in it and gives what it printed, without the last newline. */
  git: (...args: string[]) => string;
  /** The bytes of one file at a ref or commit. */
  read: (ref: string, file: string) => Buffer;
  /** The paths of all files at a ref or commit. */
  list: (ref: string) => string[];
  /** Names of the branches. */
  branches: () => string[];
  /** Commits of a ref, newest first, along first parents. */
  log: (ref: string) => Commit[];
  /** Writes or (with `undefined`) deletes files in a new commit on a branch, and gives its id. */
  commit: (branch: string, message: string, files: Record<string, string | Uint8Array | undefined>) => string;
  remove: () => void;
};

export type Commit = { id: string; parents: string[]; message: string; author: string; date: string };

// No setting of the person who runs the tests may change a commit.
const environment = {
  PATH: process.env.PATH,
  HOME: "/nonexistent",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Test",
  GIT_AUTHOR_EMAIL: "test@example.org",
  GIT_AUTHOR_DATE: "2026-11-22T00:00:00Z",
  GIT_COMMITTER_NAME: "Test",
  GIT_COMMITTER_EMAIL: "test@example.org",
  GIT_COMMITTER_DATE: "2026-11-22T00:00:00Z",
};

const COMMITTED_AT = Date.parse(environment.GIT_COMMITTER_DATE) / 1000;

/** Makes an empty bare repository in a folder of its own. */
export function makeRepository(): Repository {
  const path = mkdtempSync(join(tmpdir(), "undersigned-repository-"));
  execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", path], { env: environment });
  return openRepository(path);
}

/** Looks into a bare repository that something else made, such as `campaign.git`. */
export function openRepository(path: string): Repository {
  const run = (args: string[], options: { input?: string | Uint8Array; env?: Record<string, string> } = {}): Buffer =>
    execFileSync("git", ["--git-dir", path, ...args], {
      env: { ...environment, ...options.env },
      maxBuffer: 1 << 28,
      ...(options.input === undefined ? {} : { input: options.input }),
      stdio: ["pipe", "pipe", "pipe"],
    });
  const git = (...args: string[]) => run(args).toString("utf8").replace(/\n$/, "");
  const lines = (...args: string[]) =>
    git(...args)
      .split("\n")
      .filter(Boolean);

  return {
    path,
    git,
    read: (ref, file) => run(["cat-file", "blob", `${ref}:${file}`]),
    list: (ref) => git("ls-tree", "-r", "-z", "--name-only", ref).split("\0").filter(Boolean),
    branches: () => lines("for-each-ref", "--format=%(refname:short)", "refs/heads"),
    log: (ref) =>
      git("log", "--first-parent", "-z", "--format=%H%n%P%n%an <%ae>%n%aI%n%B", ref)
        .split("\0")
        .filter(Boolean)
        .map(parseCommit),
    commit(branch, message, files) {
      const [parent] = lines("for-each-ref", "--format=%(objectname)", `refs/heads/${branch}`);
      // One process writes all: a tool for each object, the index, the tree and the ref would be ten.
      const input = [
        `commit refs/heads/${branch}\nmark :1\n`,
        `committer ${environment.GIT_COMMITTER_NAME} <${environment.GIT_COMMITTER_EMAIL}> ${COMMITTED_AT} +0000\n`,
        ...dataOf(message),
        ...(parent === undefined ? [] : [`from ${parent}\n`]),
        ...Object.entries(files).flatMap(([file, content]) =>
          content === undefined ? [`D ${file}\n`] : [`M 100644 inline ${file}\n`, ...dataOf(content)],
        ),
        "get-mark :1\ndone\n",
      ];
      return run(["fast-import", "--quiet", "--done"], { input: Buffer.concat(input.map((part) => Buffer.from(part))) })
        .toString()
        .trim();
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

function dataOf(content: string | Uint8Array): (string | Uint8Array)[] {
  return [`data ${Buffer.from(content).length}\n`, content, "\n"];
}

function parseCommit(text: string): Commit {
  const [id = "", parents = "", author = "", date = "", ...message] = text.split("\n");
  return { id, parents: parents.split(" ").filter(Boolean), author, date, message: message.join("\n").trimEnd() };
}
