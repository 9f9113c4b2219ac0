import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { makeDatabase } from "../../scripts/form-service/store/campaign-database.ts";
import { openStore, type Store } from "../../scripts/form-service/store/schema.ts";
import { parseBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { idOf, openingOf } from "../../scripts/letter/signature/derivation.ts";
import { readBackupList } from "../../scripts/outside/backup-list.ts";
import { readRecordAt } from "../../scripts/outside/git/record-at.ts";
import { readAttestationKey } from "../../scripts/outside/seal/keys.ts";
import { readSettings } from "../../scripts/outside/settings.ts";
import { type Instance, startInstance } from "../form-service/crashes/instances.ts";
import { openAcceptance, type Signatory, submitMany } from "../form-service/crashes/kill-campaign.ts";
import { confirm, stateOf, withdraw } from "../journeys/signatory.ts";
import { openRepository } from "../support/campaigns/repository.ts";
import { fixedRandomness } from "../support/fixtures.ts";
import { makeDataDir, removeDataDir, runCommand } from "../support/servers/service.ts";

/**
 * A backup is made while the service runs; then much happens, the database is lost and made again from it. Nobody may be
 * on two sheets, and whoever left on main must stay away.
 *
 * @param newDatabase the settings of a new database; none for SQLite
 */
export async function runBackupJourney(newDatabase: () => Promise<Record<string, string>>): Promise<void> {
  const dataDir = makeDataDir();
  const base = { DATA_DIR: dataDir, MAIL_URL: "capture:", FILE_AT_MOST: "1", ...(await newDatabase()) };
  const { accept, edition } = await begin(base);
  const people = await withStore(base, (store) => submitMany(store, 4, edition, bytes));
  const [path, keyFile] = [join(dataDir, "backup.age"), join(dataDir, "backup.key")];
  const recipient = (await runCommand("backup", ["--new-key", keyFile])).stdout.trim();

  let instance = await startInstance({ ...base, FILE_EVERY: "1h" });
  const [accepted, waiting, leaving] = [
    await sign(instance, people[0]!),
    await sign(instance, people[1]!),
    await sign(instance, people[2]!),
  ];
  const made = await runCommand("backup", [path, "--to", recipient], base);
  expect(made.code, made.stderr).toBe(0);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path).includes("pepper")).toBe(false);
  expect((await readBackupList(dataDir)).map((note) => note.path)).toEqual([path]);
  await instance.stop();

  // Since then: all are filed; one is accepted, one leaves, one waits for its review; one is confirmed, and lost.
  instance = await startInstance({ ...base, FILE_EVERY: "100ms" });
  await expect.poll(() => pending(dataDir).length).toBe(3);
  await withdraw(instance.origin, leaving);
  await expect.poll(() => pending(dataDir).length).toBe(4);
  await instance.stop();
  const branches = openRepository(`${dataDir}/campaign.git`);
  const waits = pending(dataDir).find((name) =>
    branches
      .read(name, `signatures/${name}.md`)
      .toString("utf8")
      .includes(idOf(openingOf(waiting))),
  )!;
  const commit = branches.git("rev-parse", waits);
  branches.git("update-ref", "-d", `refs/heads/${waits}`);
  await accept();
  branches.git("update-ref", `refs/heads/${waits}`, commit);
  expect(await listed(dataDir)).toEqual(idsOf([accepted]));

  const after = { ...base, ...(await newDatabase()) };
  for (const end of ["", "-wal", "-shm"]) rmSync(join(dataDir, `service.db${end}`), { force: true });
  const looked = await runCommand("restore", [path, "--key", keyFile], after);
  expect(looked.stdout).toContain("3 signatures that wait, 0 accepted, 3 sealed contact records");
  expect(looked.stdout).toContain("nothing was changed");
  const done = await runCommand("restore", [path, "--key", keyFile, "--yes", "--no-site"], after);
  expect(done.code, done.stderr).toBe(0);

  instance = await startInstance({ ...after, FILE_EVERY: "100ms" });
  await expect.poll(() => stateOf(instance.origin, accepted)).toBe("accepted");
  // When somebody left nobody knows any more, so their 48 hours count as over.
  expect(await stateOf(instance.origin, leaving)).toBe("unknown");
  expect(await stateOf(instance.origin, waiting)).toBe("pending");
  // The form that was sent before the backup is still good for its code.
  const late = await sign(instance, people[3]!);
  await expect.poll(() => pending(dataDir).length).toBe(2);
  await accept();
  await expect.poll(() => stateOf(instance.origin, late)).toBe("accepted");
  expect(await listed(dataDir)).toEqual(idsOf([accepted, waiting, late]));
  const vault = await withStore(after, ({ query }) => query.selectFrom("vault").select("id").execute());
  expect(vault.map(({ id }) => id).sort()).toEqual(idsOf([accepted, waiting, late]));
  await instance.stop();
  removeDataDir(dataDir);
}

const bytes = fixedRandomness("backups");
export const begin = async (settings: Record<string, string>) => {
  const accept = await openAcceptance(settings.DATA_DIR!);
  return { accept, edition: await accept() };
};
export const withStore = async <R>(settings: Record<string, string>, work: (store: Store) => Promise<R>) => {
  const store = await openStore(readSettings(settings).database);
  return work(store).finally(store.close);
};
/** Makes the database as a form service does that starts. */
export const makeClaimed = async (settings: Record<string, string>) =>
  makeDatabase(readSettings(settings), { entries: [] }, await readAttestationKey(settings.DATA_DIR!));
const sign = async (instance: Instance, { s, code }: Signatory) =>
  (await confirm(instance.origin, { lang: "en", s }, code))!;
const pending = (dataDir: string) =>
  openRepository(`${dataDir}/campaign.git`)
    .branches()
    .filter((name) => name.startsWith("pending/"));
const listed = async (dataDir: string) => {
  const path = `${dataDir}/campaign.git`;
  const record = await readRecordAt(path, openRepository(path).git("rev-parse", "main"));
  return record.rows.map(({ opening }) => idOf(parseBase64url(opening, 32))).sort();
};
const idsOf = (codes: string[]) => codes.map((code) => idOf(openingOf(code))).sort();
