import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assertIntact } from "../../scripts/accept/record/intact-record.ts";
import { formatNotice, type Notice, noticePath } from "../../scripts/letter/handover/notice.ts";
import { verifyPublished } from "../../scripts/letter/published/verification.ts";
import { readLedgerDays } from "../../scripts/outside/git/ledger-days.ts";
import { createRepository } from "../../scripts/outside/git/repository.ts";
import { invent, ledger, readFrom, sheetOf, siteOf, vkey, withdrawalsOf } from "../letter/invented.ts";
import { acceptAll } from "../support/campaigns/accept-all.ts";
import { day, makeCampaign, outcomeOf, type TestCampaign } from "../support/campaigns/local-campaign.ts";
import { openRepository } from "../support/campaigns/repository.ts";
import { bagDigest, handoverEntry, purgeNotice } from "../support/campaigns/taken-down.ts";

let campaign: TestCampaign;
beforeEach(async () => {
  campaign = await makeCampaign();
  await campaign.pass(sheetOf(1, rows(0, 4)));
  await put(handover(1));
  await campaign.accept();
});
afterEach(() => campaign.remove());

const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => invent(from + i).row);
const handover = (number: number): Notice => ({
  kind: "handover",
  tag: `handover/2027-01-1${number}`,
  publicBag: handoverEntry(number).split(" ")[2]!,
  contactsBag: bagDigest(number),
});
const put = (notice: Notice) =>
  campaign.host.commitText(new Map([[noticePath(notice), formatNotice(notice)]]), day, "a notice\n");
/** A commit of the organisers without the list, and with this notice. */
function takeDown(notice?: Notice): void {
  const list = campaign.repository.list("main").filter((path) => path.startsWith("signatures/accepted/"));
  campaign.repository.commit("main", "what stays\n", {
    ...Object.fromEntries(list.map((path) => [path, undefined])),
    ...(notice && { [noticePath(notice)]: formatNotice(notice) }),
  });
}
const record = async () => (await campaign.host.readMain()).record;
/** What `campaign.yaml` on main says that stays after the purge. */
function promise(stays: "counts" | "names"): void {
  const yaml = campaign.repository.read("main", "content/campaign.yaml").toString("utf8");
  const said = yaml.replace(/^after_purge: .*$/m, `after_purge: ${stays}`);
  campaign.repository.commit("main", "what stays\n", { "content/campaign.yaml": said });
}

describe("a list that goes in the commit of the purge's notice", () => {
  it("is taken down: the purge comes to the ledger, and what is published then verifies", async () => {
    takeDown(purgeNotice(1));
    expect((await campaign.accept()).notices).toEqual([purgeNotice(1)]);
    const after = await record();
    expect(after).toMatchObject({ takenDown: true, rows: [] });
    expect(() => assertIntact(after, ledger.verifier)).not.toThrow();
    expect(await verifyPublished(readFrom(siteOf(after)), vkey)).toMatchObject({ accepted: 4, listed: 0 });
    expect((await campaign.accept()).notices).toEqual([]);
    expect(
      campaign.repository.list("main").filter((path) => path.endsWith(".md") && path.includes("accepted")),
    ).toEqual([]);
  });

  it("does not come back: no sheet is accepted afterwards, of either kind", async () => {
    await campaign.file(sheetOf(2, rows(4, 6)));
    takeDown(purgeNotice(1));
    await campaign.accept();
    const before = await campaign.host.head();
    for (const sheet of [sheetOf(3, rows(6, 8)), withdrawalsOf(4, [invent(0).row.id])]) {
      const report = await campaign.pass(sheet);
      expect(outcomeOf(report, sheet.sheet)).toMatchObject({
        state: "invalid",
        reason: expect.stringContaining("nothing more can be accepted"),
      });
    }
    expect(await campaign.host.head()).toBe(before);
  });

  it("forbids every later entry: another notice is reported, a changed letter stops everything", async () => {
    takeDown(purgeNotice(1));
    await campaign.accept();
    await put(handover(2));
    const { notices, noticeProblems } = await campaign.accept();
    expect(notices).toEqual([]);
    expect(noticeProblems.map(({ reason }) => reason)).toEqual([expect.stringContaining("“handover” comes after it")]);
    const letter = campaign.repository.read("main", "content/en/letter.md").toString();
    campaign.repository.commit("main", "another letter\n", { "content/en/letter.md": `${letter}\nMore.\n` });
    await expect(campaign.accept()).rejects.toThrow(/take the change of the letter back/);
  });

  it("may stay after the purge: then people can still leave it, and it may go later", async () => {
    promise("names");
    await put(purgeNotice(1));
    await campaign.accept();
    const sheet = withdrawalsOf(4, [invent(0).row.id]);
    expect(outcomeOf(await campaign.pass(sheet), sheet.sheet)?.state).toBe("withdrawn");
    const named = await verifyPublished(readFrom(siteOf(await record())), vkey);
    expect(named).toMatchObject({ accepted: 4, withdrawn: 1, listed: 3 });
    takeDown();
    await campaign.accept();
    const gone = await verifyPublished(readFrom(siteOf(await record())), vkey);
    expect(gone).toMatchObject({ accepted: 4, withdrawn: 1, listed: 0, takenDown: true });
  });

  it("stays away when the purge comes to the ledger before the list goes", async () => {
    promise("names");
    await put(purgeNotice(1));
    await campaign.accept();
    expect((await record()).rows.length).toBe(4);
    takeDown();
    await campaign.accept();
    expect(await record()).toMatchObject({ takenDown: true });
  });
});

