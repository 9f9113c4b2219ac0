import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { LetterError } from "../../letter/bytes/error.ts";
import { forgetBackup, noteBackup, readBackupList } from "../../outside/backup-list.ts";
import { lookAtDatabase } from "../../outside/database/open.ts";
import { readBundle } from "../../outside/git/bundle.ts";
import { campaignRepository } from "../../outside/git/local-host.ts";
import { writeBackupFile } from "../../outside/seal/backup-file.ts";
import { readAttestationKey } from "../../outside/seal/keys.ts";
import type { Settings } from "../../outside/settings.ts";
import { readRows, schemaOf } from "./backup.ts";
import { assertOfCampaign } from "./campaign-database.ts";
import { carryLeft } from "./left-list.ts";
import type { Tables } from "./schema.ts";

/**
 * Writes everything that the form service would need on another machine into one file, also while the service runs, and
 * notes it in `DATA_DIR/backups.json`.
 *
 * @param recipient the key that the file is sealed for, `age1pq1…`
 * @param day the UTC day
 * @param keep the days after which it is promised to be deleted, if that was said
 * @returns the number of rows
 * @throws LetterError `backup` when the file is there already, or there is no database; `database` when it is not the campaign's
 */
export async function writeBackup(
  { dataDir, database }: Pick<Settings, "dataDir" | "database">,
  path: string,
  recipient: string,
  day: string,
  keep?: number,
): Promise<number> {
  if (existsSync(path)) throw new LetterError("backup", "that file is there already: name a new one");
  if (database.kind === "sqlite" && !existsSync(database.path)) {
    throw new LetterError(
      "backup",
      `there is no database at ${database.path}: set DATABASE_URL and DATA_DIR as the form service has them, or run npm start first`,
    );
  }
  const attestation = await readAttestationKey(dataDir);
  const store = await lookAtDatabase<Tables>(database);
  let rows = 0;
  try {
    await schemaOf(store.query);
    // A backup of an empty or another database looks like one until the night in which it is needed.
    await assertOfCampaign(store.query, attestation);
    // Before the snapshot: anyone who leaves from now on may be in it.
    await noteBackup(dataDir, { path, day, ...(keep === undefined ? {} : { keep }) });
    await store.snapshot(async (query) => {
      const schema = await schemaOf(query);
      await writeBackupFile(path, recipient, async (emit) => {
        const write = (line: object) => emit(JSON.stringify(line));
        await write({ backup: "undersigned/v1", day, schema });
        for (const name of await filesOf(dataDir)) {
          await write({ file: name, base64: await readFile(join(dataDir, name), "base64") });
        }
        await write({ backups: await readBackupList(dataDir) });
        for await (const row of readRows(query)) {
          await write(row);
          rows++;
        }
        // After the rows, so that what they say has been filed is there.
        const repository = campaignRepository(dataDir);
        if (existsSync(repository)) await write({ bundle: (await readBundle(repository)).toString("base64") });
        await write({ end: rows });
      });
    });
    // A backup without a list beside it would be one of which nobody knows who has left since.
    await carryLeft(store.query, dataDir, day);
  } catch (cause) {
    if (!existsSync(path)) await forgetBackup(dataDir, path);
    throw cause;
  } finally {
    await store.close();
  }
  return rows;
}

/**
 * Makes a key file that opens backups.
 *
 * @returns the recipient to seal backups for
 * @throws LetterError `backup` when the file is there already
 */
export async function makeBackupKey(path: string): Promise<string> {
  const identity = await generateHybridIdentity();
  const recipient = await identityToRecipient(identity);
  await writeFile(path, `# opens backups; public key: ${recipient}\n${identity}\n`, { mode: 0o600, flag: "wx" }).catch(
    (cause: NodeJS.ErrnoException) => {
      if (cause.code !== "EEXIST") throw cause;
      throw new LetterError("backup", "that file is there already: name a new one");
    },
  );
  return recipient;
}

/** The keys, and in a trial those of the demonstration's custodians. */
async function filesOf(dataDir: string): Promise<string[]> {
  const names: string[] = [];
  for (const folder of ["keys", "demo-custodian"]) {
    const found = await readdir(join(dataDir, folder), { withFileTypes: true }).catch(() => []);
    names.push(...found.filter((entry) => entry.isFile()).map(({ name }) => `${folder}/${name}`));
  }
  return names.sort();
}
