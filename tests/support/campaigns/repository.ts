import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findLoose, readLooseCommit, readLooseObject, readLooseTree, readRefFile, readRefFiles } from "../git-files.ts";

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
  /** Writes or (with `undefined`) deletes files in a new commit on a branch, and gives its id. A new branch begins at `from`. */
  commit: (
    branch: string,
    message: string,
    files: Record<string, string | Uint8Array | undefined>,
    from?: string,
  ) => string;
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
  const git = (...args: string[]) => {
    const [command, name = "", ...more] = args;
    const known = command === "rev-parse" && more.length === 0 ? resolve(path, name) : undefined;
    return known ?? run(args).toString("utf8").replace(/\n$/, "");
  };

  return {
    path,
    git,
    read(ref, file) {
      const commit = resolve(path, ref);
      const blob = commit === undefined ? undefined : findLoose(path, commit, file);
      const known = blob === undefined ? undefined : readLooseObject(path, blob);
      return known?.type === "blob" ? known.content : run(["cat-file", "blob", `${ref}:${file}`]);
    },
    list: (ref) =>
      listLoose(path, resolve(path, ref)) ?? git("ls-tree", "-r", "-z", "--name-only", ref).split("\0").filter(Boolean),
    branches: () => readRefFiles(path).flatMap(([ref]) => (ref.startsWith(HEADS) ? [ref.slice(HEADS.length)] : [])),
    log: (ref) =>
      git("log", "--first-parent", "-z", "--format=%H%n%P%n%an <%ae>%n%aI%n%B", ref)
        .split("\0")
        .filter(Boolean)
        .map(parseCommit),
    commit(branch, message, files, from) {
      const parent = readRefFile(path, `${HEADS}${branch}`) ?? from;
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

const HEADS = "refs/heads/";

/** The commit that a branch or a SHA names; undefined for everything else. */
function resolve(repository: string, name: string): string | undefined {
  if (/^[0-9a-f]{40}$/.test(name)) return readLooseCommit(repository, name) && name;
  return /^[\w/-]+$/.test(name) ? readRefFile(repository, `${HEADS}${name.replace(/^refs\/heads\//, "")}`) : undefined;
}

/** The paths of all files of a commit; undefined when one of its trees is in a pack. */
function listLoose(repository: string, commit: string | undefined): string[] | undefined {
  const below = (tree: string, start: string): string[] | undefined => {
    const lists = readLooseTree(repository, tree)?.map(({ mode, name, sha }) =>
      mode === "40000" ? below(sha, `${start}${name}/`) : [start + name],
    );
    return lists?.every((list) => list !== undefined) ? lists.flat() : undefined;
  };
  const tree = commit === undefined ? undefined : readLooseCommit(repository, commit)?.tree;
  return tree === undefined ? undefined : below(tree, "");
}

function dataOf(content: string | Uint8Array): (string | Uint8Array)[] {
  return [`data ${Buffer.from(content).length}\n`, content, "\n"];
}

function parseCommit(text: string): Commit {
  const [id = "", parents = "", author = "", date = "", ...message] = text.split("\n");
  return { id, parents: parents.split(" ").filter(Boolean), author, date, message: message.join("\n").trimEnd() };
}