describe("a list that goes by itself with the entry of the purge, as the campaign has promised", () => {
  it("is gone in the very commit that logs the purge, and in no later one", async () => {
    await put(purgeNotice(1));
    const { main, notices, noticeProblems } = await campaign.accept();
    expect({ notices, noticeProblems }).toEqual({ notices: [purgeNotice(1)], noticeProblems: [] });
    expect(main.record).toMatchObject({ takenDown: true, rows: [] });
    expect(campaign.repository.list("main").some((path) => /accepted\/.*\.md$/.test(path))).toBe(false);
    expect(campaign.repository.list("main~1").some((path) => /accepted\/.*\.md$/.test(path))).toBe(true);
    expect(await verifyPublished(readFrom(siteOf(await record())), vkey)).toMatchObject({ accepted: 4, listed: 0 });
  });

  it("counts those who left before as gone: withdrawals that wait go first", async () => {
    await campaign.file(withdrawalsOf(4, [invent(0).row.id, invent(3).row.id]));
    await put(purgeNotice(1));
    const { main, outcomes } = await campaign.accept();
    expect(outcomes).toMatchObject([{ state: "withdrawn", withdrawn: 2 }]);
    expect(main.record.takenDown).toBe(true);
    expect(await verifyPublished(readFrom(siteOf(main.record)), vkey)).toMatchObject({ accepted: 4, withdrawn: 2 });
  });

  it("stays, and the purge with it, while somebody was accepted since the handover", async () => {
    await campaign.pass(sheetOf(2, rows(4, 6)));
    await put(purgeNotice(1));
    const { main, noticeProblems } = await campaign.accept();
    expect(noticeProblems).toMatchObject([{ reason: expect.stringContaining("accepted between the last handover") }]);
    expect(main.record.rows).toHaveLength(6);
    expect(main.record.entries.some((line) => / purge /.test(line))).toBe(false);
  });
});

describe("a list that somebody has taken down too early", () => {
  it("stops everything without a purge", async () => {
    takeDown();
    await expect(campaign.accept()).rejects.toThrow(/the list on main is gone, but the ledger has no purge: somebody/);
  });

  it("stops everything with the purge of an earlier handover, or with signatures accepted since", async () => {
    await campaign.pass(sheetOf(2, rows(4, 6)));
    takeDown(purgeNotice(1));
    await expect(campaign.accept()).rejects.toThrow(/accepted between the last handover and its purge/);
  });

  it("stops everything when only a part of it is gone", async () => {
    const [path] = campaign.repository.list("main").filter((name) => name.startsWith("signatures/accepted/0"));
    const text = campaign.repository.read("main", path!).toString();
    campaign.repository.commit("main", "less\n", { [path!]: `${text.split("\n").slice(0, 2).join("\n")}\n` });
    await put(purgeNotice(1));
    await expect(campaign.accept()).rejects.toThrow(/the list on main does not fit the ledger/);
  });
});

it("is told with its day in a fresh repository, which does not tell when anything else came", async () => {
  const files = new Map(
    campaign.repository
      .list("main")
      .filter((path) => !path.startsWith("signatures/accepted/"))
      .map((path) => [path, campaign.repository.read("main", path)]),
  );
  files.set(noticePath(purgeNotice(1)), Buffer.from(formatNotice(purgeNotice(1))));
  const { path } = campaign.repository;
  campaign.repository.remove();
  await createRepository(path, { files, message: "what stays\n", committer: "organisers", day: "2027-01-19" });
  const host = await campaign.reopen();
  await acceptAll({ ...campaign.acceptor, host, day: "2027-01-20" });
  const { entries } = (await host.readMain()).record;
  expect(await readLedgerDays(path, await host.head())).toEqual([
    { day: "", size: entries.length - 1 },
    { day: "2027-01-20", size: entries.length },
  ]);
  expect(openRepository(path).log("main")).toHaveLength(2);
});
