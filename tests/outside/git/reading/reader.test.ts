import { execFile, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LetterError } from "../../../../scripts/letter/bytes/error.ts";
import { changesIn, readCommit, readHistory } from "../../../../scripts/outside/git/history.ts";
import { listFiles, readBlobs, readShortBlob, readText } from "../../../../scripts/outside/git/object.ts";
import { askReader, endReader } from "../../../../scripts/outside/git/reading/reader.ts";
import { replaceRepository } from "../../../../scripts/outside/git/replaced-repository.ts";
import { runGit } from "../../../../scripts/outside/git/run.ts";
import { makeRepository, type Repository } from "../../../support/campaigns/repository.ts";
import { root } from "../../../support/source.ts";

let repository: Repository;
let watched: string;
beforeEach(() => {
  repository = makeRepository();
  // A `git` that notes the process and the command of each of its calls.
  watched = mkdtempSync(join(tmpdir(), "undersigned-watched-git-"));
  const real = execFileSync("sh", ["-c", "command -v git"]).toString().trim();
  const script = `#!/bin/sh\necho "$$ $3" >>"${watched}/calls"\nexec "${real}" "$@"\n`;
  writeFileSync(join(watched, "git"), script);
  chmodSync(join(watched, "git"), 0o700);
  vi.stubEnv("PATH", `${watched}${delimiter}${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  repository.remove();
  rmSync(watched, { recursive: true, force: true });
});

type Call = { readonly pid: number; readonly command: string };

function calls(): Call[] {
  const file = join(watched, "calls");
  const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  return lines.map((line) => ({ pid: Number(line.split(" ")[0]), command: line.split(" ")[1]! }));
}

function isRunning({ pid }: Call): boolean {
  try {
    return /^State:\s+[^ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

const oidOf = (commit: string, path: string) => repository.git("rev-parse", `${commit}:${path}`);
const text = () => randomBytes(30).toString("hex");

describe("the reader of a repository", () => {
  it("is one git for all that is read of files, folders and commits", async () => {
    const [one, two] = [text(), text()];
    const first = repository.commit("main", "first\n", { "a/b.md": one, "c d.md": "x" });
    const second = repository.commit("main", "second\n", { "a/b.md": two, "e/f/g.md": "y", "c d.md": undefined });
    expect(await readText(repository.path, first, "a/b.md")).toBe(one);
    expect(await readText(repository.path, first, "c d.md")).toBe("x");
    expect(await readText(repository.path, second, "c d.md")).toBeUndefined();
    expect((await listFiles(repository.path, second)).map(({ path }) => path)).toEqual(["a/b.md", "e/f/g.md"]);
    expect((await listFiles(repository.path, second, "e")).map(({ path }) => path)).toEqual(["e/f/g.md"]);
    expect((await readHistory(repository.path, second)).map(({ id, message }) => [id, message])).toEqual([
      [second, "second\n"],
      [first, "first\n"],
    ]);
    const changes = await changesIn(repository.path, first, second);
    expect(changes.map(({ status, path }) => [status, path])).toEqual([
      ["M", "a/b.md"],
      ["D", "c d.md"],
      ["A", "e/f/g.md"],
    ]);
    const many = await Promise.all(
      [first, second].flatMap((one) => Array(20).fill(readText(repository.path, one, "a/b.md"))),
    );
    expect(new Set(many)).toEqual(new Set([one, two]));
    expect(calls().map(({ command }) => command)).toEqual(["cat-file"]);
  });

  it("finds what came after it was started, in files, in a pack and by a fetch", async () => {
    const first = repository.commit("main", "first", { a: "1" });
    expect(await readText(repository.path, first, "a")).toBe("1");
    const loose = repository.commit("main", "loose", { a: "2" });
    expect(await readText(repository.path, loose, "a")).toBe("2");
    // More than a hundred objects come as a pack.
    const files = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`b/${i}`, text()]));
    const packed = repository.commit("main", "packed", files);
    expect(await readText(repository.path, packed, "b/149")).toBe(files["b/149"]);
    const elsewhere = makeRepository();
    const fetched = elsewhere.commit("main", "elsewhere", { ...files, c: "3" });
    repository.git("fetch", "--quiet", elsewhere.path, "main:elsewhere");
    elsewhere.remove();
    expect(await readText(repository.path, fetched, "c")).toBe("3");
    repository.git("repack", "-a", "-d", "-q");
    expect(await readText(repository.path, packed, "b/0")).toBe(files["b/0"]);
  });

  it("reads nothing from a pack that is gone", async () => {
    const files = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`b/${i}`, text()]));
    const erased = repository.commit("other", "other", files);
    const kept = repository.commit("main", "main", { a: "1" });
    const id = oidOf(erased, "b/7");
    expect(await readBlobs(repository.path, [id])).toEqual([Buffer.from(files["b/7"]!)]);
    repository.git("update-ref", "-d", "refs/heads/other");
    repository.git("repack", "-a", "-d", "-q");
    repository.git("prune", "--expire=now");
    expect(await readBlobs(repository.path, [id])).toEqual([undefined]);
    await expect(readCommit(repository.path, erased)).rejects.toThrow(LetterError);
    expect(await readText(repository.path, kept, "a")).toBe("1");
  });

  it("reads nothing of a repository in whose place another has come, and keeps none of its files open", async () => {
    const erased = repository.commit(
      "main",
      "main",
      Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`${i}`, text()])),
    );
    const id = oidOf(erased, "7");
    expect(await readBlobs(repository.path, [id])).not.toEqual([undefined]);
    const [before] = calls();
    const files = new Map([["a", "1"]]);
    await replaceRepository(repository.path, { files, message: "new\n", committer: "organisers", day: "2026-11-22" });
    expect(isRunning(before!)).toBe(false);
    expect(await readBlobs(repository.path, [id])).toEqual([undefined]);
    expect(await readText(repository.path, repository.git("rev-parse", "main"), "a")).toBe("1");
    // Whoever else puts another folder there does not tell the reader.
    const packed = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`${i}`, text()]));
    const gone = oidOf(repository.commit("main", "packed", packed), "7");
    expect(await readBlobs(repository.path, [gone])).not.toEqual([undefined]);
    const other = makeRepository();
    const commit = other.commit("main", "other", { a: "2" });
    renameSync(repository.path, `${repository.path}.old`);
    renameSync(other.path, repository.path);
    expect(await readBlobs(repository.path, [gone])).toEqual([undefined]);
    rmSync(`${repository.path}.old`, { recursive: true });
    expect(await readText(repository.path, commit, "a")).toBe("2");
  });

  it("says of a repository that is gone what git says", async () => {
    const commit = repository.commit("main", "main", { a: "1" });
    expect(await readText(repository.path, commit, "a")).toBe("1");
    repository.remove();
    await expect(readText(repository.path, commit, "a")).rejects.toThrow(/^git cat-file failed: fatal: not a git repo/);
    await expect(readHistory(repository.path, commit)).rejects.toThrow(/^git log failed: fatal: not a git repository/);
  });

  it("says of a damaged object what git says", async () => {
    const commit = repository.commit("main", "main", { a: text() });
    const id = oidOf(commit, "a");
    const file = join(repository.path, "objects", id.slice(0, 2), id.slice(2));
    const damaged = Buffer.from(readFileSync(file));
    damaged[damaged.length - 3]! ^= 255;
    chmodSync(file, 0o600);
    writeFileSync(file, damaged);
    const said = (work: Promise<unknown>) => work.then(String, (cause: Error) => cause.message);
    const alone = await said(runGit(repository.path, ["cat-file", "--batch"], { input: `${id}\n` }));
    expect(await said(readBlobs(repository.path, [id]))).toBe(alone);
    expect(await readCommit(repository.path, commit)).toMatchObject({ id: commit });
  });

  it("goes on when its git was killed", async () => {
    const commit = repository.commit("main", "main", { a: "1" });
    for (let i = 0; i < 3; i++) {
      expect(await readText(repository.path, commit, "a")).toBe("1");
      for (const call of calls().filter(isRunning)) process.kill(call.pid, "SIGKILL");
    }
    expect(await readText(repository.path, commit, "a")).toBe("1");
  });

  it("asks another git once that comes first on the PATH", async () => {
    const commit = repository.commit("main", "main", { a: "1" });
    expect(await readText(repository.path, commit, "a")).toBe("1");
    vi.stubEnv("PATH", "/nonexistent");
    await expect(readText(repository.path, commit, "a")).rejects.toThrow("git is not installed");
  });

  it("takes in no file that is longer than it may be", async () => {
    const commit = repository.commit("main", "main", { short: "12345", long: "123456", huge: randomBytes(5_000_000) });
    const read = (path: string) => readShortBlob(repository.path, oidOf(commit, path), 5);
    expect(await read("short")).toEqual(Buffer.from("12345"));
    expect(await read("long")).toBeUndefined();
    expect(await Promise.all(["short", "huge", "short"].map(read))).toEqual([
      Buffer.from("12345"),
      undefined,
      Buffer.from("12345"),
    ]);
    await expect(
      readShortBlob(
        repository.path,
        commit.replace(/^./, (c) => (c === "0" ? "1" : "0")),
        5,
      ),
    ).rejects.toThrow(/^git cat-file failed/);
  });

  it("is asked for objects alone: a ref may have moved", async () => {
    const commit = repository.commit("main", "main", { a: "1" });
    for (const name of ["main", "HEAD", "refs/heads/main", commit.slice(0, 10), `${commit}:a\nHEAD`, `${commit}^`])
      expect(await askReader(repository.path, [name], 1000)).toBeUndefined();
    expect(calls()).toEqual([]);
  });

  it("ends when nothing is asked, or when there are too many, and then begins again", async () => {
    const others = Array.from({ length: 12 }, () => makeRepository());
    const commits = others.map((one, i) => one.commit("main", "main", { a: String(i) }));
    for (const [i, { path }] of others.entries()) expect(await readText(path, commits[i]!, "a")).toBe(String(i));
    // The first four are ended for the others' sake: they were asked last long ago.
    await expect.poll(() => calls().filter(isRunning).length).toBeLessThanOrEqual(8);
    await expect.poll(() => calls().filter(isRunning)).toEqual([]);
    expect(await readText(others[0]!.path, commits[0]!, "a")).toBe("0");
    const [running] = calls().filter(isRunning);
    await endReader(others[0]!.path);
    expect(isRunning(running!)).toBe(false);
    for (const one of others) one.remove();
  });

  it("keeps no process running that has done its work, and does not outlive one that is killed", async () => {
    const commit = repository.commit("main", "main", { a: "1" });
    const module = join(root, "scripts/outside/git/object.ts");
    const read = `console.log(await (await import(${JSON.stringify(module)})).readText(${JSON.stringify(repository.path)}, "${commit}", "a"));`;
    const run = (code: string) => promisify(execFile)(process.execPath, ["--input-type=module", "-e", code]);
    expect((await run(read)).stdout).toBe("1\n");
    await run(`${read} process.kill(process.pid, "SIGKILL");`).catch(() => {});
    expect(calls()).toHaveLength(2);
    await expect.poll(() => calls().filter(isRunning)).toEqual([]);
  });
});

describe("what the reader reads is what git reads", () => {
  const log = (commit: string) => {
    const format = "--format=%H%n%P%n%ce%n%cs%n%B";
    const [id, parents = "", committerEmail, day, ...message] = execFileSync("git", [
      ...["--git-dir", repository.path, "log", "-1", "-z", "--no-show-signature", format, commit, "--"],
    ])
      .toString()
      .replace(/\0$/, "")
      .split("\n");
    return { id, parents: parents.split(" ").filter(Boolean), committerEmail, day, message: message.join("\n") };
  };
  const write = (type: string, content: string | Uint8Array) =>
    execFileSync("git", ["--git-dir", repository.path, "hash-object", "-t", type, "-w", "--stdin", "--literally"], {
      input: content,
    })
      .toString()
      .trim();

  it.each([
    ["an ordinary one", "", "<a@example.org> 1795392000 +0000", "", "message\n"],
    ["a signed one", "", "<a@example.org> 1795392000 +0000", "gpgsig -----BEGIN\n x\n \n -----END\n", "message\n"],
    ["one whose message begins with empty lines", "", "<a@example.org> 1795392000 +0000", "", "\n\nmessage\n\n\n"],
    ["one without a message", "", "<a@example.org> 1795392000 +0000", "", ""],
    ["one in another time zone", "", "<a@example.org> 1795391999 +1400", "", "message\n"],
    ["one in another encoding", "", "<a@example.org> 1795392000 +0000", "encoding latin1\n", Buffer.from([0xe9, 10])],
    ["one whose message is not UTF-8", "", "<a@example.org> 1795392000 +0000", "", Buffer.from([0x61, 0xff, 10])],
    ["one with NUL in its message", "", "<a@example.org> 1795392000 +0000", "", "one\0two\n"],
    [
      "one with a forged committer in its author",
      "x <b@example.org> 1 +0000\ncommitter ",
      "<a@example.org> 1795392000 +0000",
      "",
      "m\n",
    ],
    ["one with two addresses", "", "<a@example.org> <b@example.org> 1795392000 +0000", "", "message\n"],
    ["one with blanks in its address", "", "< a@example.org > 1795392000 +0000", "", "message\n"],
    ["one before 1970", "", "<a@example.org> -1 +0000", "", "message\n"],
    ["one far in the future", "", "<a@example.org> 99999999999999 +0000", "", "message\n"],
    [
      "one with a further header",
      "",
      "<a@example.org> 1795392000 +0000",
      "parent 0123456789012345678901234567890123456789\n",
      "m\n",
    ],
  ])("of a commit: %s", async (_, author, committer, headers, message) => {
    const tree = write("tree", "");
    const head = `tree ${tree}\nauthor ${author}Somebody <x@example.org> 1 +0000\ncommitter Somebody ${committer}\n${headers}\n`;
    const commit = write("commit", Buffer.concat([Buffer.from(head), Buffer.from(message as string)]));
    expect(await readCommit(repository.path, commit)).toEqual(log(commit));
    expect(await readHistory(repository.path, commit)).toEqual([log(commit)]);
  });

  it("of a history of any length, from wherever it begins", async () => {
    const first = repository.commit("main", "0", { a: "0" });
    const stream = Array.from(
      { length: 200 },
      (_, i) =>
        `commit refs/heads/main\ncommitter T <t@example.org> ${1795392000 + i} +0000\ndata 2\n${i % 10}\n${i === 0 ? `from ${first}\n` : ""}M 100644 inline a\ndata 1\n${i % 7}\n`,
    );
    execFileSync("git", ["--git-dir", repository.path, "fast-import", "--quiet"], { input: stream.join("") });
    const ids = repository.log("main").map(({ id }) => id);
    expect(ids).toHaveLength(201);
    for (const from of [0, 130, 136, 137, 138, 200])
      expect((await readHistory(repository.path, ids[from]!)).map(({ id }) => id)).toEqual(ids.slice(from));
    expect((await readHistory(repository.path, ids[0]!))[100]).toEqual(log(ids[100]!));
  });

  it("of a clone that lacks older commits", async () => {
    repository.commit("main", "1", { a: "1" });
    const head = repository.commit("main", "2", { a: "2" });
    const clone = join(watched, "clone.git");
    execFileSync("git", ["clone", "--quiet", "--bare", "--depth=1", `file://${repository.path}`, clone]);
    expect(await readCommit(clone, head)).toMatchObject({ id: head, parents: [] });
    expect(await readHistory(clone, head)).toHaveLength(1);
  });

  const entry = (mode: string, name: string, id: string) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]);
  const list = (commit: string) =>
    repository.git("ls-tree", "-r", "-z", "--full-tree", commit).split("\0").filter(Boolean);
  const commitOf = (tree: string) =>
    write("commit", `tree ${tree}\nauthor A <a@example.org> 1 +0000\ncommitter A <a@example.org> 1 +0000\n\nm\n`);

  it("of any tree, also one that git would not have written", async () => {
    const blob = write("blob", "x");
    const inner = write("tree", Buffer.concat([entry("100644", "b", blob), entry("120000", "link", blob)]));
    const trees = [
      [
        entry("100644", "a", blob),
        entry("40000", "d", inner),
        entry("100755", "run", blob),
        entry("160000", "s", blob),
      ],
      [entry("100644", "a", blob), entry("100644", "a", write("blob", "y"))],
      [entry("100644", "d", blob), entry("40000", "d", inner)],
      [entry("40000", "z", inner), entry("100644", "a", blob)],
      [entry("100664", "a", blob)],
      [entry("040000", "d", inner)],
      [entry("100644", "a.b", blob), entry("40000", "a", inner), entry("100644", "a0", blob)],
      [entry("100644", "..", blob)],
      [entry("40000", ".git", inner)],
      [],
    ].map((entries) => commitOf(write("tree", Buffer.concat(entries))));
    for (const commit of trees) {
      const found = await listFiles(repository.path, commit);
      expect(
        found.map(({ mode, id, path }) => `${mode} ${mode === "160000" ? "commit" : "blob"} ${id}\t${path}`),
      ).toEqual(list(commit));
      for (const other of trees) {
        const said = repository
          .git("diff-tree", "-r", "-z", "--raw", "--no-renames", "--full-index", commit, other)
          .split("\0");
        const changes = (await changesIn(repository.path, commit, other)).flatMap(
          ({ oldMode, mode, id, status, path }) => [`${oldMode} ${mode} ${id} ${status}`, path],
        );
        expect(changes).toEqual(said.filter(Boolean).map((part) => part.replace(/^:(\d+ \d+) \w{40} /, "$1 ")));
      }
    }
  });

  it("of a tree in which a few objects name more files than there is memory", async () => {
    let tree = write("tree", "");
    for (let i = 0; i < 12; i++)
      tree = write(
        "tree",
        Buffer.concat(["a", "b", "c", "d", "e", "f", "g", "h"].map((name) => entry("40000", name, tree))),
      );
    const empty = commitOf(write("tree", ""));
    const full = commitOf(write("tree", entry("100644", "a", write("blob", "x"))));
    expect(await changesIn(repository.path, empty, full)).toHaveLength(1);
    await expect(askReader(repository.path, [`${commitOf(tree)}:`], 1000)).resolves.toHaveLength(1);
  });
});
