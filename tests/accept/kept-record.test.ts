import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AcceptReport } from "../../scripts/accept/acceptance.ts";
import { acceptAll } from "../../scripts/accept/acceptance.ts";
import { rootsOf } from "../../scripts/accept/live-checkpoint.ts";
import { readNotices } from "../../scripts/accept/notices.ts";
import { faultIn } from "../../scripts/accept/record/intact-record.ts";
import { readMainOnce } from "../../scripts/accept/record/kept-main.ts";
import { readKeptRecord, rootsOfKept } from "../../scripts/accept/record/kept-record.ts";
import { LetterError } from "../../scripts/letter/bytes/error.ts";
import { type Notice, noticeEntry } from "../../scripts/letter/handover/notice.ts";
import { openLedgerCheck } from "../../scripts/letter/ledger/check.ts";
import { openCheckpoint } from "../../scripts/letter/ledger/checkpoint.ts";
import { outlineOf } from "../../scripts/letter/ledger/outline.ts";
import { whyListed } from "../../scripts/letter/ledger/taken-down.ts";
import { equal, leafHash, treeRoot } from "../../scripts/letter/ledger/tree.ts";
import { idOf } from "../../scripts/letter/signature/derivation.ts";
import { type CampaignRecord, changedFiles } from "../../scripts/letter/signature/record.ts";
import { publicCommitment } from "../../scripts/letter/signature/row.ts";
import type { Sheet } from "../../scripts/letter/signature/sheet.ts";
import { readRecordAt } from "../../scripts/outside/git/record-at.ts";
import { invent, ledger, service, sheetOf, signed, withdrawalsOf } from "../letter/invented.ts";
import { acceptSheet, applyWithdrawals, type Main } from "../letter/plain.ts";
import { makeCampaign, type TestCampaign } from "../support/campaigns/local-campaign.ts";
import { fixedRandomness } from "../support/fixtures.ts";

// Accept reads main once, shard by shard, and keeps little of it. What it finds and what it writes is compared here with the
// plain way: all of a record in memory, parsed and checked from its first entry on, and accepted onto as a whole.

let campaign: TestCampaign;
beforeEach(async () => {
  campaign = await makeCampaign();
});
afterEach(() => campaign.remove());

const random = fixedRandomness("streamed campaigns");
const dice = (sides: number) => Buffer.from(random(4)).readUInt32LE() % sides;
const pick = <T>(of: readonly T[]): T => of[dice(of.length)]!;
const repository = () => campaign.repository.path;

/** The rules for main's record, one after the other. @throws LetterError for the first that is broken */
function plainCheck(record: CampaignRecord, notices: readonly Notice[]): void {
  const broken = (message: string) =>
    new LetterError("record", `${message}: somebody has edited main, nothing is accepted until it is put right`);
  const { entries, rows, checkpoint } = record;
  if (checkpoint === undefined) {
    if (entries.length + rows.length > 0) throw broken("the ledger on main has entries but no checkpoint");
    return;
  }
  const { size, root } = openCheckpoint(checkpoint, ledger.verifier);
  if (size !== entries.length || !equal(root, treeRoot(entries.map(leafHash))))
    throw broken("the ledger on main is not the one its checkpoint was signed for");
  const check = openLedgerCheck(() => true);
  for (const entry of entries) check.add(entry);
  const { accepts, withdrawn } = check.finish();
  if (record.takenDown) {
    const purges = notices.filter(({ kind }) => kind === "purge").map(noticeEntry);
    const reason = whyListed(
      outlineOf(entries),
      purges.filter((entry) => !entries.includes(entry)),
    );
    if (reason !== undefined) throw broken(`the list on main is gone, but ${reason}`);
    return;
  }
  const opens = rows.every((row) => {
    const accept = accepts.get(row.index);
    return accept !== undefined && publicCommitment(row, accept.edition) === accept.publicCommitment;
  });
  if (!opens || rows.some(({ index }) => withdrawn.has(index)) || rows.length !== accepts.size - withdrawn.size)
    throw broken("the list on main does not fit the ledger");
}

