import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, inject, it } from "vitest";
import {
  carryLeft,
  forgetOldLeft,
  parseLeftList,
  readLeftList,
} from "../../../scripts/form-service/store/left-list.ts";
import {
  checkBackups,
  deleteOldBackups,
  forgetGone,
  formatStuck,
  parseKeep,
} from "../../../scripts/form-service/store/old-backups.ts";
import { openStore, type Store } from "../../../scripts/form-service/store/schema.ts";
import { formatCrockford128 } from "../../../scripts/letter/bytes/crockford.ts";
import { leftListBeside, leftListIn, noteBackup, readBackupList } from "../../../scripts/outside/backup-list.ts";
import { readSettings } from "../../../scripts/outside/settings.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { newEmptyDatabase } from "../harness.ts";

const random = fixedRandomness(`old backups ${inject("seed")}`);
const newId = () => formatCrockford128(random(16));

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-old-backups-"));
  mkdirSync(path("medium"));
  store = await openStore(readSettings({ DATA_DIR: folder, DATABASE_URL: await newEmptyDatabase() }).database);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});
const path = (name: string) => join(folder, name);
/** A backup of this day. */
const made = async (name: string, day: string, keep?: number) => {
  writeFileSync(path(name), "sealed");
  await noteBackup(folder, { path: path(name), day, ...(keep && { keep }) });
  await carryLeft(store.query, folder, day);
  return path(name);
};
const leaves = async (id: string, day: string) => {
  await store.change((query) => query.insertInto("departed").values({ id, day }).execute());
  return carryLeft(store.query, folder, day);
};
const listed = async () => (await readBackupList(folder)).map((note) => note.path);
const redOn = async (day: string) =>
  (await checkBackups({ dataDir: folder }, new Date(`${day}T12:00:00Z`))).flatMap(({ mend }) => mend ?? []);

it("deletes the backups that are old, with their lists, and keeps the others", async () => {
  const [old, young] = [await made("medium/old.age", "2026-11-22"), await made("medium/young.age", "2026-11-23")];
  expect(await deleteOldBackups(folder, 7, "2026-11-28")).toEqual({ deleted: [], stuck: [] });
  expect(await deleteOldBackups(folder, 7, "2026-11-29")).toEqual({ deleted: [old], stuck: [] });
  for (const gone of [old, leftListBeside(old)]) expect(existsSync(gone)).toBe(false);
  for (const there of [young, leftListBeside(young)]) expect(existsSync(there)).toBe(true);
  expect(await listed()).toEqual([young]);
});

it("names one that is not there, keeps it listed, and believes the operator that it is gone", async () => {
  const moved = await made("medium/moved.age", "2026-11-22");
  renameSync(path("medium"), path("away"));
  const { deleted, stuck } = await deleteOldBackups(folder, 7, "2026-12-24");
  expect(deleted).toEqual([]);
  expect(formatStuck(stuck)).toEqual([expect.stringMatching(/^still listed: .*moved\.age: it is not there\..*--gone/)]);
  expect(await listed()).toEqual([moved]);
  await forgetGone(folder, moved);
  expect(await listed()).toEqual([]);
  await expect(forgetGone(folder, moved)).rejects.toThrow("lists no backup");
});

it("names one that cannot be deleted, and keeps it listed", async () => {
  const backup = await made("medium/held.age", "2026-11-22");
  rmSync(backup);
  // A file whose path goes through a file is one that nobody can open, root neither.
  const below = join(backup, "below");
  writeFileSync(backup, "");
  await noteBackup(folder, { path: below, day: "2026-11-22" });
  const { stuck } = await deleteOldBackups(folder, 7, "2026-11-29");
  expect(stuck.map((one) => one.path)).toEqual([below]);
  expect(await listed()).toEqual([below]);
});

