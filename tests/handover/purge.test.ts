import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeDatabase } from "../../scripts/form-service/store/campaign-database.ts";
import { openStore, type Query } from "../../scripts/form-service/store/schema.ts";
import { formatNotice, noticePath } from "../../scripts/letter/handover/notice.ts";
import { invent, keys, sheetOf, vkey, withdrawalsOf } from "../letter/invented.ts";
import {
  fillVault,
  type HandoverCampaign,
  makeHandoverCampaign,
  makeWorkingFolder,
  run,
  TAG,
} from "../support/campaigns/handover.ts";

const people = Array.from({ length: 8 }, (_, i) => invent(i, i < 2 ? "name" : undefined));
const late = invent(50);
/** Names, withdraws after the handover, and must be in nothing that is kept. */
const leaver = people[0]!;

describe("npm run purge", () => {
  let campaign: HandoverCampaign;
  let sha256: string;
  let written: { digest: string; records: number; later: number };
  let warned: string;
  let before: string;
  let working: string;
  let away: string;
  const purge = (...args: string[]) => run("purge", ["--tag", TAG, ...args], { DATA_DIR: campaign.dataDir }, working);
  const change = async (work: (query: Query) => Promise<void>) => {
    const store = await openStore({ kind: "sqlite", path: join(campaign.dataDir, "service.db") });
    await store.change(work).finally(store.close);
  };
  beforeAll(async () => {
    campaign = await makeHandoverCampaign(people);
    working = makeWorkingFolder(campaign.folder);
    await fillVault(campaign, [...people, late]);
    const out = join(campaign.folder, "out");
    const place = { DATA_DIR: campaign.dataDir };
    expect(await run("handover", ["--tag", TAG, "--out", out], place, working)).toMatchObject({ code: 0 });
    // The tag is made; the ledger does not speak of the handover yet.
    await campaign.pass(sheetOf(50, [late.row]));
    const ended = await run("handover-contacts", ["--tag", TAG, "--out", out, "--json"], place, working);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    written = JSON.parse(ended.stdout);
    warned = ended.stderr;
    sha256 = Buffer.from(written.digest, "base64url").toString("hex");
    const backup = join(campaign.folder, "backup.age");
    away = join(campaign.folder, "unmounted/backup.age");
    writeFileSync(backup, "a backup");
    writeFileSync(
      join(campaign.dataDir, "backups.json"),
      JSON.stringify([backup, away].map((path) => ({ path, day: "2026-11-25" }))),
    );
    for (const list of [`${backup}.left`, join(campaign.dataDir, "left.txt")]) writeFileSync(list, "ids");
    mkdirSync(join(campaign.dataDir, "fresh"));
    writeFileSync(join(campaign.dataDir, "fresh/handover-2026-11-30.tar"), people[0]!.contact.email);
    mkdirSync(join(campaign.dataDir, "mail"));
    writeFileSync(join(campaign.dataDir, "mail/1.eml"), `To: ${people[0]!.contact.email}`);
    before = readFileSync(join(campaign.dataDir, "keys/pepper.key"), "utf8");
  });
  afterAll(() => campaign.remove());

  it("refuses while a signature that came between tag and handover is in no bag, and goes on when it has left", async () => {
    expect(written).toMatchObject({ later: 1, records: people.length });
    expect(warned).toMatch(/^warning: 1 signatures were accepted after the tag and are in neither bag/);
    const refused = await purge("--receipt", sha256);
    expect(refused.stderr).toContain("1 signatures were accepted after the tag");
    expect(existsSync(join(campaign.dataDir, "service.db"))).toBe(true);
    await campaign.pass(withdrawalsOf(51, [late.row.id]));
  });

  it("makes nothing of a tag any more from which somebody has left, and keeps nothing that was made of it", async () => {
    const out = join(campaign.folder, "out");
    expect(filesBelow(out)).toEqual(["contacts-2026-12-01.tar", "handover-2026-12-01.md", "handover-2026-12-01.tar"]);
    const place = { DATA_DIR: campaign.dataDir };
    // Before main knows, the form service has told them so.
    const { id } = leaver.row;
    await change(async (query) => {
      await query.deleteFrom("vault").where("id", "=", id).execute();
      await query.updateTable("signature").set({ state: "withdrawn" }).where("id", "=", id).execute();
      await query.insertInto("withdrawal").values({ id, attestation: "", sheet: null }).execute();
    });
    for (const ended of [
      await run("handover", ["--tag", "handover/2026-12-03", "--out", out], place, working),
      await purge("--receipt", sha256),
    ])
      expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining("1 withdrawals are on their way") });
    expect(campaign.repository.git("tag", "--list")).toBe(TAG);
    await campaign.pass(withdrawalsOf(52, [id]));
    for (const command of ["handover", "handover-contacts"])
      expect(await run(command, ["--tag", TAG, "--out", out], place, working)).toEqual({
        code: 1,
        stdout: "",
        stderr: `error: 1 person has left since ${TAG}: make a new tag, of another day, and hand that over\n`,
      });
    expect(filesBelow(out)).toEqual(["handover-2026-12-01.md"]);
    // A bag that is made of a new tag goes with the purge.
    const again = await run("handover", ["--tag", "handover/2026-12-02", "--out", out], place, working);
    expect(again, again.stderr).toMatchObject({ code: 0 });
    const bag = readFileSync(join(out, "handover-2026-12-02.tar"));
    for (const text of [leaver.row.name, leaver.row.opening]) expect(bag.includes(text)).toBe(false);
  });

  it("destroys nothing without the recipient's receipt, or with another one", async () => {
    const asked = await purge();
    expect(asked).toMatchObject({ code: 1, stdout: expect.stringContaining("nothing was destroyed") });
    expect(asked.stdout).toMatch(/1 person has left since handover\/2026-12-01, .*; index: \d+\n/);
    expect(await purge("--receipt", sha256)).toMatchObject({ code: 1, stderr: expect.stringContaining("--deleted") });
    const wrong = await purge(
      "--receipt",
      sha256.replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
    );
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("the recipient has another bag") });
    expect(existsSync(join(campaign.folder, "backup.age"))).toBe(true);
    expect(readFileSync(join(campaign.dataDir, "keys/pepper.key"), "utf8")).toBe(before);
  });

  it("refuses another database than the one whose records were handed over: none, or an empty one", async () => {
    const elsewhere = join(campaign.folder, "elsewhere.db");
    const settings = { DATA_DIR: campaign.dataDir, DATABASE_URL: `sqlite:${elsewhere}` };
    const there = () => run("purge", ["--tag", TAG, "--receipt", sha256, "--deleted", "1"], settings, working);
    expect(await there()).toMatchObject({ code: 1, stderr: expect.stringContaining("there is no database") });
    expect(existsSync(elsewhere)).toBe(false);
    const database = { kind: "sqlite", path: elsewhere } as const;
    await makeDatabase({ database }, { entries: [] }, keys.attestation);
    expect(await there()).toMatchObject({ code: 1, stderr: expect.stringContaining("the contact record of none of") });
    expect(existsSync(join(campaign.dataDir, "service.db"))).toBe(true);
    // Said to be lost, it is no reason any more; the receipt is looked at next.
    const lost = await run("purge", ["--tag", TAG, "--receipt", "0", "--lost-database"], settings, working);
    expect(lost).toMatchObject({ code: 1, stderr: expect.stringContaining("--receipt is not the digest") });
  });

  it("goes on only with the database that it has begun with, until it has emptied that", async () => {
    const path = join(campaign.dataDir, "handovers.json");
    const notes = readFileSync(path, "utf8");
    writeFileSync(path, JSON.stringify(JSON.parse(notes).map((note: object) => ({ ...note, purge: "checked" }))));
    const elsewhere = { DATA_DIR: campaign.dataDir, DATABASE_URL: `sqlite:${join(campaign.folder, "none.db")}` };
    const refused = await run("purge", ["--tag", TAG], elsewhere, working);
    expect(refused.stderr).toContain("has not emptied the database yet, and here there is none");
    expect(refused.code).toBe(1);
    writeFileSync(path, notes);
  });

  it("refuses a tag that was never handed over", async () => {
    const other = await run("purge", ["--tag", "handover/2026-12-07"], { DATA_DIR: campaign.dataDir }, working);
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining("the ledger has no handover") });
  });

  it("refuses a tag that was moved since, and says where it was", async () => {
    const at = campaign.repository.git("rev-parse", TAG);
    for (const moved of ["main", `${TAG}~1`]) {
      campaign.repository.git("tag", "--force", TAG, moved);
      const refused = await purge("--receipt", sha256, "--deleted", "1");
      expect(refused).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(
          /^error: the tag \S+ does not name what was handed over: [^\n]*nothing was[^\n]*\n$/,
        ),
      });
    }
    campaign.repository.git("tag", "--force", TAG, at);
    expect(existsSync(join(campaign.dataDir, "service.db"))).toBe(true);
  });

  it("refuses while a noted backup is not where it was noted, until it is said to be gone", async () => {
    const refused = await purge("--receipt", sha256, "--deleted", "1");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^error: the backup \S+, which backups\.json names, is not there: [^\n]+\n$/);
    expect(refused.stderr).toContain(`npm run backup -- --gone ${away}`);
    expect(existsSync(join(campaign.folder, "backup.age"))).toBe(true);
    expect(await run("backup", ["--gone", away], { DATA_DIR: campaign.dataDir }, working)).toMatchObject({ code: 0 });
  });

  it("destroys vault, queue, pepper, mail, backups and history, and says what remains", async () => {
    mkdirSync(join(campaign.dataDir, "campaign.git.Xy12ab"));
    writeFileSync(join(campaign.dataDir, "campaign.git.Xy12ab/bundle"), people[0]!.row.name);
    const ids = people.map(({ row }) => row.id);
    const ended = await purge("--receipt", `sha256 ${sha256}`, "--deleted", "1");
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringMatching(/what remains[\s\S]*90 days/) });
    for (const path of [
      "service.db",
      "service.db-wal",
      "mail/1.eml",
      "left.txt",
      "copies.json",
      "fresh",
      "backups.json",
      "handovers.json",
    ])
      expect(existsSync(join(campaign.dataDir, path)), path).toBe(false);
    for (const name of ["backup.age", "backup.age.left"])
      expect(existsSync(join(campaign.folder, name)), name).toBe(false);
    expect(readdirSync(campaign.dataDir).filter((name) => name.startsWith("campaign.git"))).toEqual(["campaign.git"]);
    expect(filesBelow(join(campaign.folder, "out"))).toEqual(["handover-2026-12-01.md"]);
    expect(readFileSync(join(campaign.dataDir, "keys/pepper.key"), "utf8")).not.toBe(before);
    // The sheets, with the ids and the contact commitments of the rows beside their names, stood in the history.
    expect(campaign.repository.git("rev-list", "--count", "main")).toBe("2");
    const objects = campaign.repository.git("cat-file", "--batch-check", "--batch-all-objects", "--unordered");
    for (const line of objects.split("\n")) {
      const text = campaign.repository.git("cat-file", "-p", line.split(" ")[0]!);
      for (const id of ids) expect(text).not.toContain(id);
    }
  });

  it("says so on the ledger, and leaves a count that anybody can verify", async () => {
    const entries = campaign.repository.read("main", "signatures/ledger/000.txt").toString("utf8").trim().split("\n");
    const digest = Buffer.from(sha256, "hex").toString("base64url");
    expect(entries.slice(-3)).toEqual([
      expect.stringMatching(/ withdraw /),
      expect.stringMatching(/ withdraw /),
      `undersigned/v1 purge ${digest}`,
    ]);
    const ended = await run("verify", [join(campaign.dataDir, "site"), "--vkey", vkey], {});
    expect(ended.stdout.trim().split("\n").at(-1), ended.stdout).toContain("ok: 9 accepted, 2 withdrawn, 0 listed");
  });

  it("leaves nothing of anybody in the data folder, nor in the repository's objects", () => {
    const secrets = [...people, late].flatMap(({ contact, row }) => [contact.email, row.opening, row.name, row.id]);
    const texts = secrets.filter((text) => text !== "").map((text) => Buffer.from(text));
    const { dataDir, repository } = campaign;
    const all = filesBelow(dataDir).map((path) => [path, readFileSync(join(dataDir, path))] as const);
    const objects = repository.git("cat-file", "--batch-check", "--batch-all-objects", "--unordered").split("\n");
    const stored = objects.map(
      (line) => [line, Buffer.from(repository.git("cat-file", "-p", line.split(" ")[0]!))] as const,
    );
    for (const [place, bytes] of [...all, ...stored])
      expect(
        texts.findIndex((text) => bytes.includes(text)),
        place,
      ).toBe(-1);
  });

  it("does no harm when it is run again", async () => {
    const refs = campaign.repository.git("rev-parse", "main");
    expect(await purge()).toMatchObject({ code: 0 });
    expect(campaign.repository.git("rev-parse", "main")).toBe(refs);
  });
});

