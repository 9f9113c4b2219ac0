import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { acceptAll } from "../../../scripts/accept/acceptance.ts";
import { formatSheet } from "../../../scripts/letter/signature/sheet.ts";
import type { LocalGitHost } from "../../../scripts/outside/git/local-host.ts";
import { attestedMessage, invent, sheetOf } from "../../letter/invented.ts";
import { makeCampaign, outcomeOf, type TestCampaign } from "../../support/campaigns/local-campaign.ts";
import { openRepository } from "../../support/campaigns/repository.ts";

let campaign: TestCampaign;
beforeEach(async () => {
  campaign = await makeCampaign();
});
afterEach(() => campaign.remove());

const sheet = sheetOf(1, [invent(1).row, invent(2).row]);
const branch = `refs/heads/pending/${sheet.sheet}`;

describe("a sheet that waits", () => {
  const [path, text, message] = [`signatures/pending/${sheet.sheet}.md`, formatSheet(sheet), attestedMessage(sheet)];
  const waiting = async () => [...(await campaign.host.pendingSheets()).keys()];

  it("is on a branch that accept can read: the same bytes and words on any other are nothing", async () => {
    const filed = await campaign.file(sheet);
    expect(await waiting()).toEqual([sheet.sheet]);
    const { git, commit } = campaign.repository;
    const main = git("rev-parse", "main");
    /** A commit of its own with these files, as somebody makes it who can push and has not the form service's key. */
    const made = (base: string | undefined, files: Record<string, string>) => {
      if (base !== undefined) git("update-ref", "refs/heads/made", base);
      const id = commit("made", message, files);
      git("update-ref", "-d", "refs/heads/made");
      return id;
    };
    for (const broken of [
      made(main, { [path]: text, "signatures/pending/other.md": "x" }),
      made(main, { [path]: text, "content/en/letter.md": "x" }),
      made(made(main, { "content/en/letter.md": "x" }), { [path]: text }),
      made(undefined, { [path]: text }),
    ]) {
      git("update-ref", branch, broken);
      expect(outcomeOf(await campaign.accept(), sheet.sheet)).toMatchObject({ state: "invalid" });
      expect(await waiting()).toEqual([]);
    }
    git("update-ref", branch, filed);
    expect(await waiting()).toEqual([sheet.sheet]);
  });
});

describe("filing", () => {
  it("puts one commit on top of main, with the sheet alone, a neutral author and no time of day", async () => {
    const head = await campaign.host.head();
    const commit = await campaign.file(sheet);
    const [filed] = campaign.repository.log(commit);
    expect(filed).toEqual({
      id: commit,
      parents: [head],
      author: "Undersigned form service <form-service@undersigned.invalid>",
      date: "2026-11-24T00:00:00+00:00",
      message: attestedMessage(sheet).trimEnd(),
    });
    expect(campaign.repository.git("diff", "--name-status", head, commit)).toBe(
      `A\tsignatures/pending/${sheet.sheet}.md`,
    );
  });

  it("again is a success and changes nothing", async () => {
    const filing = await campaign.filing(sheet);
    await campaign.host.file(filing);
    const refs = campaign.repository.git("show-ref");
    await campaign.host.file(filing);
    expect(campaign.repository.git("show-ref")).toBe(refs);
  });

  it("of another content under the same id is refused", async () => {
    const filing = await campaign.filing(sheet);
    await campaign.host.file(filing);
    await expect(campaign.host.file({ ...filing, text: filing.text.replace("count: 2", "count: 3") })).rejects.toThrow(
      "another content was filed under the id of this sheet",
    );
    await campaign.review(sheet.sheet, {});
    await campaign.accept();
    await expect(campaign.host.file({ ...filing, text: "---\n" })).rejects.toThrow("another content");
  });

  it("by two processes at once makes one branch", async () => {
    const filing = await campaign.filing(sheet);
    const hosts = await Promise.all(Array.from({ length: 4 }, () => campaign.reopen()));
    await Promise.all(hosts.map((host) => host.file(filing)));
    expect(await campaign.host.openSheets()).toHaveLength(1);
  });
});

