import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { noteRestored } from "../form-service/filing/restoration.ts";
import { type BackupRow, isEmpty, isTable, writeRows } from "../form-service/store/backup.ts";
import { MIGRATIONS, openStore } from "../form-service/store/schema.ts";
import { dayOf } from "../letter/bytes/day.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { systemClock } from "../outside/clock.ts";
import { lockDataFolder } from "../outside/data-folder.ts";
import { makeFolder } from "../outside/folder.ts";
import { restoreBundle } from "../outside/git/bundle.ts";
import { campaignRepository } from "../outside/git/local-host.ts";
import { readBackupFile } from "../outside/seal/backup-file.ts";
import { readSettings, type Settings } from "../outside/settings.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run restore -- FILE --key KEYFILE [--yes]

Makes the form service of a backup again, in an empty DATA_DIR and an empty database. Without --yes it reads the whole
file, says what it holds and what will be missing, and changes nothing.

  --key KEYFILE  what npm run backup -- --new-key made
  --yes          restores

A repository or a key that is in DATA_DIR already stays; another key of the same name is never overwritten.`;

const OPTIONS = { key: { type: "string" }, yes: { type: "boolean" } } as const;

const line = z.union([
  z.strictObject({ backup: z.literal("undersigned/v1"), day: z.iso.date(), schema: z.int().positive() }),
  z.strictObject({ file: z.string().regex(/^(keys|demo-custodian)\/[\w-]+\.\w+$/), base64: z.base64() }),
  z.strictObject({ table: z.string().refine(isTable), row: z.record(z.string(), z.unknown()) }),
  z.strictObject({ bundle: z.base64() }),
  z.strictObject({ end: z.int().nonnegative() }),
]);
type Line = z.output<typeof line>;

/** What the first reading has found. */
type Contents = { day: string; files: Map<string, Buffer>; tables: Map<string, number>; states: Map<string, number> };

await runCommand(HELP, OPTIONS, async ({ values, positionals: [path, ...rest] }) => {
  if (path === undefined || rest.length > 0) throw usageError("name one file", HELP);
  if (values.key === undefined) throw usageError("say with --key what opens the backup", HELP);
  const key = await readFile(values.key, "utf8").catch((cause) => {
    throw new LetterError("backup", "there is no such key file, or it cannot be read", { cause });
  });
  const identity = /^AGE-SECRET-KEY-PQ-1\w+$/m.exec(key)?.[0];
  if (identity === undefined) throw new LetterError("backup", "the key file holds no AGE-SECRET-KEY-PQ-1…");
  if (!existsSync(path)) throw new LetterError("backup", "there is no such backup file");
  const settings = readSettings(process.env);
  const lock = await lockDataFolder(settings.dataDir);
  try {
    const contents = await readWhole(path, identity);
    console.log(describe(contents));
    await assertRoom(settings, contents);
    if (!values.yes) {
      console.log("nothing was changed; with --yes it is restored");
      return;
    }
    await restore(settings, contents, path, identity);
    console.log("restored; npm start goes on from here, after it has read what has been accepted since");
  } finally {
    lock.release();
  }
});

async function* readLines(path: string, identity: string): AsyncGenerator<Line> {
  for await (const text of readBackupFile(path, identity)) {
    const parsed = line.safeParse(parseJson(text));
    if (!parsed.success) throw new LetterError("backup", "the file holds a line that no backup has");
    yield parsed.data;
  }
}

async function readWhole(path: string, identity: string): Promise<Contents> {
  const contents: Contents = { day: "", files: new Map(), tables: new Map(), states: new Map() };
  const count = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  let [rows, ended] = [0, false];
  for await (const one of readLines(path, identity)) {
    if ("backup" in one) {
      contents.day = one.day;
      if (one.schema > MIGRATIONS.length)
        throw new LetterError(
          "backup",
          "a newer version of this program has made the backup: restore it with that one",
        );
    } else if ("file" in one) contents.files.set(one.file, Buffer.from(one.base64, "base64"));
    else if ("table" in one) {
      rows++;
      count(contents.tables, one.table);
      if (one.table === "signature") count(contents.states, String(one.row.state));
    } else if ("end" in one) ended = one.end === rows;
  }
  if (!ended || contents.day === "") throw new LetterError("backup", "the file is not a whole backup");
  return contents;
}

function describe({ day, tables, states }: Contents): string {
  const queue = ["confirmed", "aside", "filing", "filed"].reduce((sum, state) => sum + (states.get(state) ?? 0), 0);
  return [
    `a backup of ${day}:`,
    `  ${queue} signatures that wait, ${states.get("accepted") ?? 0} accepted, ${tables.get("vault") ?? 0} sealed contact records`,
    "what is not in it, and what to do:",
    "  signatures confirmed since then: those that were filed stay on their sheets, without contact records; the others",
    "  are lost, and their people must sign again",
    "  codes mailed since then open nothing: those people fill in the form again",
    "  whoever withdrew since then, before the signature was filed, is back and must withdraw again: say so publicly",
    "what main has accepted or lost since then is read from there at the next start; nothing is filed twice",
  ].join("\n");
}

/** Nothing that is there is overwritten. */
async function assertRoom({ dataDir, database }: Settings, { files }: Contents): Promise<void> {
  for (const [name, bytes] of files) {
    const path = join(dataDir, name);
    if (existsSync(path) && !bytes.equals(await readFile(path)))
      throw new LetterError("backup", `DATA_DIR has another ${name}: restore into an empty folder`);
  }
  if (database.kind === "sqlite" && !existsSync(database.path)) return;
  const store = await openStore(database);
  const empty = await isEmpty(store.query).finally(store.close);
  if (!empty) throw new LetterError("backup", "the database there holds something: restore into an empty one");
}

async function restore(settings: Settings, contents: Contents, path: string, identity: string): Promise<void> {
  const { dataDir, database } = settings;
  for (const [name, bytes] of contents.files) {
    const target = join(dataDir, name);
    makeFolder(dirname(target));
    if (!existsSync(target)) await writeFile(target, bytes, { mode: 0o600, flush: true });
  }
  const store = await openStore(database);
  try {
    // All or nothing; and last, for a database says that there is something to go on from.
    await store.change(async (query) => {
      await writeRows(query, rowsIn(path, identity, campaignRepository(dataDir)));
      await noteRestored(query, dayOf(systemClock.now()));
    });
  } finally {
    await store.close();
  }
}

/** The rows of a backup; the repository that it holds is made on the way, where there is none. */
async function* rowsIn(path: string, identity: string, repository: string): AsyncGenerator<BackupRow> {
  for await (const one of readLines(path, identity)) {
    if ("table" in one && one.table !== "restoration") yield one;
    if ("bundle" in one && !existsSync(repository)) await restoreBundle(repository, Buffer.from(one.bundle, "base64"));
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
