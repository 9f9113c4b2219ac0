import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, inject, it } from "vitest";
import { parseSheet, sheetPath } from "../../../scripts/letter/signature/sheet.ts";
import { minutes } from "../../support/fixtures.ts";
import { mustAsk } from "../../support/github/ask.ts";
import { stateShown } from "../harness.ts";
import { idOfCode, type Leaver, signAs } from "../leavers.ts";
import { type OnRealHost, openOnGitHub, openOnThisMachine } from "../real-host.ts";

// Whatever becomes of a sheet: what was on it is decided on it or on another one, and an operator is told meanwhile.
const seed = `stuck ${inject("seed")}`;

let on: OnRealHost;
afterEach(() => on.close());

const open = async () => {
  const [only, ...more] = on.open();
  expect(more).toEqual([]);
  return only!;
};
const rowsOn = (sheet: string) => {
  const text = on.repository.read(`pending/${sheet}`, sheetPath(sheet)).toString();
  return parseSheet(text).rows.map(({ id }) => id);
};
/** Longer than a git host may answer with an old list of its branches. */
const later = () => on.harness.clock.advance(minutes(11));

/** Signs and files. */
async function file(): Promise<{ signed: Leaver; sheet: string }> {
  const signed = await signAs(on.harness, seed, "a");
  await on.round();
  return { signed, sheet: await open() };
}

/** Goes on until the rows of a sheet are on another one, and is accepted there; once. */
async function endsWell(signed: Leaver, old: string): Promise<void> {
  await on.round();
  later();
  await on.round();
  const sheet = await open();
  expect(sheet).not.toBe(old);
  expect(rowsOn(sheet)).toEqual([idOfCode(signed.code)]);
  await on.accept();
  later();
  await on.round();
  expect(await stateShown(on.harness, signed.code)).toBe("accepted");
  expect(await on.listed()).toBe(1);
  expect(on.open()).toEqual([]);
  expect(on.harness.sheets()).toEqual({ stuck: [], unknown: 0 });
}

describe.each([
  ["on this machine", openOnThisMachine],
  ["on GitHub", openOnGitHub],
] as const)("a sheet %s", (_, start) => {
  it("whose branch was deleted is filed again under another id, and only once it is surely gone", async () => {
    on = await start(seed);
    const { signed, sheet } = await file();
    const { pendingBranches } = on.host;
    // An old list of branches, and at the same time a restart, which forgets what was seen.
    Object.assign(on.host, { pendingBranches: async () => new Map() });
    await on.restart();
    await on.round();
    Object.assign(on.host, { pendingBranches });
    later();
    await on.round();
    expect(await open()).toBe(sheet);

    await on.deleteBranch(sheet);
    await on.restart();
    expect(on.harness.sheets().stuck).toEqual([{ sheet, reason: expect.stringContaining("its branch is gone") }]);
    expect(on.harness.logged()).toContain("a sheet is stuck");
    await endsWell(signed, sheet);
  });

  it("that was to be filed on a main whose history was erased gets another base", async () => {
    on = await start(seed);
    const { file: fileNow } = on.host;
    Object.assign(on.host, { file: () => Promise.reject(new Error("the git host is away")) });
    const signed = await signAs(on.harness, seed, "a");
    await on.round();
    expect(on.open()).toEqual([]);
    const { git } = on.repository;
    git("update-ref", "refs/heads/main", git("commit-tree", "main^{tree}", "-m", "the history was erased"));
    Object.assign(on.host, { file: fileNow });
    const [old] = await on.harness.store.query.selectFrom("sheet").select("sheet").execute();
    await on.restart();
    await endsWell(signed, old!.sheet);
  });

  it("of withdrawals whose branch was deleted is filed again too", async () => {
    on = await start(seed);
    const { signed } = await file();
    await on.accept();
    later();
    await on.round();
    await on.harness.post("/en/withdraw/", { code: signed.code });
    await on.round();
    const sheet = await open();
    await on.deleteBranch(sheet);
    later();
    await on.round();
    later();
    await on.round();
    expect(await open()).not.toBe(sheet);
    await on.accept();
    expect(await on.listed()).toBe(0);
  });
});

describe("a sheet on this machine", () => {
  it("whose blob was lost is filed again", async () => {
    on = await openOnThisMachine(seed);
    const { signed, sheet } = await file();
    const id = on.repository.git("rev-parse", `pending/${sheet}:${sheetPath(sheet)}`);
    rmSync(join(on.repository.path, "objects", id.slice(0, 2), id.slice(2)));
    later();
    await on.restart();
    await on.round();
    expect(on.harness.sheets().stuck).toEqual([
      { sheet, reason: expect.stringContaining("does not hold what was filed") },
    ]);
    // The branch stays, for a person to look at.
    later();
    await on.round();
    await on.deleteBranch(sheet);
    await endsWell(signed, sheet);
  });

  it("whose reviews cannot be read is named until a person takes it away", async () => {
    on = await openOnThisMachine(seed);
    const { signed, sheet } = await file();
    on.repository.commit("x", "review\n", { "act.json": "{" });
    on.repository.git("update-ref", `refs/reviews/${sheet}`, "x");
    on.repository.git("update-ref", "-d", "refs/heads/x");
    await on.restart();
    expect(on.harness.sheets().stuck).toEqual([{ sheet, reason: expect.stringContaining("moderate -- refile") }]);
    await on.deleteBranch(sheet);
    await endsWell(signed, sheet);
    expect(existsSync(on.repository.path)).toBe(true);
  });
});

describe("a sheet on GitHub", () => {
  it("whose pull request was closed is named, until it is reopened or its branch deleted", async () => {
    const gitHub = await openOnGitHub(seed);
    on = gitHub;
    const { signed, sheet } = await file();
    const { campaign } = gitHub;
    const close = (state: "open" | "closed") =>
      mustAsk(campaign.github, campaign.organiser.token, "PATCH", "pulls/1", { state });
    await close("closed");
    on.harness.clock.advance(minutes(61));
    await on.look();
    expect(on.harness.sheets().stuck).toEqual([{ sheet, reason: expect.stringContaining("reopen the pull request") }]);
    await close("open");
    later();
    await on.look();
    expect(on.harness.sheets().stuck).toEqual([]);
    await close("closed");
    await on.deleteBranch(sheet);
    await on.look();
    later();
    await on.look();
    later();
    await endsWell(signed, sheet);
  });

  it("that was made before a change of the workflows, and is refused for it, gets another base", async () => {
    on = await openOnGitHub(seed);
    const { file: fileNow } = on.host;
    Object.assign(on.host, { file: () => Promise.reject(new Error("the git host is away")) });
    const signed = await signAs(on.harness, seed, "a");
    await on.round();
    const [old] = await on.harness.store.query.selectFrom("sheet").select("sheet").execute();
    Object.assign(on.host, { file: fileNow });
    on.repository.commit("main", "a workflow is fixed", { ".github/workflows/accept.yml": "name: accept\n" });
    await on.round();
    await endsWell(signed, old!.sheet);
  });
});
