import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatNotice, type Notice, noticePath } from "../../scripts/letter/handover/notice.ts";
import { openCheckpoint } from "../../scripts/letter/ledger/checkpoint.ts";
import { idOf } from "../../scripts/letter/signature/derivation.ts";
import type { CampaignRecord } from "../../scripts/letter/signature/record.ts";
import type { OpenSheet } from "../../scripts/outside/git/host.ts";
import { readRecordAt } from "../../scripts/outside/git/record-at.ts";
import { openGitHubAcceptHost } from "../../scripts/outside/github/accept-host.ts";
import type { GitHubApi } from "../../scripts/outside/github/api.ts";
import { edition, invent, ledger, sheetOf, texts, withdrawalsOf } from "../letter/invented.ts";
import { acceptAll } from "../support/campaigns/accept-all.ts";
import { day, makeCampaign, outcomeOf, type TestCampaign } from "../support/campaigns/local-campaign.ts";

let campaign: TestCampaign;
beforeEach(async () => {
  campaign = await makeCampaign();
});
afterEach(() => campaign.remove());

const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => invent(from + i).row);
const listed = (record: CampaignRecord) => record.rows.map((row) => idOf(Buffer.from(row.opening, "base64url"))).sort();
const ids = (...numbers: number[]) => numbers.map((number) => invent(number).row.id).sort();

describe("a run that ends early", () => {
  it("begins at another sheet than the one before, so that none waits for ever", async () => {
    const sheets = [1, 2].map((number) => sheetOf(number, rows(10 * number, 10 * number + 1)));
    for (const sheet of sheets) await campaign.file(sheet);
    const seen = new Set<string>();
    for (let hour = 0; hour < 2; hour++) {
      const github = openGitHubAcceptHost({
        ...{ api: {} as GitHubApi, mover: {} as GitHubApi, repository: "", serverUrl: "" },
        clock: { now: () => new Date(Date.UTC(2026, 10, 24, hour)) },
      });
      const host = {
        ...campaign.host,
        beginAt: github.beginAt!,
        async *readActs(open: readonly OpenSheet[]) {
          yield open[0];
        },
      };
      const report = await acceptAll({ ...campaign.acceptor, host });
      for (const { sheet } of report.outcomes) seen.add(sheet);
      expect(report.postponed).toHaveLength(1);
    }
    expect([...seen].sort()).toEqual(sheets.map(({ sheet }) => sheet).sort());
  });
});

describe("a sheet", () => {
  it("comes to the list as one commit that has main and the reviewed commit as parents", async () => {
    const sheet = sheetOf(1, rows(0, 5));
    const before = await campaign.host.head();
    const reviewed = await campaign.file(sheet);
    await campaign.review(sheet.sheet, { body: `refuse ${invent(2).row.id} duplicate` });
    const report = await campaign.accept();

    expect(outcomeOf(report, sheet.sheet)).toEqual({
      sheet: sheet.sheet,
      state: "accepted",
      accepted: 4,
      refused: 1,
      leftOut: 0,
      withdrawn: 0,
    });
    const [merge] = campaign.repository.log("main");
    expect(merge?.parents).toEqual([before, reviewed]);
    expect(merge?.author).toBe("Undersigned accept <accept@undersigned.invalid>");
    expect(merge?.date).toBe(`${day}T00:00:00+00:00`);
    expect(merge?.message).toContain(`Sheet: ${sheet.sheet}\nApproved-by: 1\nRefused: ${invent(2).row.id} duplicate\n`);
    const { record } = await campaign.host.readMain();
    expect(listed(record)).toEqual(ids(0, 1, 3, 4));
    const checkpoint = openCheckpoint(record.checkpoint!, ledger.verifier);
    expect(merge?.message).toContain(
      `Checkpoint: ${checkpoint.size} ${Buffer.from(checkpoint.root).toString("base64")}`,
    );
    expect(checkpoint.size).toBe(record.entries.length);
  });

  it("leaves no branch behind, and nothing in pending/ on main", async () => {
    await campaign.pass(sheetOf(1, rows(0, 3)));
    expect(campaign.repository.branches()).toEqual(["main"]);
    expect(campaign.repository.list("main").filter((path) => path.includes("pending"))).toEqual([
      "signatures/pending/.gitkeep",
    ]);
  });

  it("waits until a listed moderator has approved its very commit", async () => {
    const sheet = sheetOf(1, rows(0, 3));
    await campaign.file(sheet);
    const head = await campaign.host.head();
    expect(outcomeOf(await campaign.accept(), sheet.sheet)?.state).toBe("waiting");
    await campaign.review(sheet.sheet, { by: 666 });
    expect(outcomeOf(await campaign.accept(), sheet.sheet)?.state).toBe("waiting");
    await campaign.review(sheet.sheet, { commit: head });
    expect(outcomeOf(await campaign.accept(), sheet.sheet)?.state).toBe("waiting");
    await campaign.review(sheet.sheet, { state: "changes-requested" });
    expect(outcomeOf(await campaign.accept(), sheet.sheet)?.state).toBe("blocked");
    expect(await campaign.host.head()).toBe(head);
    await campaign.review(sheet.sheet, {});
    expect(outcomeOf(await campaign.accept(), sheet.sheet)?.state).toBe("accepted");
  });

  it("that is rejected is settled with every row refused", async () => {
    const sheet = sheetOf(1, rows(0, 3));
    const report = await campaign.file(sheet).then(async () => {
      await campaign.review(sheet.sheet, { state: "commented", body: "reject advert" });
      return campaign.accept();
    });
    expect(outcomeOf(report, sheet.sheet)).toMatchObject({ state: "rejected", accepted: 0, refused: 3 });
    const { record, settled } = await campaign.host.readMain();
    expect(record.rows).toEqual([]);
    expect(record.entries.at(-1)).toBe("undersigned/v1 batch 3 3 0");
    expect([...settled.refused.values()]).toEqual(["advert", "advert", "advert"]);
  });

  it("that breaks a rule stays open, is reported, and stops no other", async () => {
    const [bad, good] = [
      sheetOf(1, [{ ...invent(0).row, attestation: invent(1).row.attestation }]),
      sheetOf(2, rows(2, 4)),
    ];
    for (const sheet of [bad, good]) {
      await campaign.file(sheet);
      await campaign.review(sheet.sheet, {});
    }
    const report = await campaign.accept();
    expect(outcomeOf(report, bad.sheet)).toEqual({
      sheet: bad.sheet,
      state: "invalid",
      reason: "row 1: the row is not attested by the form service as it stands",
    });
    expect(outcomeOf(report, good.sheet)?.state).toBe("accepted");
    expect(campaign.repository.branches()).toEqual(["main", `pending/${bad.sheet}`]);
  });

  it("may be one of several that were filed on the same commit of main", async () => {
    const sheets = [1, 2, 3].map((number) => sheetOf(number, rows(number * 10, number * 10 + 4)));
    for (const sheet of sheets) await campaign.file(sheet);
    for (const sheet of sheets) await campaign.review(sheet.sheet, {});
    await campaign.accept();
    const { record, settled } = await campaign.host.readMain();
    expect(record.rows).toHaveLength(12);
    expect(settled.sheets.size).toBe(3);
  });
});

