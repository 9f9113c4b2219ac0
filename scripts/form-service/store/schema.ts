import { type ColumnDefinitionBuilder, type ColumnType, type Generated, type Kysely, sql } from "kysely";
import type { ClockRow } from "../../outside/database/clock-row.ts";
import type { Database, DatabasePlace, Dialect, Migration } from "../../outside/database/database.ts";
import { openDatabase } from "../../outside/database/open.ts";

/**
 * Where a signature is. `filing` and `filed` say whether the git host has accepted its sheet, `aside` that its row
 * cannot be read. All of them have existed since the first release. A program would show, withdraw and file a
 * state that it does not know wrongly, so a new one needs a step of the schema that `breaksOlder`.
 */
export type SignatureState = "confirmed" | "aside" | "filing" | "filed" | "accepted" | "refused" | "withdrawn";

/** The tables of the form service. Every key is random or a hash, so that no order of arrival is stored. */
export type Tables = {
  /**
   * `s_hash`: hex of SHA-256(s). `sealed`: a waiting submission or withdrawal by address; null once it is spent. Then
   * `leave` holds the withdrawal code, or why there is none, for 48 hours, and `code_hash` is that of the signature.
   * `others`: marks of the codes of the other purpose. `due`: the hour in which it is deleted, as `due-hour.ts` hides it.
   */
  submission: {
    s_hash: string;
    sealed: Uint8Array | null;
    code_hash: string | null;
    leave: Uint8Array | null;
    others: Uint8Array | null;
    tries: number;
    day: string;
    due: Hidden;
  };
  /** Hex of SHA-256(withdrawal code). One code per signature. */
  code: { code_hash: string; id: string };
  vault: { id: string; sealed: Uint8Array };
  /** Fields below `state` are null once it has left the queue. `day`: confirmed, refused or withdrawn. */
  signature: {
    id: string;
    state: SignatureState;
    day: string | null;
    edition: string | null;
    /** the row as it will be on a sheet, as JSON of its cells */
    row: string | null;
    sheet: string | null;
    /** 1: it looks like part of a flood, and is filed on a separate sheet */
    flood: Generated<number>;
    /** of a row that a backup brought back: the UTC day before which it is not filed */
    wait_until: ColumnType<string | null, string | null | undefined>;
    /** of a withdrawn one: the hour in which its last traces are deleted, as `due-hour.ts` hides it */
    due: Hidden;
  };
  /** `hmac`: of the widest form of the address, `typed`: of its mailbox (earlier, as typed), both under the pepper. */
  address: { hmac: string; typed: string; id: string };
  /** `text` is null once the git host has it. */
  sheet: {
    sheet: string;
    kind: "signatures" | "withdrawals";
    state: "filing" | "filed";
    text: string | null;
    base: string;
    message: string;
    day: string;
    /** how often the git host did not take it, and the class and code of the last error */
    attempts: ColumnType<number, number | undefined>;
    failure: string | null;
  };
  withdrawal: { id: string; attestation: string; sheet: string | null };
  /** The ids that were withdrawn while a backup may have held them, and the UTC day. `left-list.ts` carries them there. */
  departed: { id: string; day: string };
  /** Mailboxes without confirmation codes for 30 days from `day`. `hmac`: `typed` of `address`, earlier its `hmac`. */
  suppressed: { hmac: string; day: string | null };
  /** The keys of the mailed codes, by the number of their window of 48 hours since 1970. */
  window_key: { number: number; key: Uint8Array };
  /** The day on which this database was restored from a backup; empty again once main has been read since. */
  restoration: { day: string };
  /** One row while new signatures are paused; `reasons`: JSON, one sentence per language. */
  pause: { name: "pause"; reasons: string };
  /** Used proofs of work: hash of the challenge, and the ten minutes (counted from 1970) in which it expires. */
  spent_proof: { hash: string; slot: number };
  /**
   * The campaign that the database belongs to, by its public attestation key, and how far its ledger was when main was
   * read last. `pepper`: a mark of the pepper that its addresses are keyed with. One row.
   */
  campaign: { attestation: string; size: number; root: string; pepper: ColumnType<string | null, string | undefined> };
  /** How many mails were taken lately, by the HMAC of a time slot; see `mail-ledger.ts`. */
  mail_budget: { slot: string; mails: number };
  /**
   * The clock as it was last believed, by days only; one row. `day`: the last one on which nothing contradicted it.
   * `told`: the day on which an operator said that it is right, with a random mark, and `overruled`: main's day that is wrong then, or "".
   */
  clock: ClockRow;
};