const saying = (cause: unknown) => {
  if (cause instanceof LetterError) return `${cause.code}: ${cause.message}`;
  throw cause;
};

async function verdicts(commit: string): Promise<{ plain: string; streamed: string }> {
  const { notices } = await readNotices(repository(), commit);
  const plain = await readRecordAt(repository(), commit)
    .then((record) => plainCheck(record, record.takenDown ? notices : []))
    .then(() => "intact", saying);
  const streamed = await readKeptRecord(repository(), commit)
    .then((record) => faultIn(record, ledger.verifier, record.takenDown ? notices : []))
    .then((fault) => (fault ? saying(fault) : "intact"), saying);
  return { plain, streamed };
}

/** What all sheets of a run do to a record that is in memory as a whole, in the order in which accept takes them. */
function plainly(main: Main, sheets: readonly { sheet: Sheet; refused: readonly string[] }[]): CampaignRecord {
  const order = sheets.toSorted(({ sheet: a }, { sheet: b }) => {
    const rank = (one: Sheet) => (one.kind === "withdrawals" ? "0" : "1") + one.sheet;
    return rank(a) < rank(b) ? -1 : 1;
  });
  let now = main;
  for (const { sheet, refused } of order) {
    const verdict = {
      state: "approved",
      refused: new Map(refused.map((id) => [id, "fake-name"] as const)),
    } as const;
    const grown = sheet.kind === "withdrawals" ? applyWithdrawals(now, sheet) : acceptSheet(now, sheet, verdict);
    const { settled } = now;
    now = {
      ...now,
      record: signed(grown.record),
      settled: {
        ...settled,
        sheets: new Set(settled.sheets).add(sheet.sheet),
        refused: new Map([...settled.refused, ...grown.refused]),
        withdrawn: sheet.kind === "withdrawals" ? new Set([...settled.withdrawn, ...grown.leftOut]) : settled.withdrawn,
      },
    };
  }
  return now.record;
}

/** Files some sheets at once: signatures shown in every way, rows that are refused, rows that are there already, leavers. */
async function fileSome(run: number, people: { next: number }, listed: readonly string[]) {
  const sheets: { sheet: Sheet; refused: string[] }[] = [];
  for (let number = 0; number <= dice(3); number++) {
    const before = people.next;
    const rows = Array.from({ length: 1 + dice(run === 1 ? 290 : 60) }, () => invent(people.next++).row);
    if (before > 0 && dice(2) === 0) rows.push(invent(dice(before)).row);
    const sheet = sheetOf(100 * run + number, rows);
    sheets.push({ sheet, refused: sheet.rows.filter(() => dice(9) === 0).map(({ id }) => id) });
  }
  if (dice(3) > 0) {
    const pending = sheets.flatMap(({ sheet }) => sheet.rows.map(({ id }) => id));
    const ids = new Set([pick(pending), ...listed.filter(() => dice(12) === 0)]);
    sheets.push({ sheet: withdrawalsOf(100 * run + 50, [...ids]), refused: [] });
  }
  for (const { sheet, refused } of sheets) {
    await campaign.file(sheet);
    const body = refused.map((id) => `refuse ${id} fake-name`).join("\n");
    if (sheet.kind === "signatures") await campaign.review(sheet.sheet, { body });
  }
  return sheets;
}

