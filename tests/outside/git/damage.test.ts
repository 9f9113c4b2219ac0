import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeCommit } from "../../../scripts/outside/git/commit.ts";
import { wayOn } from "../../../scripts/outside/git/damage.ts";
import { readHistory } from "../../../scripts/outside/git/history.ts";
import { listFiles } from "../../../scripts/outside/git/object.ts";
import { MAIN, moveRefs, readRef } from "../../../scripts/outside/git/ref.ts";
import { readHead } from "../../../scripts/outside/git/repository.ts";
import { makeRepository } from "../../support/campaigns/repository.ts";

let folder: string;
let repository: string;
let head: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-damage-"));
  repository = join(folder, "campaign.git");
  renameSync(makeRepository().path, repository);
  const files = new Map([["a.md", "one\n"]]);
  head = await writeCommit(repository, {
    parents: [],
    files,
    message: "first\n",
    committer: "accept",
    day: "2026-11-24",
  });
  await moveRefs(repository, [{ ref: MAIN, from: undefined, to: head }]);
});
afterEach(() => rmSync(folder, { recursive: true }));

const said = async (work: Promise<unknown>) => ((await work.catch((cause: unknown) => cause)) as Error).message;

describe("a repository that a broken disk or a power cut has spoilt", () => {
  const WAY_ON = /: campaign\.git is damaged\. Stop the service, [^\n]+ fsck --full [^\n]+\(npm run restore; [^\n]+\)$/;

  it("is not taken for one without a main when the file of the ref is empty", async () => {
    writeFileSync(join(repository, MAIN), "");
    expect(await said(readHead(repository))).toMatch(/^refs\/heads\/main cannot be read: /);
    expect(await said(readHead(repository))).toMatch(WAY_ON);
    expect(await said(moveRefs(repository, [{ ref: MAIN, from: head, to: undefined }]))).toMatch(WAY_ON);
    expect(await readRef(repository, "refs/heads/other")).toBeUndefined();
  });

  it.each([
    ["garbage", "garbage"],
    ["nothing", ""],
  ])("is named, with the way on, where an object holds %s", async (_what, bytes) => {
    const file = join(repository, "objects", head.slice(0, 2), head.slice(2));
    chmodSync(file, 0o600);
    writeFileSync(file, bytes);
    expect(await said(readHistory(repository, head))).toMatch(WAY_ON);
    expect(await said(listFiles(repository, head))).toMatch(WAY_ON);
  });

  it("is named where an object is gone", async () => {
    rmSync(join(repository, "objects", head.slice(0, 2), head.slice(2)));
    expect(await said(readHistory(repository, head))).toMatch(WAY_ON);
  });
});

it("a full disk is named as one, a mirror is fetched again, and any other error says only what git says", () => {
  expect(wayOn(repository, "fatal: sha1 file write error. No space left on device")).toContain("the disk is full");
  expect(wayOn("/data/mirror.git", "error: bad object 0000")).toContain("remove it, it is fetched again");
  expect(wayOn(repository, "fatal: couldn't find remote ref refs/heads/x")).toBe("");
});