describe("a withdrawal", () => {
  it("takes a row off the list without any moderator", async () => {
    await campaign.pass(sheetOf(1, rows(0, 3)));
    const report = await campaign.pass(withdrawalsOf(2, ids(1)));
    expect(report.outcomes).toEqual([
      { sheet: withdrawalsOf(2, []).sheet, state: "withdrawn", accepted: 0, refused: 0, leftOut: 0, withdrawn: 1 },
    ]);
    const { record } = await campaign.host.readMain();
    expect(listed(record)).toEqual(ids(0, 2));
    expect(record.entries.at(-1)).toMatch(/^undersigned\/v1 withdraw \d+$/);
    expect(campaign.repository.read("main", "signatures/accepted/000.md").toString()).not.toContain(
      invent(1).row.opening,
    );
  });

  it("keeps a row off the list that is still under review", async () => {
    const sheet = sheetOf(1, rows(0, 3));
    await campaign.file(sheet);
    await campaign.review(sheet.sheet, {});
    const report = await campaign.pass(withdrawalsOf(2, ids(1)));
    expect(outcomeOf(report, sheet.sheet)).toMatchObject({ state: "accepted", accepted: 2, leftOut: 1 });
    expect(listed((await campaign.host.readMain()).record)).toEqual(ids(0, 2));
  });
});

describe("the letter", () => {
  it("is the first entry, and its text is kept with the record", async () => {
    const { record } = await campaign.host.readMain();
    expect(record.entries).toEqual([`undersigned/v1 letter ${edition}`]);
    expect(record.editions.get(edition)).toEqual(texts);
  });

  it("comes to the ledger anew when its reviewed text changes, and older sheets stay valid", async () => {
    const sheet = sheetOf(1, rows(0, 3));
    await campaign.file(sheet);
    const changed = texts.get("en")!.replace("act.", "act now.");
    expect(await campaign.host.commitText(new Map([["content/en/letter.md", changed]]), day)).toBe(true);
    await campaign.review(sheet.sheet, {});
    const report = await campaign.accept();
    expect(report.edition).not.toBe(edition);
    expect(outcomeOf(report, sheet.sheet)?.state).toBe("accepted");
    const { record } = report.main;
    expect(record.entries.filter((entry) => entry.includes(" letter "))).toHaveLength(2);
    expect(record.editions.get(report.edition!)?.get("en")).toBe(changed);
  });
});