describe("what accept keeps of main's record", () => {
  it("gives the same bytes as accepting onto a record in memory, in one process and in the next one", async () => {
    const people = { next: 0 };
    let host = campaign.host;
    for (let run = 1; run <= 6; run++) {
      const main = await campaign.host.readMain();
      const listed = main.record.rows.map(({ opening }) => idOf(Buffer.from(opening, "base64url")));
      const sheets = await fileSome(run, people, listed);
      // Some runs are of a process that has just begun, and reads main; others know it.
      if (dice(2) === 0) host = await campaign.reopen();
      const report: AcceptReport = await acceptAll({ ...campaign.acceptor, host });
      expect(report.outcomes.flatMap((outcome) => ("reason" in outcome ? [outcome.reason] : []))).toEqual([]);
      expect(report.outcomes).toHaveLength(sheets.length);

      const expected = plainly({ ...main, attestationKey: service.publicKey }, sheets);
      const { commit } = report.main;
      expect(await readRecordAt(repository(), commit)).toEqual(expected);
      // Only what changed was written, and of that the same bytes.
      const gone = main.record.rows.filter(({ index }) => !expected.rows.some((row) => row.index === index));
      const changed = changedFiles(main.record, { record: expected, gone });
      for (const [path, text] of changed)
        expect(campaign.repository.read(commit, `signatures/${path}`).toString("utf8")).toBe(text);
      const written = campaign.repository
        .git("diff", "--name-only", main.commit, commit, "--", "signatures")
        .split("\n");
      expect(written.filter((path) => !changed.has(path.slice("signatures/".length)))).toEqual([]);

      expect(await verdicts(commit)).toEqual({ plain: "intact", streamed: "intact" });
      const kept = (await readMainOnce(host)).record;
      const sizes = [0, 1, 255, 256, 257, dice(kept.size), kept.size].filter((size) => size <= kept.size);
      const [roots, wanted] = [await rootsOfKept(kept, sizes), rootsOf(expected.entries)];
      for (const size of sizes) expect(roots.rootAt(size)).toEqual(wanted.rootAt(size));
      // What has grown with each sheet is what a new process finds.
      const { byOpening: _, accepts: grown, ...known } = kept;
      const { byOpening: __, accepts, ...found } = await readKeptRecord(repository(), commit);
      expect(known).toEqual(found);
      expect([...grown.keys()]).toEqual([...accepts.keys()]);
    }
  });

  it("reads main once: a further sheet is accepted without another look at what was checked", async () => {
    await campaign.pass(sheetOf(1, [invent(1).row, invent(2).row]));
    const { record } = await readMainOnce(campaign.host);
    await campaign.pass(sheetOf(2, [invent(3).row]));
    expect((await readMainOnce(campaign.host)).record).toBe(record);
    // A commit that leaves the record as it is changes nothing either; one that does not is read.
    campaign.repository.commit("main", "a note for people", { "signatures/README.md": "# Formats\n" });
    expect((await readMainOnce(campaign.host)).record).toBe(record);
    campaign.repository.commit("main", "edit the list", { "signatures/accepted/000.md": undefined });
    expect((await readMainOnce(campaign.host)).record).not.toBe(record);
    await expect(campaign.accept()).rejects.toThrow("somebody has edited main");
  });
});

/** Ways in which somebody may have damaged a file of the record. */
const DAMAGES: Record<string, (text: string, older: string) => string | Buffer | undefined> = {
  "a file that is gone": () => undefined,
  "an empty file": () => "",
  "a letter that is another": (text) => {
    const at = dice(text.length);
    return text.slice(0, at) + pick([..."Aaz09-_ |\n"]) + text.slice(at + 1);
  },
  "a byte that is no UTF-8": (text) => {
    const bytes = Buffer.from(text);
    bytes[dice(bytes.length)] = 0xff;
    return bytes;
  },
  "a line that is gone": (text) => {
    const lines = text.split("\n");
    lines.splice(dice(lines.length - 1), 1);
    return lines.join("\n");
  },
  "a line that is there twice": (text) => {
    const lines = text.split("\n");
    const at = dice(lines.length - 1);
    return lines.toSpliced(at, 0, lines[at]!).join("\n");
  },
  "two lines that have changed places": (text) => {
    const lines = text.split("\n");
    const [a, b] = [dice(lines.length - 1), dice(lines.length - 1)];
    [lines[a], lines[b]] = [lines[b]!, lines[a]!];
    return lines.join("\n");
  },
  "rows that have changed openings": (text) => {
    const lines = text.split("\n");
    const [a, b] = [2, 3].map(() => 2 + dice(Math.max(1, lines.length - 3)));
    const opening = (line = "") => line.slice(-46);
    const [one, other] = [lines[a!] ?? "", lines[b!] ?? ""];
    lines[a!] = one.slice(0, -46) + opening(other);
    lines[b!] = other.slice(0, -46) + opening(one);
    return lines.join("\n");
  },
  "a row with another place": (text) => text.replace("| Melbourne |", "| Sydney |"),
  "a file as it was before": (_text, older) => older,
  "no line feed at the end": (text) => text.trimEnd(),
  "an entry of its own": (text) => `${text}undersigned/v1 withdraw ${dice(20)}\n`,
};

