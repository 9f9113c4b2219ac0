import { execFileSync, spawnSync } from "node:child_process";
import { findLoose, reachableFrom, readLooseObject, readRefFile, readRefFiles, writeRefFile } from "../../git-files.ts";

/** A bare repository as GitHub's Git database sees it: objects by SHA, no index, no working tree. */
export type Objects = {
  readonly path: string;
  /** runs git, and gives what it printed as text without the last line feed */
  git(args: readonly string[], options?: GitOptions): string;
  /** `git` for what is said of commits by their SHAs: it never changes, so git is asked once */
  gitOnce(args: readonly string[]): string;
  /** whether git says yes (exit code 0) */
  asks(args: readonly string[], options?: GitOptions): boolean;
  readBlob(sha: string): Buffer;
  writeObject(type: "blob" | "commit" | "tree", content: string | Uint8Array): string;
  /** puts a ref that only the stand-in itself moves, as that of a pull request */
  setRef(ref: string, sha: string): void;
  /** undefined for a name that leads nowhere */
  resolve(name: string, type?: "commit" | "tree" | "blob"): string | undefined;
  readTree(sha: string, recursive: boolean): TreeEntry[];
  /** a tree like `base` with entries put in place or (SHA null) taken out */
  writeTree(base: string | undefined, entries: readonly NewEntry[]): string;
  readCommit(sha: string): ObjectCommit;
  isAncestor(older: string, newer: string): boolean;
  /** a commit and all before it */
  reachable(commit: string): ReadonlySet<string>;
  /** where two commits parted; the empty tree when they have nothing in common */
  forkPoint(one: string, other: string): string;
  refs(prefix: string): [ref: string, sha: string][];
};
export type GitOptions = { readonly input?: string | Uint8Array; readonly env?: Readonly<Record<string, string>> };
export type TreeEntry = { path: string; mode: string; type: string; sha: string; size?: number };
export type NewEntry = { path: string; mode: string; sha: string | null };
export type Person = { name: string; email: string; date: string };
export type ObjectCommit = {
  sha: string;
  tree: string;
  parents: string[];
  author: Person;
  committer: Person;
  message: string;
};

const environment = {
  PATH: process.env.PATH ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
};

/** The most bytes of an object that are kept. */
const MOST_KEPT = 2 ** 16;

const isSha = (name: string) => /^[0-9a-f]{40}$/.test(name);

