import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { submitMany } from "../form-service/crashes/kill-campaign.ts";
import { openRepository } from "../support/campaigns/repository.ts";
import { fixedRandomness } from "../support/fixtures.ts";
import { makeDataDir, removeDataDir, runCommand } from "../support/servers/service.ts";
import { begin, makeClaimed, runBackupJourney, withStore } from "./backup-journey.ts";

const folder = mkdtempSync(join(tmpdir(), "undersigned-backup-"));
const [file, keyFile] = [join(folder, "backup.age"), join(folder, "backup.key")];
let recipient: string;
beforeAll(async () => {
  recipient = (await runCommand("backup", ["--new-key", keyFile])).stdout.trim();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytes = fixedRandomness("spoilt backups");
const backUp = (settings: Record<string, string>, path: string) =>
  runCommand("backup", [path, "--to", recipient], settings);
const restore = (settings: Record<string, string>, path = file, ...more: string[]) =>
  runCommand("restore", [path, "--key", keyFile, ...more], settings);

it("is made while the service runs, and after it nothing is filed twice", async () => {
  await runBackupJourney(async () => ({}));
});

describe("a backup", () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = makeDataDir();
    await begin({ DATA_DIR: dataDir });
    await makeClaimed({ DATA_DIR: dataDir });
    expect((await backUp({ DATA_DIR: dataDir }, file)).code).toBe(0);
  });
  afterAll(() => removeDataDir(dataDir));

  it("is made of the campaign's own database or not at all", async () => {
    const [other, path] = [makeDataDir(), join(folder, "none.age")];
    await begin({ DATA_DIR: other });
    const empty = join(other, "empty.db");
    await withStore({ DATA_DIR: other, DATABASE_URL: `sqlite:${empty}` }, async () => {});
    await makeClaimed({ DATA_DIR: dataDir, DATABASE_URL: `sqlite:${join(other, "anothers.db")}` });
    for (const [place, words] of [
      [empty, "the database is empty, and no form service has used it"],
      [join(other, "anothers.db"), "the database belongs to another campaign"],
      [join(other, "missing.db"), `there is no database at ${join(other, "missing.db")}: set DATABASE_URL`],
    ] as const) {
      const ended = await backUp({ DATA_DIR: other, DATABASE_URL: `sqlite:${place}` }, path);
      expect(ended).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/^error: [^\n]+\n$/) });
      expect(ended.stderr).toContain(words);
    }
    expect(existsSync(path) || existsSync(join(other, "missing.db"))).toBe(false);
    expect(existsSync(join(other, "backups.json"))).toBe(false);
    removeDataDir(other);
  });

  it("makes the whole campaign again on an empty machine", async () => {
    const empty = makeDataDir();
    const done = await restore({ DATA_DIR: empty }, file, "--yes", "--no-site");
    expect(done.code, done.stderr).toBe(0);
    for (const name of ["ledger.key", "attestation.key", "pepper.key"]) {
      expect(readFileSync(join(empty, "keys", name))).toEqual(readFileSync(join(dataDir, "keys", name)));
      expect(statSync(join(empty, "keys", name)).mode & 0o777).toBe(0o600);
    }
    const main = (path: string) => openRepository(`${path}/campaign.git`).git("rev-parse", "main");
    expect(main(empty)).toBe(main(dataDir));
    removeDataDir(empty);
  });

  it("brings nobody back without a list of who left, unless that is said in so many words", async () => {
    const [empty, list, away] = [makeDataDir(), `${file}.left`, `${file}.away`];
    expect(readFileSync(list, "utf8")).toMatch(/^undersigned\/v1 left \d{4}-\d{2}-\d{2}\n$/);
    renameSync(list, away);
    const refused = await restore({ DATA_DIR: empty }, file, "--yes", "--no-site");
    expect(refused.stdout).toContain("no list of who left since");
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/^error: [^\n]*--without-list\n$/)]);
    expect(existsSync(join(empty, "service.db"))).toBe(false);
    const untold = await restore({ DATA_DIR: empty }, file, "--yes", "--without-list");
    expect([untold.code, untold.stderr]).toEqual([1, expect.stringMatching(/^error: [^\n]*--no-site\n$/)]);
    expect(readdirSync(empty)).toEqual(["lock.db"]);
    const both = await restore({ DATA_DIR: empty }, file, "--yes", "--without-list", "--no-site", "--site", folder);
    expect(both.stderr).toContain("say either --site or --no-site");
    const done = await restore({ DATA_DIR: empty }, file, "--yes", "--without-list", "--no-site");
    expect(done.code, done.stderr).toBe(0);
    expect(done.stdout).toMatch(/announce this today[\s\S]* en: We had to restore[\s\S]* fa: ناچار شدیم/);
    renameSync(away, list);
    removeDataDir(empty);
  });

  it("is deleted by --keep when it is old, with its list, and takes itself off the list", async () => {
    const [other, old] = [makeDataDir(), join(folder, "old.age")];
    await begin({ DATA_DIR: other });
    await makeClaimed({ DATA_DIR: other });
    for (const path of [old, `${old}.left`]) writeFileSync(path, "");
    writeFileSync(join(other, "backups.json"), JSON.stringify([{ path: old, day: "2026-01-01" }]));
    const young = join(folder, "young.age");
    const done = await runCommand("backup", [young, "--to", recipient, "--keep", "7d"], { DATA_DIR: other });
    expect(done, done.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining(`deleted ${old}\n`) });
    for (const path of [old, `${old}.left`]) expect(existsSync(path)).toBe(false);
    const [{ path, keep }, ...rest] = JSON.parse(readFileSync(join(other, "backups.json"), "utf8"));
    expect([path, keep, rest]).toEqual([young, 7, []]);
    removeDataDir(other);
  });

  it.each([
    ["cut off", (bytes: Buffer) => bytes.subarray(0, -20)],
    ["changed", (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -20), Buffer.alloc(20)])],
  ])("is refused when it was %s, and nothing is made of it", async (_, spoil) => {
    const [empty, spoilt] = [makeDataDir(), join(folder, "spoilt.age")];
    copyFileSync(file, spoilt);
    writeFileSync(spoilt, spoil(readFileSync(spoilt)));
    const refused = await restore({ DATA_DIR: empty }, spoilt, "--yes");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("damaged");
    expect(existsSync(join(empty, "keys"))).toBe(false);
    expect(existsSync(join(empty, "service.db"))).toBe(false);
    removeDataDir(empty);
  });

  it("is not restored by a clock that is behind it", async () => {
    const [empty, list] = [makeDataDir(), `${file}.left`];
    const before = readFileSync(list, "utf8");
    writeFileSync(list, "undersigned/v1 left 2999-12-31\n");
    const refused = await restore({ DATA_DIR: empty }, file, "--yes", "--no-site");
    expect(refused.stderr).toMatch(
      /^error: the clock of this machine says [\d-]+, and what is restored has had 2999-12-31: /,
    );
    expect([refused.code, existsSync(join(empty, "service.db")), existsSync(join(empty, "keys"))]).toEqual([
      1,
      false,
      false,
    ]);
    writeFileSync(list, before);
    removeDataDir(empty);
  });

  it("overwrites nothing: no file, no key, no database", async () => {
    expect((await backUp({ DATA_DIR: dataDir }, file)).stderr).toContain("there already");
    expect((await runCommand("backup", ["--new-key", keyFile])).stderr).toContain("there already");
    const other = makeDataDir();
    await begin({ DATA_DIR: other });
    expect((await restore({ DATA_DIR: other }, file, "--yes")).stderr).toMatch(/DATA_DIR has another .*key/);
    removeDataDir(other);
    await withStore({ DATA_DIR: dataDir }, (store) => submitMany(store, 1, "A".repeat(43), bytes));
    expect((await restore({ DATA_DIR: dataDir }, file, "--yes")).stderr).toContain("restore into an empty one");
  });

  it("is opened by its own key alone", async () => {
    const other = join(folder, "other.key");
    await runCommand("backup", ["--new-key", other]);
    const refused = await runCommand("restore", [file, "--key", other], { DATA_DIR: makeDataDir() });
    expect(refused.stderr).toContain("sealed for another key");
    const none = join(folder, "none");
    for (const [path, key, words] of [
      [file, none, "error: there is no such key file, or it cannot be read\n"],
      [none, keyFile, "error: there is no such backup file\n"],
    ] as const) {
      const missing = await runCommand("restore", [path, "--key", key], { DATA_DIR: makeDataDir() });
      expect([missing.code, missing.stderr]).toEqual([1, words]);
    }
    const wrong = await runCommand("backup", [join(folder, "x.age"), "--to", "age1abc"], { DATA_DIR: dataDir });
    expect(wrong.stderr).toContain("age1pq1");
    expect(existsSync(join(folder, "x.age"))).toBe(false);
  });
});