/** Signs whatever the ledger is now, as somebody with the key could: then the rules are all that is left. */
async function signAnew(): Promise<void> {
  const record = await readRecordAt(repository(), campaign.repository.git("rev-parse", "main")).catch(() => undefined);
  if (record)
    campaign.repository.commit("main", "sign", { "signatures/ledger/checkpoint": signed(record).checkpoint! });
}

describe("a record that somebody has damaged", () => {
  it("gets the same verdict as in the plain way, with the same first fault", { timeout: 600_000 }, async () => {
    const people = { next: 0 };
    for (let run = 1; run <= 3; run++) {
      const { record } = await campaign.host.readMain();
      await fileSome(
        run,
        people,
        record.rows.map(({ opening }) => idOf(Buffer.from(opening, "base64url"))),
      );
      await campaign.accept();
    }
    const good = campaign.repository.git("rev-parse", "main");
    const paths = campaign.repository
      .list(good)
      .filter((path) => /^signatures\/(ledger|accepted|editions)\/(?!\.)/.test(path));
    const seen = new Set<string>();
    for (let time = 0; time < 200; time++) {
      campaign.repository.git("update-ref", "refs/heads/main", good);
      for (let more = 0; more <= dice(2); more++) {
        const path = pick(pick([paths, paths.filter((one) => one.includes("/accepted/"))]));
        if (!campaign.repository.list("main").includes(path)) continue;
        const text = campaign.repository.read("main", path).toString("utf8");
        const before = `${good}~${1 + dice(3)}`;
        const older = campaign.repository.list(before).includes(path)
          ? campaign.repository.read(before, path).toString("utf8")
          : "";
        const damaged = pick(Object.values(DAMAGES))(text, older);
        campaign.repository.commit("main", "damage", { [path]: damaged });
      }
      if (dice(2) === 0) await signAnew();
      const { plain, streamed } = await verdicts(campaign.repository.git("rev-parse", "main"));
      expect(streamed).toBe(plain);
      seen.add(plain.replace(/\d+/g, "N"));
    }
    expect(seen.size).toBeGreaterThan(8);
    expect([...seen].filter((verdict) => verdict.includes("does not fit"))).toHaveLength(1);
  });

  it("does not fit when a row that was withdrawn stands in the place of another", async () => {
    const list = "signatures/accepted/000.md";
    await campaign.pass(sheetOf(1, [invent(1).row, invent(2).row, invent(3).row]));
    const before = campaign.repository.read("main", list).toString("utf8").split("\n");
    await campaign.pass(withdrawalsOf(2, [sheetOf(1, [invent(1).row, invent(2).row, invent(3).row]).rows[1]!.id]));
    campaign.repository.commit("main", "swap", { [list]: before.toSpliced(4, 1).join("\n") });
    const { plain, streamed } = await verdicts(campaign.repository.git("rev-parse", "main"));
    expect(plain).toMatch("the list on main does not fit the ledger");
    expect(streamed).toBe(plain);
  });

  it("gets the same verdict when the whole list is gone, with and without the notice of a purge", async () => {
    await campaign.pass(sheetOf(1, [invent(1).row, invent(2).row]));
    campaign.repository.commit("main", "take the list down", { "signatures/accepted/000.md": undefined });
    const { plain, streamed } = await verdicts(campaign.repository.git("rev-parse", "main"));
    expect(plain).toMatch("the list on main is gone, but the ledger has no purge");
    expect(streamed).toBe(plain);
  });
});