type Hidden = ColumnType<Uint8Array | null, Uint8Array | null | undefined>;

/** The fields of a signature that has left the queue. */
export const OUT_OF_QUEUE = { day: null, edition: null, row: null, sheet: null, wait_until: null } as const;

/** The service's database. */
export type Store = Database<Tables>;
/** The database, or a transaction on it. */
export type Query = Kysely<Tables>;

/** Opens the service's database and brings its schema up to date, as `openDatabase` does. */
export function openStore(at: DatabasePlace): Promise<Store> {
  return openDatabase<Tables>(at, MIGRATIONS);
}

/** Opens the service's database for one piece of work, as a command does, and closes it in any case. */
export async function withStore<T>(at: DatabasePlace, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(at);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** The steps of the schema. A step that has been released is never changed. */
export const MIGRATIONS: readonly Migration[] = [
  firstTables,
  attemptsToFile,
  againstFloods,
  afterRestoration,
  // An older program would take a withdrawal by address for a submission.
  Object.assign(oneCodeAMailbox, { breaksOlder: true }),
  proofsOfWork,
  mailsOfAll,
  ofOneCampaign,
  goneForGood,
  dayOfLastRun,
  ofOnePepper,
];

type TableKeys = { readonly [T in keyof Tables]: { readonly key: keyof Tables[T] & string; readonly backup: boolean } };

/** Every table with its key, and whether a backup holds it. The type check fails if one is missing. */
export const TABLES: TableKeys = {
  submission: { key: "s_hash", backup: true },
  code: { key: "code_hash", backup: true },
  vault: { key: "id", backup: true },
  signature: { key: "id", backup: true },
  address: { key: "hmac", backup: true },
  sheet: { key: "sheet", backup: true },
  withdrawal: { key: "id", backup: true },
  departed: { key: "id", backup: true },
  suppressed: { key: "hmac", backup: true },
  window_key: { key: "number", backup: false },
  spent_proof: { key: "hash", backup: false },
  mail_budget: { key: "slot", backup: false },
  pause: { key: "name", backup: true },
  restoration: { key: "day", backup: true },
  campaign: { key: "attestation", backup: false },
  clock: { key: "name", backup: false },
};

const key = (column: ColumnDefinitionBuilder) => column.primaryKey().notNull();

function creatorOfTables(query: Kysely<unknown>, dialect: Dialect) {
  // SQLite numbers the rows of an ordinary table in their order of arrival.
  const end = dialect === "sqlite" ? sql`without rowid` : sql``;
  return (name: string) => query.schema.createTable(name).modifyEnd(end);
}

async function firstTables(query: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const bytes = dialect === "sqlite" ? sql`blob` : sql`bytea`;
  const create = creatorOfTables(query, dialect);

  await create("submission")
    .addColumn("s_hash", "text", key)
    .addColumn("sealed", bytes)
    .addColumn("code_hash", "text")
    .addColumn("tries", "integer", (column) => column.notNull())
    .addColumn("day", "text", (column) => column.notNull())
    .execute();
  await create("code")
    .addColumn("code_hash", "text", key)
    .addColumn("id", "text", (column) => column.notNull())
    .execute();
  await create("vault")
    .addColumn("id", "text", key)
    .addColumn("sealed", bytes, (column) => column.notNull())
    .execute();
  await create("signature")
    .addColumn("id", "text", key)
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("day", "text")
    .addColumn("edition", "text")
    .addColumn("row", "text")
    .addColumn("sheet", "text")
    .execute();
  await create("address")
    .addColumn("hmac", "text", key)
    .addColumn("typed", "text", (column) => column.notNull())
    .addColumn("id", "text", (column) => column.notNull())
    .execute();
  await create("sheet")
    .addColumn("sheet", "text", key)
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("text", "text")
    .addColumn("base", "text", (column) => column.notNull())
    .addColumn("message", "text", (column) => column.notNull())
    .addColumn("day", "text", (column) => column.notNull())
    .execute();
  await create("withdrawal")
    .addColumn("id", "text", key)
    .addColumn("attestation", "text", (column) => column.notNull())
    .addColumn("sheet", "text")
    .execute();
  for (const [table, column] of [
    ["signature", "state"],
    ["code", "id"],
    ["address", "id"],
  ] as const) {
    await query.schema.createIndex(`${table}_${column}`).on(table).column(column).execute();
  }
}

async function attemptsToFile(query: Kysely<unknown>): Promise<void> {
  const { schema } = query;
  await schema
    .alterTable("sheet")
    .addColumn("attempts", "integer", (column) => column.notNull().defaultTo(0))
    .execute();
  await schema.alterTable("sheet").addColumn("failure", "text").execute();
}

async function againstFloods(query: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const create = creatorOfTables(query, dialect);
  await create("suppressed").addColumn("hmac", "text", key).execute();
  await create("pause")
    .addColumn("name", "text", key)
    .addColumn("reasons", "text", (column) => column.notNull())
    .execute();
  await query.schema
    .alterTable("signature")
    .addColumn("flood", "integer", (column) => column.notNull().defaultTo(0))
    .execute();
}

async function afterRestoration(query: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await query.schema
    .createTable("restoration")
    .modifyEnd(dialect === "sqlite" ? sql`without rowid` : sql``)
    .addColumn("day", "text", key)
    .execute();
}

async function oneCodeAMailbox(query: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const bytes = dialect === "sqlite" ? sql`blob` : sql`bytea`;
  const { schema } = query;
  await schema.alterTable("submission").addColumn("leave", bytes).execute();
  await schema.alterTable("submission").addColumn("others", bytes).execute();
  await schema.alterTable("suppressed").addColumn("day", "text").execute();
  await creatorOfTables(
    query,
    dialect,
  )("window_key")
    .addColumn("number", "integer", key)
    .addColumn("key", bytes, (column) => column.notNull())
    .execute();
}

async function proofsOfWork(query: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const create = creatorOfTables(query, dialect);
  await create("spent_proof")
    .addColumn("hash", "text", key)
    .addColumn("slot", "integer", (column) => column.notNull())
    .execute();
  await query.schema.createIndex("spent_proof_slot").on("spent_proof").column("slot").execute();
}
async function mailsOfAll(query: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await creatorOfTables(
    query,
    dialect,
  )("mail_budget")
    .addColumn("slot", "text", key)
    .addColumn("mails", "integer", (column) => column.notNull())
    .execute();
}

async function ofOneCampaign(query: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await creatorOfTables(
    query,
    dialect,
  )("campaign")
    .addColumn("attestation", "text", key)
    .addColumn("size", "integer", (column) => column.notNull())
    .addColumn("root", "text", (column) => column.notNull())
    .execute();
}

async function goneForGood(query: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const bytes = dialect === "sqlite" ? sql`blob` : sql`bytea`;
  for (const table of ["submission", "signature"])
    await query.schema.alterTable(table).addColumn("due", bytes).execute();
  await query.schema.alterTable("signature").addColumn("wait_until", "text").execute();
  await creatorOfTables(
    query,
    dialect,
  )("departed")
    .addColumn("id", "text", key)
    .addColumn("day", "text", (column) => column.notNull())
    .execute();
}

async function dayOfLastRun(query: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await creatorOfTables(
    query,
    dialect,
  )("clock")
    .addColumn("name", "text", key)
    .addColumn("day", "text", (column) => column.notNull())
    .addColumn("told", "text", (column) => column.notNull())
    .addColumn("overruled", "text", (column) => column.notNull())
    .execute();
}

async function ofOnePepper(query: Kysely<unknown>): Promise<void> {
  await query.schema.alterTable("campaign").addColumn("pepper", "text").execute();
}
