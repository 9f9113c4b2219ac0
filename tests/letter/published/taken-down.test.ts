import { describe, expect, it } from "vitest";
import { type VerifyOptions, verifyPublished } from "../../../scripts/letter/published/verification.ts";
import { formatVerified, verifiedAsJson } from "../../../scripts/letter/published/verified-words.ts";
import { formatListShard, parseListShard } from "../../../scripts/letter/signature/list.ts";
import {
  type CampaignRecord,
  countRecord,
  formatRecord,
  parseRecord,
} from "../../../scripts/letter/signature/record.ts";
import {
  acceptOne,
  append,
  handoverEntry,
  LATE,
  LIARS,
  purgedRecord,
  purgeEntry,
  takenDownRecord,
  withoutList,
} from "../../support/campaigns/taken-down.ts";
import { inventedCampaign, readFrom, type Site, siteOf, vkey } from "../invented.ts";

const { record } = inventedCampaign(3, 8).main;
const { accepted, withdrawn, listed: people } = countRecord(record);
const gone = takenDownRecord(record);
const honest = siteOf(gone);

const reasonOf = async (site: Site, options?: VerifyOptions) => {
  try {
    await verifyPublished(readFrom(site), vkey, options);
    return "ok";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("a list that was taken down with the purge", () => {
  it("is accepted: the ledger and the number verify, and nothing is on the list", async () => {
    const found = await verifyPublished(readFrom(honest), vkey);
    expect(found).toMatchObject({
      accepted,
      withdrawn,
      listed: 0,
      takenDown: true,
      size: gone.entries.length,
    });
    expect([...honest.keys()].filter((path) => path.startsWith("list/"))).toEqual([]);
  });

  it("is told in count.json, without a word on how the rows were shown", () => {
    const count = JSON.parse(Buffer.from(honest.get("count.json")!).toString());
    expect(Object.keys(count)).toEqual(["accepted", "withdrawn", "listed", "taken_down", "size", "root"]);
    expect(count).toMatchObject({ accepted, withdrawn, listed: 0, taken_down: true });
  });

  it("is said before the last line, whose form stays", async () => {
    const found = { ...(await verifyPublished(readFrom(honest), vkey)), passedOver: [], strangers: [] };
    const pinned = { ledger: true, attestation: false };
    const lines = formatVerified(found, pinned).split("\n");
    expect(lines.at(-1)).toMatch(
      new RegExp(`^ok: ${accepted} accepted, ${withdrawn} withdrawn, 0 listed, tree size \\d+, root \\S{44}$`),
    );
    expect(lines.at(-3)).toMatch(/^the list was taken down .*: its rows cannot be checked here$/);
    expect(lines.at(-2)).toContain("--list");
    const json = JSON.parse(verifiedAsJson(found, pinned));
    expect(json).toMatchObject({ ok: true, listed: 0, takenDown: true });
    expect(json).not.toHaveProperty("shown");
  });

  it.each([
    ["after the last of two handovers", [handoverEntry(1), handoverEntry(2), purgeEntry(2)]],
    ["after both of two handovers were purged", [handoverEntry(1), purgeEntry(1), handoverEntry(2), purgeEntry(2)]],
    ["after a change of the letter before the purge", [handoverEntry(1), record.entries[0]!, purgeEntry(1)]],
  ])("may be gone %s", async (_what, entries) => {
    expect(await reasonOf(siteOf(withoutList(append(record, entries))))).toBe("ok");
  });

  it("may be gone when somebody has withdrawn after the handover, and after the purge", async () => {
    const [first, second] = record.rows.map(({ index }) => `undersigned/v1 withdraw ${index}`) as [string, string];
    const left = append(record, [handoverEntry(1), first, purgeEntry(1), second]);
    const found = await verifyPublished(readFrom(siteOf(withoutList(left))), vkey);
    expect([found.withdrawn, found.listed, found.takenDown]).toEqual([withdrawn + 2, 0, true]);
  });

  it("need not be gone: after a purge it may stay", async () => {
    expect(await reasonOf(siteOf(purgedRecord(record)))).toBe("ok");
  });

  it.each(LIARS)("is refused when $what", async ({ lie, reason }) => {
    expect(await reasonOf(lie(record, honest))).toMatch(reason);
  });

  it.each(LATE)("is refused when $what", async ({ late, reason }) => {
    const lied = late(record);
    expect(await reasonOf(siteOf(lied))).toBe("ok");
    expect(await reasonOf(siteOf(withoutList(lied)))).toMatch(reason);
  });

  it("is refused when any one of its files is left, or only one is gone", async () => {
    const fill = Array.from({ length: 256 }, () => "undersigned/v1 batch 1 1 0");
    const long = acceptOne(append(record, fill));
    const whole = siteOf(purgedRecord(long));
    const honest = siteOf(takenDownRecord(long));
    expect(await reasonOf(honest)).toBe("ok");
    for (const path of ["list/000.md", "list/001.md"]) {
      expect(await reasonOf(new Map(honest).set(path, whole.get(path)!))).toContain(`${path} is there, but`);
      const rest = new Map(whole);
      rest.delete(path);
      expect(await reasonOf(rest)).toMatch(new RegExp(`^${path}: the row of the accepted entry \\d+ is missing`));
    }
    expect(await reasonOf(new Map(honest).set("list/001.md", Buffer.from(formatListShard([]))))).toContain("is there");
  });

  it("is refused with a page that still has names, or tells another number", async () => {
    const page = (html: string) => new Map(honest).set("en/signatures/1/index.html", Buffer.from(html));
    expect(await reasonOf(page("<p>It was taken down.</p>"))).toBe("ok");
    for (const html of [
      '<bdi class="who">Maryam</bdi>',
      '<ul class="roll full"><li>x</li></ul>',
      '<p class="more">9</p>',
    ])
      expect(await reasonOf(page(html))).toMatch(/^en\/signatures\/1\/index\.html: it still shows a part of the list/);
    const front = Buffer.from(honest.get("en/index.html")!).toString();
    const edited = (from: string | RegExp, to: string) => {
      expect(front.replace(from, to)).not.toBe(front);
      return new Map(honest).set("en/index.html", Buffer.from(front.replace(from, to)));
    };
    expect(await reasonOf(edited(`>${people}<`, ">5000<"))).toMatch(/^en\/index\.html: the number of “people”/);
    expect(await reasonOf(edited("of-people", "of-listed"))).toMatch(/^en\/index\.html: the number of “listed”/);
    expect(await reasonOf(edited("of-people", "of-hidden"))).toMatch(/^en\/index\.html: the number of “hidden”/);
    expect(await reasonOf(edited(/<data class.*?<\/data>/, ""))).toMatch(/^en\/index\.html: the number of “people”/);
    expect(await reasonOf(edited("</h1>", '</h1><bdi class="who">Maryam</bdi>'))).toMatch(/^en\/index\.html: /);
  });
});

describe("the files of such a record", () => {
  it("come back as a record whose list is gone", () => {
    const files = formatRecord(gone);
    expect([...files.keys()].filter((path) => path.startsWith("accepted/"))).toEqual([]);
    expect(parseRecord(files)).toEqual(gone);
  });

  it("are told from those of a list that everybody has left", async () => {
    const withdrawals = record.rows.map(({ index }) => `undersigned/v1 withdraw ${index}`);
    const empty = append({ ...record, rows: [] }, [...withdrawals, handoverEntry(1), purgeEntry(1)]);
    expect(parseRecord(formatRecord(empty))).toEqual(empty);
    expect(countRecord(empty)).not.toHaveProperty("takenDown");
    expect(await reasonOf(siteOf(empty))).toBe("ok");
    expect(await reasonOf(siteOf(withoutList(empty)))).toBe("ok");
  });
});

describe("a list that somebody kept", () => {
  const list = readFrom(siteOf(record));
  const keptFrom = async (of: CampaignRecord, site: Site) =>
    (await verifyPublished(readFrom(site), vkey, { list: readFrom(siteOf(of)) })).keptList;

  it("is proved row by row against the ledger of a site that has taken its own down", async () => {
    const found = await verifyPublished(readFrom(honest), vkey, { list });
    expect(found.keptList).toEqual({ proved: people, withdrawn: [], missing: 0 });
    const lines = formatVerified({ ...found, passedOver: [], strangers: [] }, { ledger: true, attestation: false });
    expect(lines).toContain(`kept list: ${people} rows are proved`);
    expect(lines).not.toContain("--list");
  });

  it("names by index who has withdrawn since, and tells how many are not in it", async () => {
    const [first, second] = record.rows.map(({ index }) => index) as [number, number];
    const left = append(record, [`undersigned/v1 withdraw ${second}`, handoverEntry(1), purgeEntry(1)]);
    const later = withoutList(append(left, [`undersigned/v1 withdraw ${first}`]));
    const found = await verifyPublished(readFrom(siteOf(later)), vkey, { list });
    expect(found.keptList).toEqual({ proved: people, withdrawn: [first, second], missing: 0 });
    const words = formatVerified({ ...found, passedOver: [], strangers: [] }, { ledger: true, attestation: false });
    expect(words).toContain(`withdrawn since, so no longer to be counted or shown: ${first}, ${second}`);
    const early = { ...record, rows: record.rows.slice(0, 10) };
    expect(await keptFrom(early, honest)).toEqual({ proved: 10, withdrawn: [], missing: people - 10 });
  });

  it("is checked against a site that still has its own list too", async () => {
    expect(await keptFrom(record, siteOf(record))).toEqual({ proved: people, withdrawn: [], missing: 0 });
  });

  it.each([
    ["a changed name", (text: string) => text.replace(/(\| \d+ \| name \| )\S/, "$1X")],
    ["a row of nobody", (text: string) => text.replace(/^\| \d+ /m, "| 0 ")],
    ["a file that is not canonical", (text: string) => text.replace("|", "| ")],
  ])("is refused with %s", async (_what, edit) => {
    const text = Buffer.from(siteOf(record).get("list/000.md")!).toString();
    expect(edit(text)).not.toBe(text);
    const changed = new Map(siteOf(record)).set("list/000.md", Buffer.from(edit(text)));
    expect(await reasonOf(honest, { list: readFrom(changed) })).toMatch(/000\.md: /);
  });

  it("is refused when it is none, or of a longer ledger", async () => {
    expect(await reasonOf(honest, { list: readFrom(new Map()) })).toMatch(/^--list: there is no list/);
    const [row] = parseListShard(Buffer.from(siteOf(record).get("list/000.md")!).toString(), 0);
    const beyond = formatListShard([{ ...row!, index: 256 }]);
    const longer = new Map(siteOf(record)).set("list/001.md", Buffer.from(beyond));
    expect(await reasonOf(honest, { list: readFrom(longer) })).toContain("the ledger has no accept at this index");
  });
});
