import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocalCampaign } from "../../../scripts/accept/local-campaign.ts";
import { assertIntact } from "../../../scripts/accept/record/intact-record.ts";
import { findRow, formatListed, removeHere, writeRemoval } from "../../../scripts/handover/requests/removal.ts";
import { formatNotice, noticePath, parseNotice } from "../../../scripts/letter/handover/notice.ts";
import { openLedgerCheck } from "../../../scripts/letter/ledger/check.ts";
import { type Invented, invent, ledger, sheetOf, withdrawalsOf } from "../../letter/invented.ts";
import { day, makeCampaign, type TestCampaign } from "../../support/campaigns/local-campaign.ts";

const people = Array.from({ length: 8 }, (_, i) => invent(i));
let campaign: TestCampaign;
beforeAll(async () => {
  campaign = await makeCampaign();
  await campaign.pass(
    sheetOf(
      1,
      people.map(({ row }) => row),
    ),
  );
});
afterAll(() => campaign.remove());

const main = () => campaign.host.readMain();
const record = async () => (await main()).record;
const indexOf = async (number: number) =>
  (await record()).rows.find(({ opening }) => opening === people[number]!.row.opening)!.index;
const place = () => ({ ...campaign, day }) as unknown as LocalCampaign;
const remove = async (index: number) => removeHere(place(), findRow(await record(), String(index)));
const puts = (index: number, at = index) =>
  campaign.host.commitText(
    new Map([[noticePath({ kind: "remove", index: at }), formatNotice({ kind: "remove", index })]]),
    day,
  );

describe("npm run remove", () => {
  it.each([0, 1])("takes row %i off, whether or not it shows a name, as a withdrawal does", async (number) => {
    const [index, before] = [await indexOf(number), await record()];
    await remove(index);
    const after = await record();
    expect(after.entries.slice(before.entries.length)).toEqual([`undersigned/v1 withdraw ${index}`]);
    expect(after.rows).toEqual(before.rows.filter((row) => row.index !== index));
    // What accept and every verifier hold a record to.
    expect(() => assertIntact(after, ledger.verifier)).not.toThrow();
    const check = openLedgerCheck(() => true);
    for (const entry of after.entries) check.add(entry);
    expect(check.finish().withdrawn.has(index)).toBe(true);
    const [commit] = campaign.repository.log("main");
    expect(commit!.message).toContain(`\nRemoved: ${people[number]!.row.id}\n`);
    expect((await (await campaign.reopen()).readMain()).settled.removed).toContain(people[number]!.row.id);
  });

  it("is done once: the notices stay, and nothing is applied again", async () => {
    const before = await main();
    const { main: after, notices, noticeProblems } = await campaign.accept();
    expect([after.commit, notices, noticeProblems]).toEqual([before.commit, [], []]);
    expect(campaign.repository.list("main").filter((path) => path.includes("/remove-"))).toHaveLength(2);
  });

  it("refuses in one line an index that is not on the list, and changes nothing", async () => {
    const before = await main();
    const gone = Number(/ withdraw (\d+)/.exec(before.record.entries.join("\n"))![1]);
    expect(() => findRow(before.record, String(gone))).toThrow("has left the list already; nothing was changed");
    for (const [typed, reason] of [
      ["0", "the list has no row 0"],
      ["999", "the list has no row 999"],
      ["-1", "is a number"],
      ["1e1", "is a number"],
      ["03", "is a number"],
      [people[2]!.row.id, "is a number"],
    ] as const)
      expect(() => findRow(before.record, typed), typed).toThrow(reason);
    expect(() => findRow({ ...before.record, rows: [] }, String(before.record.rows[0]!.index))).toThrow(
      "not published any more",
    );
    expect((await main()).commit).toBe(before.commit);
  });

  it("takes the digits of either language", async () => {
    const index = await indexOf(2);
    const persian = String(index).replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[Number(digit)]!);
    expect(findRow(await record(), persian).index).toBe(index);
  });

  it("shows the row as the list does before it goes", async () => {
    const [shown, hidden] = [people.find(isOf("name", 2))!, people.find(isOf("hidden", 2))!];
    const tell = async ({ row }: Invented) =>
      formatListed(findRow(await record(), String(await indexOf(people.findIndex((one) => one.row === row)))));
    expect(await tell(shown)).toContain(shown.row.name);
    expect(await tell(shown)).toContain(shown.row.signed);
    for (const secret of [hidden.contact.name, hidden.contact.email, hidden.row.opening])
      expect(await tell(hidden)).not.toContain(secret);
  });

  it("writes for a pull request what accept reads, without a name", async () => {
    const out = mkdtempSync(join(tmpdir(), "undersigned-removal-"));
    const index = await indexOf(7);
    const before = await main();
    const lines = await writeRemoval(findRow(before.record, String(index)), out);
    const text = readFileSync(join(out, `remove-${index}.md`), "utf8");
    rmSync(out, { recursive: true });
    expect(parseNotice(text)).toEqual({ kind: "remove", index });
    expect(lines.join("\n")).toMatch(/a second one approves[\s\S]*no name and no reason/);
    expect((await main()).commit).toBe(before.commit);
    campaign.repository.commit("main", "a reviewed notice", { [`signatures/notices/remove-${index}.md`]: text });
    await campaign.accept();
    expect((await record()).rows.map((row) => row.index)).not.toContain(index);
  });
});

describe("a notice on main that removes a row", () => {
  it("is reported when it is wrong, and stops nothing else", async () => {
    const index = await indexOf(3);
    const before = await record();
    await puts(999);
    await puts(index, 998);
    const { noticeProblems, main: after } = await campaign.pass(sheetOf(2, [invent(51, "name").row]));
    expect(noticeProblems.map(({ path, reason }) => `${path}: ${reason}`).sort()).toEqual([
      `signatures/notices/remove-998.md: the notice belongs in signatures/notices/remove-${index}.md`,
      "signatures/notices/remove-999.md: the list has no row 999: nothing is removed",
    ]);
    expect(after.record.rows).toHaveLength(before.rows.length + 1);
  });

  it("changes nothing when the person has withdrawn in the meantime", async () => {
    const index = await indexOf(3);
    await campaign.pass(withdrawalsOf(3, [people[3]!.row.id]));
    const before = await record();
    await puts(index);
    const { noticeProblems } = await campaign.accept();
    expect(noticeProblems.map(({ path }) => path)).not.toContain(`signatures/notices/remove-${index}.md`);
    expect((await record()).entries).toEqual(before.entries);
  });

  it("leaves alone a sheet of withdrawals for the same row, which comes later", async () => {
    const before = await record();
    await campaign.pass(withdrawalsOf(4, [people[0]!.row.id]));
    expect((await record()).entries).toEqual(before.entries);
  });
});

const isOf = (shown: string, from: number) => (one: Invented, i: number) => i >= from && one.row.shown === shown;