describe("main edited by another hand", () => {
  it.each([
    ["a line of the ledger", "ledger/000.txt", /not the one its checkpoint was signed for/],
    ["a row of the list", "accepted/000.md", /the list on main does not fit the ledger/],
  ])("accepts nothing after a change of %s", async (_what, path, reason) => {
    await campaign.pass(sheetOf(1, rows(0, 8)));
    const text = campaign.repository.read("main", `signatures/${path}`).toString();
    const lines = text.split("\n");
    lines.splice(-2, 1);
    campaign.repository.commit("main", "edit", { [`signatures/${path}`]: lines.join("\n") });
    const head = await campaign.host.head();
    const sheet = sheetOf(2, rows(10, 12));
    await campaign.file(sheet);
    await campaign.review(sheet.sheet, {});
    await expect(campaign.accept()).rejects.toThrow(reason);
    expect(await campaign.host.head()).toBe(head);
  });

  it("accepts nothing when the checkpoint is of another key", async () => {
    const other = {
      ...campaign.acceptor,
      signer: { ...ledger, verifier: { ...ledger.verifier, id: Buffer.alloc(4) } },
    };
    await expect(acceptAll(other)).rejects.toThrow("the note is not signed by the expected key");
  });
});

describe("two acceptances at once", () => {
  it("settle every sheet once", async () => {
    const sheets = Array.from({ length: 6 }, (_, number) => sheetOf(number, rows(number * 10, number * 10 + 3)));
    for (const sheet of sheets) await campaign.file(sheet);
    for (const sheet of sheets) await campaign.review(sheet.sheet, {});
    const others = await Promise.all([campaign.reopen(), campaign.reopen()]);
    await Promise.all([campaign.host, ...others].map((host) => acceptAll({ ...campaign.acceptor, host })));
    const main = await campaign.host.readMain();
    expect(main.record.rows).toHaveLength(18);
    expect(main.record.entries.filter((entry) => entry.includes(" batch "))).toHaveLength(6);
    expect(main.settled.sheets.size).toBe(6);
    expect(campaign.repository.branches()).toEqual(["main"]);
    expect(await readRecordAt(campaign.repository.path, main.commit)).toEqual(main.record);
  });
});

describe("a notice that was reviewed and is on main", () => {
  const digest = (byte: number) => Buffer.alloc(32, byte).toString("base64url");
  const tag = "handover/2027-01-15";
  const handover: Notice = { kind: "handover", tag, publicBag: digest(1), contactsBag: digest(2) };
  const purge: Notice = { kind: "purge", tag, contactsBag: digest(2) };
  const put = (...files: [string, string][]) => campaign.host.commitText(new Map(files), day, "a notice\n");
  const entries = async () => (await campaign.host.readMain()).record.entries;

  it("comes to the ledger once, whatever else is accepted", async () => {
    await put([noticePath(handover), formatNotice(handover)]);
    const sheet = sheetOf(1, rows(0, 2));
    const { notices } = await campaign.pass(sheet);
    expect(notices).toEqual([handover]);
    const [, logged, batch] = await entries();
    expect(logged).toBe(`undersigned/v1 handover ${digest(1)} ${digest(2)}`);
    expect(batch).toBe("undersigned/v1 batch 2 0 0");
    const yaml = campaign.repository.read("main", "content/campaign.yaml").toString("utf8");
    const names = yaml.replace(/^after_purge: .*$/m, "after_purge: names");
    await put([noticePath(purge), formatNotice(purge)], ["content/campaign.yaml", names]);
    expect((await campaign.accept()).notices).toEqual([purge]);
    expect((await campaign.accept()).notices).toEqual([]);
    expect((await entries()).at(-1)).toBe(`undersigned/v1 purge ${digest(2)}`);
    expect(campaign.repository.log("main")[0]?.message).toMatch(
      /^log the purge of handover\/2027-01-15\n\nCheckpoint: /,
    );
  });

  it("that is wrong is reported, tells nothing of itself, and holds nothing up", async () => {
    await put(
      [noticePath(purge), formatNotice(purge)],
      ["signatures/notices/handover-2027-01-16.md", formatNotice(handover)],
      ["signatures/notices/Sara-Azadi.md", "Sara Azadi\n"],
      ["signatures/notices/handover-2027-01-17.md", "x".repeat(2000)],
    );
    const { notices, noticeProblems, outcomes } = await campaign.pass(sheetOf(1, rows(0, 2)));
    expect(notices).toEqual([]);
    expect(outcomes.map(({ state }) => state)).toEqual(["accepted"]);
    expect(noticeProblems.map(({ path, reason }) => `${path}: ${reason}`).sort()).toEqual([
      "a file in signatures/notices/: the text does not begin with a line of three hyphens",
      "signatures/notices/handover-2027-01-16.md: the notice belongs in signatures/notices/handover-2027-01-15.md",
      "signatures/notices/handover-2027-01-17.md: not a regular file of at most 1,000 bytes",
      "signatures/notices/purge-2027-01-15.md: the notice of a purge names a contacts bag that no handover on the ledger has",
    ]);
    expect((await entries()).filter((line) => /handover|purge/.test(line))).toEqual([]);
  });
});
