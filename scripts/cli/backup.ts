import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { readRows, schemaOf } from "../form-service/store/backup.ts";
import type { Tables } from "../form-service/store/schema.ts";
import { dayOf } from "../letter/bytes/day.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { noteBackup } from "../outside/backup-list.ts";
import { systemClock } from "../outside/clock.ts";
import { lookAtDatabase } from "../outside/database/open.ts";
import { readBundle } from "../outside/git/bundle.ts";
import { campaignRepository } from "../outside/git/local-host.ts";
import { writeBackupFile } from "../outside/seal/backup-file.ts";
import { readSettings, type Settings } from "../outside/settings.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run backup -- FILE --to age1pq1…
       npm run backup -- --new-key KEYFILE

Writes everything that the form service would need on another machine into one encrypted file, also while it runs: its
database (queue, sealed contact records, keyed addresses), its keys, and for a campaign on this machine its repository.

  --to RECIPIENT     the key that the file is sealed for
  --new-key KEYFILE  makes such a key: KEYFILE opens the backups and belongs on another machine; the key to seal for
                     is printed

Every backup is listed in DATA_DIR/backups.json: at the purge all of them must be destroyed. What people withdraw stays
in the backups made before; keep few, and destroy old ones.`;

const OPTIONS = { to: { type: "string" }, "new-key": { type: "string" } } as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals: [path, ...rest] }) => {
  if (values["new-key"] !== undefined) {
    if (path !== undefined || values.to !== undefined) throw usageError("--new-key stands alone", HELP);
    return makeKey(values["new-key"]);
  }
  if (path === undefined || rest.length > 0) throw usageError("name one file", HELP);
  if (values.to === undefined) throw usageError("say with --to for which key; --new-key makes one", HELP);
  await backUp(readSettings(process.env), resolve(path), values.to);
});

async function makeKey(path: string): Promise<void> {
  const identity = await generateHybridIdentity();
  const recipient = await identityToRecipient(identity);
  await writeFile(path, `# opens backups; public key: ${recipient}\n${identity}\n`, { mode: 0o600, flag: "wx" }).catch(
    (cause: NodeJS.ErrnoException) => {
      if (cause.code !== "EEXIST") throw cause;
      throw new LetterError("backup", "that file is there already: name a new one");
    },
  );
  console.log(recipient);
}

async function backUp({ dataDir, database }: Settings, path: string, recipient: string): Promise<void> {
  if (existsSync(path)) throw new LetterError("backup", "that file is there already: name a new one");
  if (database.kind === "sqlite" && !existsSync(database.path)) {
    throw new LetterError("backup", "there is no database in this data folder: set DATA_DIR, or run npm start first");
  }
  const day = dayOf(systemClock.now());
  const store = await lookAtDatabase<Tables>(database);
  let rows = 0;
  try {
    await store.snapshot(async (query) => {
      const schema = await schemaOf(query);
      await noteBackup(dataDir, { path, day });
      await writeBackupFile(path, recipient, async (emit) => {
        const write = (line: object) => emit(JSON.stringify(line));
        await write({ backup: "undersigned/v1", day, schema });
        for (const name of await filesOf(dataDir)) {
          await write({ file: name, base64: await readFile(join(dataDir, name), "base64") });
        }
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
  } finally {
    await store.close();
  }
  console.log(`${rows} rows written; ${relative(process.cwd(), join(dataDir, "backups.json"))} lists this backup`);
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
