import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { openMirror } from "../../../scripts/accept/mirror/opened-mirror.ts";
import { readBackupKey } from "../../../scripts/form-service/store/backup-contents.ts";
import { checkBackups, deleteOldBackups, forgetGone } from "../../../scripts/form-service/store/old-backups.ts";
import { makeBackupKey } from "../../../scripts/form-service/store/written-backup.ts";
import { type MirrorOrder, writeMirror } from "../../../scripts/form-service/store/written-mirror.ts";
import { assertBackupsThere } from "../../../scripts/handover/purge-conditions.ts";
import { dayAfter } from "../../../scripts/letter/bytes/day.ts";
import { idOf } from "../../../scripts/letter/signature/derivation.ts";
import { formatSheet, type Sheet } from "../../../scripts/letter/signature/sheet.ts";
import { lastBackupOf, leftListBeside, readBackupList } from "../../../scripts/outside/backup-list.ts";
import { LOCAL_MODERATOR, openLocalGitHost } from "../../../scripts/outside/git/local-host.ts";
import { readPlace } from "../../../scripts/outside/mirror/second-place.ts";
import { readSettings, type Settings } from "../../../scripts/outside/settings.ts";
import { attestedMessage, type Invented, invent, ledger, service, sheetOf } from "../../letter/invented.ts";
import { acceptAll } from "../../support/campaigns/accept-all.ts";
import { type HandoverCampaign, makeHandoverCampaign } from "../../support/campaigns/handover.ts";
import { day } from "../../support/campaigns/local-campaign.ts";
import { openRepository } from "../../support/campaigns/repository.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { type GitHub, startGitHub } from "../../support/github/github.ts";

const random = fixedRandomness(`mirror ${inject("seed")}`);
const number = () => 100 + Buffer.from(random(3)).readUIntBE(0, 3);
const [first, waiting] = [invent(number(), "name"), invent(number(), "name")];
const open = sheetOf(7, [waiting.row]);

let campaign: HandoverCampaign;
let settings: Settings;
let to: string;
let identity: string;
// To begin a campaign takes git many processes, so it is made once, and put back before each test.
let original: string;
beforeAll(async () => {
  campaign = await makeHandoverCampaign([first]);
  original = `${campaign.folder}.original`;
  await file(open);
  settings = readSettings({ DATA_DIR: campaign.dataDir });
  to = await makeBackupKey(path("backup.key"));
  identity = await readBackupKey(path("backup.key"));
  cpSync(campaign.folder, original, { recursive: true });
});
beforeEach(() => {
  rmSync(campaign.folder, { recursive: true });
  cpSync(original, campaign.folder, { recursive: true });
});
afterAll(() => {
  campaign.remove();
  rmSync(original, { recursive: true });
});

const path = (name: string) => join(campaign.folder, name);
const hostAt = (repository: string) => openLocalGitHost(repository, { folder: campaign.folder, day });
async function file(sheet: Sheet): Promise<void> {
  const host = await hostAt(campaign.repository.path);
  const message = attestedMessage(sheet);
  await host.file({ sheet: sheet.sheet, text: formatSheet(sheet), base: await host.head(), message, day });
}
const copy = (more: Partial<MirrorOrder> = {}, of: Settings = settings) =>
  writeMirror(of, {
    place: { kind: "folder", path: path("second") },
    ...{ to, days: undefined, rewritten: false, today: day },
    ...more,
  });
const opening = (out: string, more: Partial<Parameters<typeof openMirror>[1]> = {}) => ({
  ...{ identity, out: path(out), dataDir: campaign.dataDir, reviewHere: false, today: day },
  ...more,
});
const copyOf = (today: string) => path(`second/mirror-${today}.age`);
const idsOf = (people: readonly Invented[]) => people.map(({ row }) => row.id).sort();
/** Reviews what waits in a repository that was made of a mirror, and accepts it. @returns the ids on the list */
async function goOn(repository: string): Promise<string[]> {
  const host = await hostAt(repository);
  const commit = openRepository(repository).git("rev-parse", `refs/heads/pending/${open.sheet}`);
  await host.review(open.sheet, { by: LOCAL_MODERATOR, state: "approved", commit, body: "" }, day);
  const acceptor = { host, signer: ledger, attestationKey: service.publicKey, day, live: async () => undefined };
  const { main } = await acceptAll(acceptor);
  return main.record.rows.map(({ opening }) => idOf(Buffer.from(opening, "base64url"))).sort();
}

