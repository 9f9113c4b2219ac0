import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { formatBackup, readBackup, readBackupKey } from "../../../scripts/form-service/store/backup-contents.ts";
import { assertRoomFor, restoreBackup } from "../../../scripts/form-service/store/restored-backup.ts";
import { withStore } from "../../../scripts/form-service/store/schema.ts";
import { makeBackupKey, writeBackup } from "../../../scripts/form-service/store/written-backup.ts";
import { formatBase64url } from "../../../scripts/letter/bytes/base64url.ts";
import { readBackupList } from "../../../scripts/outside/backup-list.ts";
import { readSettings } from "../../../scripts/outside/settings.ts";
import { fixedRandomness } from "../../support/fixtures.ts";

const DAY = "2026-11-25";

let folder: string;
let recipient: string;
const path = (name: string) => join(folder, name);
const settingsOf = (name: string) => readSettings({ DATA_DIR: path(name) });
const keyOf = () => readBackupKey(path("backup.key"));
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-backup-"));
  recipient = await makeBackupKey(path("backup.key"));
  mkdirSync(path("data/keys"), { recursive: true });
  writeFileSync(path("data/keys/pepper.key"), "a pepper");
  // By it a backup is told to be of the campaign's own database.
  writeFileSync(path("data/keys/attestation.key"), formatBase64url(fixedRandomness("an attestation key")(32)));
  await withStore(settingsOf("data").database, (store) =>
    store.change(async (query) => {
      const sealed = Buffer.from("sealed");
      await query.insertInto("vault").values({ id: "first", sealed }).execute();
      for (const [id, state] of [
        ["first", "accepted"],
        ["second", "confirmed"],
        ["third", "filed"],
      ] as const)
        await query
          .insertInto("signature")
          .values({ id, state, day: null, edition: null, row: null, sheet: null })
          .execute();
    }),
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("brings keys and rows back, in the transaction in which the restoration is noted", async () => {
  expect(await writeBackup(settingsOf("data"), path("backup.age"), recipient, DAY)).toBe(4);
  expect(await readBackupList(path("data"))).toEqual([{ path: path("backup.age"), day: DAY }]);
  const backup = { path: path("backup.age"), identity: await keyOf() };
  const contents = await readBackup(backup);
  expect(formatBackup(contents)).toContain(
    `a backup of ${DAY}:\n  2 signatures that wait, 1 accepted, 1 sealed contact records`,
  );
  const fresh = settingsOf("fresh");
  await assertRoomFor(contents, fresh);
  await expect(
    restoreBackup(backup, contents, fresh, () => Promise.reject(new Error("the power fails"))),
  ).rejects.toThrow("the power fails");
  await assertRoomFor(contents, fresh);
  await restoreBackup(backup, contents, fresh, async (query) => {
    await query.insertInto("restoration").values({ day: DAY }).execute();
  });
  expect(readFileSync(path("fresh/keys/pepper.key"), "utf8")).toBe("a pepper");
  expect(statSync(path("fresh/keys/pepper.key")).mode & 0o777).toBe(0o600);
  const [vault, signatures, restoration] = await withStore(fresh.database, ({ query }) =>
    Promise.all([
      query.selectFrom("vault").selectAll().execute(),
      query.selectFrom("signature").select("id").orderBy("id").execute(),
      query.selectFrom("restoration").selectAll().execute(),
    ]),
  );
  expect(vault.map(({ id, sealed }) => [id, Buffer.from(sealed).toString("utf8")])).toEqual([["first", "sealed"]]);
  expect(signatures.map(({ id }) => id)).toEqual(["first", "second", "third"]);
  expect(restoration).toEqual([{ day: DAY }]);
});

it("overwrites no backup, no key file, no key and no database", async () => {
  await writeBackup(settingsOf("data"), path("backup.age"), recipient, DAY);
  await expect(writeBackup(settingsOf("data"), path("backup.age"), recipient, DAY)).rejects.toThrow("there already");
  await expect(makeBackupKey(path("backup.key"))).rejects.toThrow("there already");
  const contents = await readBackup({ path: path("backup.age"), identity: await keyOf() });
  await expect(assertRoomFor(contents, settingsOf("data"))).rejects.toThrow("restore into an empty one");
  writeFileSync(path("data/keys/pepper.key"), "another pepper");
  await expect(assertRoomFor(contents, settingsOf("data"))).rejects.toThrow("DATA_DIR has another keys/pepper.key");
});

it("is not made of a data folder without a database, nor opened without its key", async () => {
  await expect(writeBackup(settingsOf("empty"), path("empty.age"), recipient, DAY)).rejects.toThrow("no database");
  expect(existsSync(path("empty.age"))).toBe(false);
  await expect(readBackupKey(path("none"))).rejects.toThrow("there is no such key file");
  writeFileSync(path("other.key"), "nothing");
  await expect(readBackupKey(path("other.key"))).rejects.toThrow("holds no AGE-SECRET-KEY-PQ-1");
});