it("is red for the doctor on a backup that is older than promised, a week where nothing was promised", async () => {
  await made("medium/a.age", "2026-11-22");
  expect(await redOn("2026-11-29")).toEqual([]);
  expect(await redOn("2026-11-30")).toEqual([expect.stringContaining("older than promised")]);
  await made("medium/b.age", "2026-11-22", 30);
  expect((await redOn("2026-11-30"))[0]).not.toContain("b.age");
  expect(parseKeep("30d")).toBe(30);
  for (const wrong of ["7", "0d", "7h", "d", "-7d"]) expect(() => parseKeep(wrong)).toThrow("a number of days");
});

it("lists an id beside every backup, and again at the next chance beside one that was away", async () => {
  const [first, second] = [newId(), newId()];
  const [here, away] = [await made("here.age", "2026-11-22"), await made("medium/away.age", "2026-11-22")];
  renameSync(path("medium"), path("unmounted"));
  mkdirSync(path("medium"));
  expect((await leaves(first, "2026-11-23")).map((note) => note.path)).toEqual([away]);
  expect(existsSync(leftListBeside(away))).toBe(false);
  expect(await redOn("2026-11-23")).toEqual([expect.stringMatching(/not beside .*away\.age\. Mount the medium/)]);
  expect(await readLeftList(leftListIn(folder))).toEqual({ day: "2026-11-23", ids: new Set([first]) });
  rmSync(path("medium"), { recursive: true });
  renameSync(path("unmounted"), path("medium"));
  expect(await leaves(second, "2026-11-24")).toEqual([]);
  for (const list of [leftListBeside(here), leftListBeside(away)]) {
    expect(await readLeftList(list)).toEqual({ day: "2026-11-24", ids: new Set([first, second]) });
    expect(statSync(list).mode & 0o777).toBe(0o600);
    // Neither the order of the lines nor the time of the file says when somebody left.
    expect(readFileSync(list, "utf8").trim().split("\n").slice(1)).toEqual([first, second].sort());
    expect(statSync(list).mtime.toISOString()).toBe("2026-11-24T00:00:00.000Z");
  }
});

it("loses no id with the database, and forgets those that no backup holds", async () => {
  const [early, late] = [newId(), newId()];
  await made("medium/old.age", "2026-11-01");
  await leaves(early, "2026-11-02");
  await leaves(late, "2026-11-20");
  await store.change((query) => query.deleteFrom("departed").execute());
  await carryLeft(store.query, folder, "2026-11-21");
  const ids = async () => (await readLeftList(leftListIn(folder)))?.ids;
  expect(await ids()).toEqual(new Set([early, late]));
  await leaves(early, "2026-11-02");
  await leaves(late, "2026-11-20");
  await made("medium/new.age", "2026-11-20");
  await deleteOldBackups(folder, 7, "2026-11-21");
  await forgetOldLeft(store, folder, "2026-11-28");
  expect(await ids()).toEqual(new Set([late]));
  await deleteOldBackups(folder, 7, "2026-11-28");
  await forgetOldLeft(store, folder, "2026-11-28");
  await carryLeft(store.query, folder, "2026-11-28");
  expect(existsSync(leftListIn(folder))).toBe(false);
});

it("does not take a damaged list for one, and begins another beside it", async () => {
  const backup = await made("medium/a.age", "2026-11-22");
  for (const text of ["", "undersigned/v1 left yesterday\n", `undersigned/v1 left 2026-11-22\n${newId()}x\n`])
    expect(() => parseLeftList(text)).toThrow("damaged");
  writeFileSync(leftListBeside(backup), "undersigned/v1 left 2026-11-22\ncut o");
  await expect(readLeftList(leftListBeside(backup))).rejects.toThrow("damaged");
  const id = newId();
  await leaves(id, "2026-11-23");
  expect((await readLeftList(leftListBeside(backup)))?.ids).toEqual(new Set([id]));
  expect(existsSync(`${leftListBeside(backup)}.damaged`)).toBe(true);
});