/** Opens a bare repository. */
export function openObjects(path: string): Objects {
  const run = (args: readonly string[], { input, env }: GitOptions = {}): Buffer =>
    execFileSync("git", ["--git-dir", path, ...args], {
      env: { ...environment, ...env },
      maxBuffer: 1 << 28,
      stdio: ["pipe", "pipe", "pipe"],
      ...(input === undefined ? {} : { input }),
    });
  const git: Objects["git"] = (args, options) => run(args, options).toString("utf8").replace(/\n$/, "");
  const said = new Map<string, string>();
  const gitOnce: Objects["gitOnce"] = (args) => {
    const text = said.get(args.join(" ")) ?? git(args);
    said.set(args.join(" "), text);
    return text;
  };
  // What an object holds never changes.
  const held = new Map<string, Buffer>();
  const contentOf = (type: "blob" | "commit", sha: string): Buffer => {
    const known = held.get(`${type} ${sha}`);
    if (known !== undefined) return known;
    const loose = readLooseObject(path, sha);
    const content = loose?.type === type ? loose.content : run(["cat-file", type, sha]);
    if (isSha(sha) && content.length < MOST_KEPT) held.set(`${type} ${sha}`, content);
    return content;
  };
  const ancestors = new Map<string, boolean>();
  /** Commits that were asked for by their SHA and are there. */
  const commits = new Set<string>();
  const asks: Objects["asks"] = (args, { env } = {}) =>
    spawnSync("git", ["--git-dir", path, ...args], { env: { ...environment, ...env }, stdio: "ignore" }).status === 0;
  const writeObject: Objects["writeObject"] = (type, content) =>
    git(["hash-object", "-w", "-t", type, "--stdin"], { input: content });

  return {
    path,
    git,
    gitOnce,
    asks,
    writeObject,
    readBlob: (sha) => contentOf("blob", sha),
    setRef: (ref, sha) => writeRefFile(path, ref, sha),
    resolve(name, type) {
      if (/^refs\/heads\/[\w/-]+$/.test(name) && type !== "tree" && type !== "blob") return readRefFile(path, name);
      if (isSha(name) && type === "commit" && commits.has(name)) return name;
      if (isSha(name) && type !== undefined && readLooseObject(path, name)?.type === type) {
        if (type === "commit") commits.add(name);
        return name;
      }
      const [, commit, file] = /^([0-9a-f]{40}):(.+)$/.exec(name) ?? [];
      const there = commit === undefined || file === undefined ? undefined : findLoose(path, commit, file);
      if (there !== undefined) return there;
      // In `COMMIT:PATH` all that follows would be path.
      const suffix = type === undefined || name.includes(":") ? "" : `^{${type}}`;
      const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", name + suffix];
      const found = spawnSync("git", ["--git-dir", path, ...args], { env: environment });
      const sha = found.status === 0 ? found.stdout.toString().trim() : undefined;
      if (sha !== undefined && type === "commit") commits.add(sha);
      return sha;
    },
    readTree: (sha, recursive) =>
      (isSha(sha) ? gitOnce : git)(["ls-tree", "-z", "-l", "--full-tree", ...(recursive ? ["-r", "-t"] : []), sha])
        .split("\0")
        .filter(Boolean)
        .map((line) => {
          const [head = "", name = ""] = [line.slice(0, line.indexOf("\t")), line.slice(line.indexOf("\t") + 1)];
          const [mode = "", type = "", id = "", size = "-"] = head.split(/ +/);
          return { path: name, mode, type, sha: id, ...(size === "-" ? {} : { size: Number(size) }) };
        }),
    writeTree(base, entries) {
      const index = `${path}/index-${process.pid}`;
      const env = { GIT_INDEX_FILE: index };
      git(base === undefined ? ["read-tree", "--empty"] : ["read-tree", base], { env });
      const lines = entries.map(
        (one) => `${one.sha === null ? `0 ${"0".repeat(40)}` : `${one.mode} ${one.sha}`}\t${one.path}\0`,
      );
      git(["update-index", "-z", "--index-info"], { env, input: lines.join("") });
      return git(["write-tree"], { env });
    },
    readCommit: (sha) => parseCommit(sha, contentOf("commit", sha).toString("utf8")),
    isAncestor(older, newer) {
      const pair = `${older} ${newer}`;
      const known = ancestors.get(pair);
      if (known !== undefined) return known;
      const is =
        (isSha(newer) ? reachableFrom(path, newer)?.has(older) : undefined) ??
        asks(["merge-base", "--is-ancestor", older, newer]);
      // Of a commit that is not there yet, git says no as well.
      if (isSha(older) && isSha(newer) && (is || (commits.has(older) && commits.has(newer)))) ancestors.set(pair, is);
      return is;
    },
    reachable: (commit) => reachableFrom(path, commit) ?? new Set(git(["rev-list", commit]).split("\n")),
    forkPoint(one, other) {
      if (isSha(one) && isSha(other) && reachableFrom(path, other)?.has(one)) return one;
      // Commits with nothing in common are compared with the empty tree, which every repository knows.
      try {
        return gitOnce(["merge-base", one, other]);
      } catch {
        return writeObject("tree", "");
      }
    },
    refs: (prefix) => {
      const folder = prefix.replace(/\/?$/, "/");
      return readRefFiles(path).filter(([ref]) => ref === prefix || ref.startsWith(folder));
    },
  };
}

/** The bytes of a commit object, message as given: nothing is added or cut. */
export function formatCommit(commit: Omit<ObjectCommit, "sha">, signature?: string): string {
  return [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${formatPerson(commit.author)}`,
    `committer ${formatPerson(commit.committer)}`,
    ...(signature === undefined ? [] : [`gpgsig ${signature}`]),
    "",
    commit.message,
  ].join("\n");
}

function formatPerson({ name, email, date }: Person): string {
  const [, sign = "+", hours = "00", minutes = "00"] = /([+-])(\d\d):(\d\d)$/.exec(date) ?? [];
  return `${name} <${email}> ${Math.floor(Date.parse(date) / 1000)} ${sign}${hours}${minutes}`;
}

function parseCommit(sha: string, text: string): ObjectCommit {
  const end = text.indexOf("\n\n");
  const lines = text.slice(0, end).split("\n");
  const values = (name: string) =>
    lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const person = (name: string): Person => {
    const [, who = "", email = "", seconds = "0"] = /^(.*) <(.*)> (\d+)/.exec(values(name)[0] ?? "") ?? [];
    return { name: who, email, date: new Date(Number(seconds) * 1000).toISOString().replace(".000Z", "Z") };
  };
  return {
    sha,
    tree: values("tree")[0] ?? "",
    parents: values("parent"),
    author: person("author"),
    committer: person("committer"),
    message: text.slice(end + 2),
  };
}