it("holds main and the open sheets, and a campaign goes on from it where nothing else is left", async () => {
  const head = campaign.repository.git("rev-parse", "main");
  expect(await copy({ days: 7 })).toMatchObject({ main: head, sheets: 1, deleted: [], stuck: [] });
  const sealed = readFileSync(copyOf(day));
  expect(statSync(copyOf(day)).mode & 0o777).toBe(0o600);
  for (const secret of [waiting.row.name, open.sheet, "bundle"]) expect(sealed.includes(secret)).toBe(false);
  // It is a backup: with a list of who left, until a day, and to be destroyed at the purge. But not one of the database.
  expect(await readBackupList(campaign.dataDir)).toEqual([{ path: copyOf(day), day, main: head, keep: 7 }]);
  expect(existsSync(leftListBeside(copyOf(day)))).toBe(true);
  expect(await lastBackupOf(settings)).toBe("");
  // Nothing counts that the form service has not attested.
  const forged = sheetOf(8, [invent(number(), "name").row]);
  const host = await hostAt(campaign.repository.path);
  const base = await host.head();
  await host.file({ sheet: forged.sheet, text: formatSheet(forged), base, message: "a sheet\n", day });
  // With two moderators on main nobody on one machine could approve.
  campaign.repository.commit("main", "organisers: moderators", {
    ".github/moderators.yml": "approvals: 2\nmoderators:\n  - 11\n  - 12\n",
  });
  await copy();
  const opened = await openMirror(copyOf(day), opening("machine/campaign.git", { reviewHere: true }));
  expect(opened).toMatchObject({ sheets: 1, rows: 1, others: 1, listed: 1 });
  expect(await goOn(opened.out)).toEqual(idsOf([first, waiting]));
});

it("is made of what is left on this machine, too, without a key", async () => {
  const opened = await openMirror(campaign.repository.path, opening("machine/campaign.git", { identity: undefined }));
  expect(opened).toMatchObject({ main: campaign.repository.git("rev-parse", "main"), sheets: 1 });
  expect(await goOn(opened.out)).toEqual(idsOf([first, waiting]));
});

it("is deleted when it is old, and only once there is a newer one", async () => {
  const later = dayAfter(day, 7);
  await copy({ days: 7 });
  expect(await deleteOldBackups(campaign.dataDir, 7, later)).toEqual({ deleted: [], stuck: [] });
  const red = async (today: string) =>
    (await checkBackups(settings, new Date(`${today}T12:00:00Z`))).flatMap(({ mend }) => mend ?? []);
  expect(await red(dayAfter(day, 1))).toEqual([]);
  expect(await red(dayAfter(day, 2))).toEqual([expect.stringContaining(`the last mirror of main is of ${day}`)]);
  const elsewhere = { kind: "folder", path: path("third") } as const;
  await copy({ days: 7, place: elsewhere, today: later });
  expect(existsSync(copyOf(day))).toBe(true);
  expect(await copy({ days: 7, today: later })).toMatchObject({ deleted: [copyOf(day)], stuck: [] });
  expect(readdirSync(path("second")).sort()).toEqual([`mirror-${later}.age`, `mirror-${later}.age.left`]);
});

it("is not replaced by a main that somebody set back, unless that is said in so many words", async () => {
  await copy();
  const before = readFileSync(copyOf(day));
  campaign.repository.git("update-ref", "refs/heads/main", "main~1");
  await expect(copy()).rejects.toThrow("main does not go on from");
  expect(readFileSync(copyOf(day)).equals(before)).toBe(true);
  await copy({ rewritten: true });
  expect(readFileSync(copyOf(day)).equals(before)).toBe(false);
});

it("is opened by its own key, and only if this campaign's key has signed what is in it", async () => {
  await copy();
  const other = path("other.key");
  await makeBackupKey(other);
  await expect(openMirror(copyOf(day), opening("out", { identity: await readBackupKey(other) }))).rejects.toThrow(
    "sealed for another key",
  );
  const spoilt = path("spoilt.age");
  copyFileSync(copyOf(day), spoilt);
  writeFileSync(spoilt, readFileSync(spoilt).subarray(0, -20));
  await expect(openMirror(spoilt, opening("out"))).rejects.toThrow("damaged");
  // Anyone who has the public key can seal a list of their own.
  const list = campaign.repository
    .list("main")
    .find((name) => name.startsWith("signatures/accepted/") && name.endsWith(".md"))!;
  const text = campaign.repository.read("main", list).toString("utf8");
  campaign.repository.commit("main", "a better list", { [list]: text.replace(first.row.name, "Somebody Else") });
  await copy();
  await expect(openMirror(copyOf(day), opening("out"))).rejects.toThrow("somebody has edited main");
  expect(existsSync(path("out"))).toBe(false);
  expect(readdirSync(campaign.folder).filter((name) => name.startsWith("out"))).toEqual([]);
});

