import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { invent, sheetOf, vkey, withdrawalsOf } from "../letter/invented.ts";
import { fillVault, type HandoverCampaign, makeHandoverCampaign, run, TAG } from "../support/campaigns/handover.ts";
import { root } from "../support/source.ts";

const people = Array.from({ length: 8 }, (_, i) => invent(i));
const late = invent(50);

describe("npm run purge", () => {
  let campaign: HandoverCampaign;
  let sha256: string;
  let written: { digest: string; records: number; later: number };
  let warned: string;
  let before: string;
  let working: string;
  let away: string;
  const purge = (...args: string[]) => run("purge", ["--tag", TAG, ...args], { DATA_DIR: campaign.dataDir }, working);
  beforeAll(async () => {
    campaign = await makeHandoverCampaign(people);
    working = workingFolder(campaign.folder);
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

  it("destroys nothing without the recipient's receipt, or with another one", async () => {
    expect(await purge()).toMatchObject({ code: 1, stdout: expect.stringContaining("nothing was destroyed") });
    const wrong = await purge(
      "--receipt",
      sha256.replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
    );
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("the recipient has another bag") });
    expect(existsSync(join(campaign.folder, "backup.age"))).toBe(true);
    expect(readFileSync(join(campaign.dataDir, "keys/pepper.key"), "utf8")).toBe(before);
  });

  it("refuses a tag that was never handed over", async () => {
    const other = await run("purge", ["--tag", "handover/2026-12-07"], { DATA_DIR: campaign.dataDir }, working);
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining("the ledger has no handover") });
  });

  it("destroys vault, queue, pepper, mail, backups and history, and says what remains", async () => {
    const ids = people.map(({ row }) => row.id);
    const ended = await purge("--receipt", `sha256 ${sha256}`);
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringMatching(/what remains[\s\S]*90 days/) });
    for (const path of ["service.db", "service.db-wal", "mail/1.eml", "left.txt"])
      expect(existsSync(join(campaign.dataDir, path)), path).toBe(false);
    for (const name of ["backup.age", "backup.age.left"])
      expect(existsSync(join(campaign.folder, name)), name).toBe(false);
    // What lies on a medium that is away cannot be destroyed now, and is not forgotten.
    expect(ended.stdout).toContain(`NOT destroyed, because they are not there: ${away}.`);
    expect(JSON.parse(readFileSync(join(campaign.dataDir, "backups.json"), "utf8"))).toEqual([
      { path: away, day: "2026-11-25" },
    ]);
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
      expect.stringMatching(/ handover /),
      expect.stringMatching(/ withdraw /),
      `undersigned/v1 purge ${digest}`,
    ]);
    for (const [place, counts] of [
      ["site", "9 accepted, 1 withdrawn, 8 listed"],
      ["fresh/handover-2026-12-01.tar", "8 accepted, 0 withdrawn, 8 listed"],
    ] as const) {
      const ended = await run("verify", [join(campaign.dataDir, place), "--vkey", vkey], {});
      expect(ended.stdout.trim().split("\n").at(-1), ended.stdout).toContain(`ok: ${counts}`);
    }
    expect(readFileSync(join(campaign.dataDir, "fresh/repository/signatures/ledger/checkpoint"), "utf8")).toContain(
      `\n${entries.length}\n`,
    );
  });

  it("leaves no address of anybody in the data folder", () => {
    const all = readdirSync(campaign.dataDir, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    for (const entry of all) {
      const bytes = readFileSync(join(entry.parentPath, entry.name), "latin1");
      for (const { contact } of [...people, late]) expect(bytes.includes(contact.email), entry.name).toBe(false);
    }
  });

  it("does no harm when it is run again", async () => {
    const refs = campaign.repository.git("rev-parse", "main");
    expect(await purge()).toMatchObject({ code: 0 });
    expect(campaign.repository.git("rev-parse", "main")).toBe(refs);
  });
});

/** A folder that has the letter which the campaign signed, and everything else of the project. */
function workingFolder(folder: string): string {
  const working = join(folder, "working");
  cpSync(join(root, "content"), join(working, "content"), { recursive: true });
  for (const lang of ["en", "fa"]) {
    rmSync(join(working, "content", lang, "letter.md"));
    cpSync(join(folder, "content", lang, "letter.md"), join(working, "content", lang, "letter.md"));
  }
  for (const name of [".eleventy.js", "package.json"]) cpSync(join(root, name), join(working, name));
  for (const name of ["scripts", "node_modules"]) symlinkSync(join(root, name), join(working, name));
  return working;
}
