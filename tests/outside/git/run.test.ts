import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type NewCommit, writeCommit } from "../../../scripts/outside/git/commit.ts";
import { fetchRefs } from "../../../scripts/outside/git/fetch.ts";
import { listFiles, readBlobs, readText } from "../../../scripts/outside/git/object.ts";
import { listRemoteRefs } from "../../../scripts/outside/git/push.ts";
import { moveRefs, readRef } from "../../../scripts/outside/git/ref.ts";
import { runGit } from "../../../scripts/outside/git/run.ts";
import { makeRepository, type Repository } from "../../support/campaigns/repository.ts";

let repository: Repository;
beforeEach(() => {
  repository = makeRepository();
});
afterEach(() => {
  vi.unstubAllEnvs();
  repository.remove();
});

const first: NewCommit = {
  parents: [],
  files: new Map([
    ["a/b.md", "one\n"],
    ["c.md", "two\n"],
  ]),
  message: "first\n",
  committer: "accept",
  day: "2026-11-24",
};

describe("git", () => {
  it("is not touched by what the person has configured", async () => {
    const home = join(repository.path, "home");
    mkdirSync(home);
    writeFileSync(join(home, ".gitconfig"), "[user]\n\tname = Somebody\n[alias]\n\tversion = !touch ran\n");
    vi.stubEnv("HOME", home);
    vi.stubEnv("GIT_DIR", "/nonexistent");
    vi.stubEnv("GIT_AUTHOR_NAME", "Somebody");
    const { stdout } = await runGit(repository.path, ["config", "--get", "user.name"], { codes: [1] });
    expect(stdout.toString()).toBe("");
    await writeCommit(repository.path, first);
  });

  it("runs no hook", async () => {
    const ran = join(repository.path, "ran");
    const hook = join(repository.path, "hooks/reference-transaction");
    mkdirSync(join(repository.path, "hooks"), { recursive: true });
    writeFileSync(hook, `#!/bin/sh\ntouch ${ran}\n`);
    chmodSync(hook, 0o755);
    const commit = await writeCommit(repository.path, first);
    expect(await moveRefs(repository.path, [{ ref: "refs/heads/main", from: undefined, to: commit }])).toBe(true);
    expect(existsSync(ran)).toBe(false);
  });

  it("says in one line what went wrong, without control characters", async () => {
    await expect(runGit(repository.path, ["cat-file", "blob", "--end-of-options", "\u001b[2Jx"])).rejects.toThrow(
      /^git cat-file failed: [^\p{C}]+$/u,
    );
  });

  it("tells a machine that gives no answer from a command that is wrong, and never says where it is", async () => {
    // A port that nothing listens on; git may talk to it over HTTP only.
    const remote = { url: "http://127.0.0.1:1/owner/name.git", token: "secret" };
    const silent = await fetchRefs(repository.path, remote, "the tags", ["+refs/tags/*:refs/tags/*"]).catch(
      (cause: unknown) => cause,
    );
    expect(silent).toMatchObject({ code: "git", away: true });
    expect((silent as Error).message).toBe("the tags could not be fetched (no answer): try again later");
    await expect(listRemoteRefs(join(repository.path, "nowhere"), remote, ["refs/heads/*"])).rejects.toThrow(
      "the branches could not be listed (no answer)",
    );
    await expect(runGit(repository.path, ["cat-file", "blob", "x"])).rejects.toMatchObject({ away: false });
    await expect(runGit(repository.path, ["ls-remote", remote.url])).rejects.toThrow(/transport 'http' not allowed/);
  });

  it("stops taking in what is longer than it may be", async () => {
    const commit = await writeCommit(repository.path, { ...first, files: new Map([["big", "x".repeat(1 << 20)]]) });
    await expect(runGit(repository.path, ["cat-file", "blob", `${commit}:big`], { limit: 1000 })).rejects.toThrow(
      "printed more than 1000 bytes",
    );
  });
});

describe("a commit", () => {
  it("has the same SHA whenever and wherever it is made", async () => {
    const [one, two] = [await writeCommit(repository.path, first), await writeCommit(repository.path, first)];
    expect(one).toBe(two);
    expect(one).toBe("5bf90e35b625722d3376e07599c8011f207e77ff");
    expect(repository.git("for-each-ref")).toBe("");
  });

  it("keeps what its parent holds but for the files it writes and removes", async () => {
    const parent = await writeCommit(repository.path, first);
    const files = new Map([
      ["a/b.md", undefined],
      ["d/e/f.md", "سه\n"],
    ]);
    const commit = await writeCommit(repository.path, { ...first, parents: [parent], files });
    expect(repository.list(commit)).toEqual(["c.md", "d/e/f.md"]);
    expect(await readText(repository.path, commit, "d/e/f.md")).toBe("سه\n");
    expect(await readText(repository.path, commit, "a/b.md")).toBeUndefined();
  });

  it.each(["../x", "/x", "a//b", ".git/config", "a/../b", "a b", 'a"b', "a\nb", "-x/../y", ""])(
    "does not take the path %j",
    async (path) => {
      await expect(writeCommit(repository.path, { ...first, files: new Map([[path, ""]]) })).rejects.toThrow(
        "not a path",
      );
    },
  );
});

describe("a branch", () => {
  it("moves only from where it was seen", async () => {
    const ref = "refs/heads/main";
    const one = await writeCommit(repository.path, first);
    const two = await writeCommit(repository.path, { ...first, message: "second\n", parents: [one] });
    expect(await moveRefs(repository.path, [{ ref, from: undefined, to: one }])).toBe(true);
    expect(await moveRefs(repository.path, [{ ref, from: undefined, to: two }])).toBe(false);
    expect(await moveRefs(repository.path, [{ ref, from: two, to: two }])).toBe(false);
    expect(await readRef(repository.path, ref)).toBe(one);
    expect(await moveRefs(repository.path, [{ ref, from: one, to: two }])).toBe(true);
    const both = [
      { ref: "refs/heads/other", from: undefined, to: two },
      { ref, from: one, to: undefined },
    ];
    expect(await moveRefs(repository.path, both)).toBe(false);
    expect(await readRef(repository.path, "refs/heads/other")).toBeUndefined();
  });
});

describe("reading", () => {
  it("gives blobs in the order they were asked for, and nothing for what is none", async () => {
    const commit = await writeCommit(repository.path, first);
    const found = await readBlobs(repository.path, [`${commit}:c.md`, `${commit}:no such`, commit, `${commit}:a/b.md`]);
    expect(found.map((bytes) => bytes?.toString())).toEqual(["two\n", undefined, undefined, "one\n"]);
    expect(await listFiles(repository.path, commit, "nowhere")).toEqual([]);
  });
});