describe("at another host", () => {
  let second: GitHub;
  let token: string;
  beforeAll(async () => {
    second = await startGitHub({ owner: "elsewhere", name: "copies" });
    ({ token } = second.addAccount("keeper", "write"));
  });
  afterAll(() => second.close());
  const place = async () => {
    writeFileSync(path("token"), `${token}\n`);
    return readPlace(`${second.origin}/${second.name}.git`, path("token"), settings.gitHost);
  };
  const branches = () => second.repository.branches().filter((name) => name !== "main");

  it("a copy a day is kept, sealed, and what is old is deleted there", async () => {
    await expect(copy({ place: await place() })).rejects.toThrow("make it with a README");
    second.repository.commit("main", "begin", { "README.md": "copies\n" });
    await copy({ place: await place(), days: 7 });
    await copy({ place: await place(), days: 7 });
    expect(branches()).toEqual([`mirror/${day}`]);
    expect(second.repository.git("rev-list", "--count", `mirror/${day}`)).toBe("1");
    const files = second.repository.list(`mirror/${day}`);
    expect(files).toEqual(["mirror-000.age"]);

    const fetched = path("fetched.age");
    writeFileSync(fetched, Buffer.concat(files.map((name) => second.repository.read(`mirror/${day}`, name))));
    const opened = await openMirror(fetched, opening("machine/campaign.git"));
    expect(await goOn(opened.out)).toEqual(idsOf([first, waiting]));

    const listed = async () => (await readBackupList(campaign.dataDir)).map((note) => note.path);
    const named = (today: string) => `${second.origin}/${second.name}.git#mirror/${today}`;
    expect(await listed()).toEqual([named(day)]);
    const later = dayAfter(day, 7);
    expect(await copy({ place: await place(), days: 7, today: later })).toMatchObject({ deleted: [named(day)] });
    expect(branches()).toEqual([`mirror/${later}`]);
    expect(await listed()).toEqual([named(later)]);
    // Nobody here can destroy it: the purge waits until somebody says that it is gone there.
    await expect(assertBackupsThere(campaign.dataDir)).rejects.toThrow(
      `is on another host: delete its repository there; if it exists nowhere any more: npm run backup -- --gone ${named(later)}`,
    );
    await forgetGone(campaign.dataDir, named(later));
    await assertBackupsThere(campaign.dataDir);
  });

  it("no token is in what git is called with, and none in an error", async () => {
    writeFileSync(path("token"), "wrong-and-secret\n");
    const wrong = await readPlace(`${second.origin}/${second.name}.git`, path("token"), settings.gitHost);
    const said = await copy({ place: wrong }).catch((cause) => String(cause));
    expect(said).toMatch(/see that its address is right.*and that the token/);
    for (const secret of ["wrong-and-secret", second.origin, second.name]) expect(said).not.toContain(secret);
  });
});

it("is fetched from GitHub first, where the campaign is there", async () => {
  const github = await startGitHub();
  const app = github.addApp("file", { contents: "write", pull_requests: "write" });
  execFileSync("git", [
    "--git-dir",
    campaign.repository.path,
    "push",
    "--quiet",
    github.repository.path,
    "refs/heads/*:refs/heads/*",
  ]);
  const gitHost = {
    kind: "github",
    ...{ repository: github.name, apiUrl: github.origin, serverUrl: github.origin },
    app: { appId: app.id, privateKey: app.privateKey },
  } as const;
  // What is on this machine otherwise is not looked at.
  mkdirSync(path("service/keys"), { recursive: true });
  for (const name of ["service.db", "keys/attestation.key"])
    copyFileSync(join(campaign.dataDir, name), path(`service/${name}`));
  const there = { ...readSettings({ DATA_DIR: path("service") }), gitHost };
  expect(await copy({}, there)).toMatchObject({ sheets: 1 });
  const opened = await openMirror(copyOf(day), opening("machine/campaign.git"));
  expect(await goOn(opened.out)).toEqual(idsOf([first, waiting]));

  // Closed: the last copy stays, and the command says what does not answer.
  const before = readFileSync(copyOf(day));
  github.setFault(() => ({ status: 403, message: "suspended" }));
  await expect(copy({}, there)).rejects.toThrow(/GitHub says 403|could not be fetched \(403\)/);
  expect(readFileSync(copyOf(day)).equals(before)).toBe(true);
  github.setFault();
  await github.close();
});