describe("a crash", () => {
  // What a power cut may leave of the two refs that a filing makes.
  it.each([
    ["branch", branch],
    ["proposal", `refs/proposals/${sheet.sheet}`],
  ])("before the %s is there: filing again makes it", async (_what, ref) => {
    const filing = await campaign.filing(sheet);
    await campaign.host.file(filing);
    const refs = campaign.repository.git("show-ref");
    campaign.repository.git("update-ref", "-d", ref);
    await campaign.host.file(filing);
    expect(campaign.repository.git("show-ref")).toBe(refs);
  });

  it("before main moves: the next acceptance makes the same commit, and the sheet counts once", async () => {
    await campaign.file(sheet);
    await campaign.review(sheet.sheet, {});
    const tried: string[] = [];
    const dying = dyingHost({
      moveMain: (_from, to) => {
        tried.push(to);
        throw new Error("power cut");
      },
    });
    await expect(acceptAll({ ...campaign.acceptor, host: dying })).rejects.toThrow("power cut");
    expect((await campaign.host.readMain()).record.rows).toEqual([]);
    await campaign.accept();
    expect(await campaign.host.head()).toBe(tried[0]);
    expect((await campaign.host.readMain()).record.rows).toHaveLength(2);
  });

  it("before the branch goes: the next acceptance takes it away and adds nothing", async () => {
    const filing = await campaign.filing(sheet);
    await campaign.host.file(filing);
    await campaign.review(sheet.sheet, {});
    const dying = dyingHost({ closeSheet: () => Promise.reject(new Error("power cut")) });
    await expect(acceptAll({ ...campaign.acceptor, host: dying })).rejects.toThrow("power cut");
    const head = await campaign.host.head();
    await campaign.host.file(filing);
    expect(await campaign.host.openSheets()).toHaveLength(1);
    expect((await campaign.accept()).outcomes).toEqual([]);
    expect(await campaign.host.openSheets()).toEqual([]);
    expect(await campaign.host.head()).toBe(head);
  });

  it("after the merge, before the service knew that it had filed: filing again does not bring the sheet back", async () => {
    const filing = await campaign.filing(sheet);
    await campaign.host.file(filing);
    await campaign.review(sheet.sheet, {});
    await campaign.accept();
    await campaign.host.file(filing);
    expect(await campaign.host.openSheets()).toEqual([]);
  });

  it.each([
    ["two minutes ago", -120_000],
    ["tomorrow, by a clock that was wrong", 86_400_000],
  ])(
    "that leaves the locks of main behind, dated %s, does not stop the next acceptance for good",
    async (_when, after) => {
      const locks = await killWithLocksHeld(campaign.repository.path, "refs/heads/main");
      expect(locks).toContain("refs/heads/main.lock");
      const made = new Date(Date.now() + after);
      for (const lock of locks) utimesSync(join(campaign.repository.path, lock), made, made);
      expect(outcomeOf(await campaign.pass(sheet), sheet.sheet)?.state).toBe("accepted");
      expect(findLocks(campaign.repository.path)).toEqual([]);
    },
  );

  it("while the repository was being made: the next start makes it", async () => {
    rmSync(campaign.repository.path, { recursive: true });
    const hosts = await Promise.all([campaign.reopen(), campaign.reopen()]);
    expect(await hosts[0].head()).toBe(await hosts[1].head());
  });
});

describe("a review", () => {
  it("is kept in the order in which reviews were made, by however many at once", async () => {
    await campaign.file(sheet);
    await campaign.review(sheet.sheet, { state: "commented", body: `refuse ${invent(1).row.id} advert` });
    const hosts = await Promise.all([campaign.reopen(), campaign.reopen()]);
    const act = { state: "commented" as const, commit: "", body: "" };
    await Promise.all(hosts.map((host, i) => host.review(sheet.sheet, { ...act, by: 10 + i }, "2026-11-24")));
    await campaign.review(sheet.sheet, { row: invent(1).row.id, state: "commented", body: "keep" });
    const [open] = await campaign.host.openSheets();
    expect(open?.acts).toHaveLength(4);
    expect(open?.acts[0]?.body).toMatch(/^refuse/);
    expect(open?.acts.at(-1)).toMatchObject({ body: "keep", row: invent(1).row.id });
  });
});

/** The same repository, seen by a process that dies at one step. */
function dyingHost(steps: Partial<LocalGitHost>): LocalGitHost {
  return { ...campaign.host, ...steps };
}

/** Kills a git that has prepared to move a ref, and gives the locks that it leaves: which they are is for git to say. */
async function killWithLocksHeld(repository: string, ref: string): Promise<string[]> {
  const at = openRepository(repository).git("rev-parse", ref);
  const child = spawn("git", ["--git-dir", repository, "update-ref", "--stdin"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.write(`start\nupdate ${ref} ${at} ${at}\nprepare\n`);
  for await (const said of child.stdout) if (String(said).includes("prepare: ok")) break;
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return findLocks(repository);
}

function findLocks(repository: string): string[] {
  return readdirSync(repository, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".lock"));
}
