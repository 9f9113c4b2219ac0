import { existsSync } from "node:fs";
import { LetterError } from "../../letter/bytes/error.ts";
import { formatRoot } from "../../letter/ledger/checkpoint.ts";
import { parseEntry } from "../../letter/ledger/entry.ts";
import { leafHash, treeRoot } from "../../letter/ledger/tree.ts";
import { lookAtDatabase, openExistingDatabase, tablesOf } from "../../outside/database/open.ts";
import { readAttestationKey } from "../../outside/seal/keys.ts";
import type { Settings } from "../../outside/settings.ts";
import { MIGRATIONS, openStore, type Query, type Store, type Tables } from "./schema.ts";
import { keyedHash } from "./secret-hash.ts";

/** What a command needs to know to find the campaign's database. */
export type CommandPlace = Pick<Settings, "dataDir" | "database">;

/**
 * Opens the database of the campaign whose keys lie in the data folder, for one piece of work, as a command does, and
 * closes it in any case.
 *
 * @throws LetterError `keys` when no form service has run in this data folder, `database` when there is no database, or
 *   it is of another campaign: a command never makes one
 */
export async function withCampaignStore<T>(
  { dataDir, database }: CommandPlace,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const attestation = await readAttestationKey(dataDir);
  const store = await openExistingDatabase<Tables>(database, MIGRATIONS);
  try {
    await assertOfCampaign(store.query, attestation);
    return await use(store);
  } finally {
    await store.close();
  }
}

/**
 * Checks that a database is that of a campaign, and that a form service has used it.
 *
 * @param attestation the public key that names the campaign, base64url
 * @throws LetterError `database`
 */
export async function assertOfCampaign(query: Query, attestation: string): Promise<void> {
  const known = await query.selectFrom("campaign").select("attestation").executeTakeFirst();
  if (known === undefined && (await isEmpty(query)))
    throw new LetterError(
      "database",
      "the database is empty, and no form service has used it: set DATABASE_URL and DATA_DIR as the form service has them",
    );
  if (known !== undefined && known.attestation !== attestation) throw ofAnother();
}

/** The ledger as far as it shows whether a database belongs to it. */
export type Ledger = { readonly entries: readonly string[] };

/**
 * Binds a database to its campaign at the start of a form service, and checks that main goes on from the ledger that
 * the database has seen.
 *
 * @param attestation the public key, base64url
 * @param isNew whether the organisers have said that the database may be empty although signatures were accepted
 * @param hasSheets whether signatures that this campaign's form service attested wait on an open sheet
 * @throws LetterError `database` when it is of another campaign, is empty while there are signatures, or has seen a ledger
 *   that main does not continue
 */
export async function claimDatabase(
  store: Store,
  { entries }: Ledger,
  { attestation, isNew, hasSheets }: { attestation: string; isNew: boolean; hasSheets?: () => Promise<boolean> },
): Promise<void> {
  const known = await store.query.selectFrom("campaign").selectAll().executeTakeFirst();
  if (known !== undefined && known.attestation !== attestation) throw ofAnother();
  if (known !== undefined) assertContinues(entries, known);
  // One that was empty when it saw signatures first was made new on purpose.
  const isKnownEmpty = known !== undefined && hasSignatures(entries.slice(0, Number(known.size)));
  const shows = async () => hasSignatures(entries) || (hasSheets !== undefined && (await hasSheets()));
  if (!isNew && !isKnownEmpty && (await isEmpty(store.query)) && (await shows()))
    throw isMissing("the database is empty");
  await noteLedger(store, { entries }, attestation);
}

/**
 * Binds a database that was claimed to the pepper of its first service. Under another one the same address could sign
 * twice, and instances would refuse each other's proofs of work.
 *
 * @throws LetterError `keys` when it is another one
 */
export async function claimPepper(store: Store, pepper: Uint8Array): Promise<void> {
  const mark = keyedHash(pepper, "undersigned/v1/pepper");
  const known = await store.change(async (query) => {
    const { pepper: found } = await query.selectFrom("campaign").select("pepper").forUpdate().executeTakeFirstOrThrow();
    if (found === null) await query.updateTable("campaign").set({ pepper: mark }).execute();
    return found;
  });
  if (known !== null && known !== mark)
    throw new LetterError(
      "keys",
      "keys/pepper.key is another one than that of this database: stop, and copy it from the other instance’s DATA_DIR/keys, or restore it from your copy or a backup; with this one, people could sign twice",
    );
}