describe("npm run purge, where the names stay", () => {
  it("leaves the list, from which people can still go, and no copy of it", async () => {
    const [one, other] = [invent(0, "name"), invent(1, "name")];
    const campaign = await makeHandoverCampaign([one, other]);
    await fillVault(campaign, [one, other]);
    const working = makeWorkingFolder(campaign.folder);
    const yaml = readFileSync(join(working, "content/campaign.yaml"), "utf8");
    writeFileSync(join(working, "content/campaign.yaml"), yaml.replace(/^after_purge: .*$/m, "after_purge: names"));
    campaign.repository.git("tag", TAG, "main");
    const digest = "A".repeat(43);
    const handedOver = { kind: "handover", tag: TAG, publicBag: digest, contactsBag: digest } as const;
    campaign.repository.commit("main", "handed over", { [noticePath(handedOver)]: formatNotice(handedOver) });
    await campaign.pass(withdrawalsOf(5, [invent(99).row.id]));
    const later = {
      ...handedOver,
      tag: "handover/2026-12-03",
      publicBag: "B".repeat(42).concat("A"),
      contactsBag: "C".repeat(42).concat("A"),
    };
    campaign.repository.git("tag", later.tag, "main");
    campaign.repository.commit("main", "handed over again", { [noticePath(later)]: formatNotice(later) });
    await campaign.pass(withdrawalsOf(7, [invent(98).row.id]));
    const settings = { DATA_DIR: campaign.dataDir, SITE_URL: "https://letter.example.org" };
    const first = await run("purge", ["--tag", TAG, "--receipt", digest], settings, working);
    expect(first).toMatchObject({ code: 1, stderr: expect.stringContaining("a later handover is on the ledger") });
    const ended = await run("purge", ["--tag", later.tag, "--receipt", later.contactsBag], settings, working);
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("The list stands") });
    const list = () => campaign.repository.read("main", "signatures/accepted/000.md").toString("utf8");
    expect(list()).toContain(one.row.opening);
    await campaign.pass(withdrawalsOf(6, [one.row.id]));
    expect(list()).not.toContain(one.row.opening);
    expect(list()).toContain(other.row.opening);
    const newer = ["--tag", "handover/2026-12-09", "--out", join(campaign.folder, "out")];
    const again = await run("handover", newer, settings, working);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("nothing is handed over any more") });
    expect(campaign.repository.git("tag", "--list")).not.toContain("2026-12-09");
    const entries = campaign.repository.read("main", "signatures/ledger/000.txt").toString("utf8").trim().split("\n");
    expect(entries.slice(-2)).toEqual([
      `undersigned/v1 purge ${later.contactsBag}`,
      expect.stringMatching(/ withdraw \d+$/),
    ]);
    campaign.remove();
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