/**
 * Looks at the database before a start changes anything: it makes one only for a campaign that begins.
 *
 * @param isNew whether the organisers have said that the database may be empty although signatures were accepted
 * @param hasSheets whether signatures that this campaign's form service attested wait on an open sheet
 * @throws LetterError `database` when it is of another campaign, or there is none although main has signatures
 */
export async function assertDatabaseToStart(
  { dataDir, database }: CommandPlace,
  { entries }: Ledger,
  { isNew, hasSheets }: { isNew: boolean; hasSheets: () => Promise<boolean> },
): Promise<void> {
  const assertMayBegin = async (what: string) => {
    if (!isNew && (hasSignatures(entries) || (await hasSheets()))) throw isMissing(what);
  };
  if (database.kind === "sqlite" && !existsSync(database.path))
    return assertMayBegin(`there is no database at ${database.path}`);
  const store = await lookAtDatabase<Tables>(database);
  try {
    const tables = await tablesOf(store.query, database.kind);
    if (!tables.has("signature")) return await assertMayBegin("the database has no tables");
    if (!tables.has("campaign")) return;
    const known = await store.query.selectFrom("campaign").select("attestation").executeTakeFirst();
    if (known !== undefined && known.attestation !== (await readAttestationKey(dataDir))) throw ofAnother();
  } finally {
    await store.close();
  }
}

/** Makes the database of a campaign where there is none, as one that holds nobody on purpose. */
export async function makeDatabase(
  { database }: Pick<Settings, "database">,
  ledger: Ledger,
  attestation: string,
): Promise<void> {
  const store = await openStore(database);
  await claimDatabase(store, ledger, { attestation, isNew: true }).finally(store.close);
}

/** Remembers how far the ledger has come, so that an older or another one is noticed. */
export async function noteLedger(store: Store, { entries }: Ledger, attestation: string): Promise<void> {
  const size = entries.length;
  await noteSeen(store, { size, root: () => rootAt(entries, size) }, attestation);
}

/** The same for a ledger of which only size and root are known. */
export async function noteSeen(
  store: Store,
  { size, root }: { readonly size: number; readonly root: () => string },
  attestation: string,
): Promise<void> {
  await store.change(async (query) => {
    const known = await query.selectFrom("campaign").select("size").forUpdate().executeTakeFirst();
    if (known !== undefined && Number(known.size) >= size) return;
    const seen = { attestation, size, root: root() };
    await query
      .insertInto("campaign")
      .values(seen)
      .onConflict((conflict) => conflict.column("attestation").doUpdateSet(seen))
      .execute();
  });
}

/** Checks that main goes on from the ledger that a database has seen, and changes nothing. @throws LetterError `database` */
export async function assertLedgerContinues({ query }: Store, { entries }: Ledger): Promise<void> {
  const known = await query.selectFrom("campaign").selectAll().executeTakeFirst();
  if (known !== undefined) assertContinues(entries, known);
}

function assertContinues(entries: readonly string[], seen: { size: number; root: string }): void {
  const size = Number(seen.size);
  if (entries.length >= size && rootAt(entries, size) === seen.root) return;
  const what =
    entries.length < size
      ? `main has ${entries.length} entries, and this database has seen ${size}`
      : `main has other entries than the ${size} that this database has seen`;
  throw new LetterError(
    "database",
    `${what}: the repository is an older copy or that of another campaign. Bring back the one that was published last (on one machine npm run restore -- --by-database --site URL|DIR takes over what is missing); a second ledger under the same key would look like a forgery`,
  );
}

function rootAt(entries: readonly string[], size: number): string {
  return formatRoot(treeRoot(entries.slice(0, size).map(leafHash)));
}

/** Whether there must be a database with signatures. After a purge it is gone on purpose. */
function hasSignatures(entries: readonly string[]): boolean {
  const kinds = new Set(entries.map((entry) => parseEntry(entry).kind));
  return kinds.has("accept") && !kinds.has("purge");
}

async function isEmpty(query: Query): Promise<boolean> {
  const signature = await query.selectFrom("signature").select("id").limit(1).executeTakeFirst();
  const record = await query.selectFrom("vault").select("id").limit(1).executeTakeFirst();
  return signature === undefined && record === undefined;
}

function isMissing(what: string): LetterError {
  return new LetterError(
    "database",
    `${what}, and main or an open sheet has signatures: set DATABASE_URL and DATA_DIR to where it lies, or restore a backup (npm run restore); ` +
      "if it is lost and there is no backup, npm start -- --new-database goes on without it: " +
      "contact details are lost, and people may sign twice",
  );
}

function ofAnother(): LetterError {
  return new LetterError(
    "database",
    "the database belongs to another campaign than the keys in the data folder: set DATABASE_URL and DATA_DIR as the form service has them",
  );
}
