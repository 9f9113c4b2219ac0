import type { Kysely } from "kysely";

/** An open database with the tables `T`. */
export type Database<T> = {
  /** For reading. What is to be changed goes through `change`. */
  readonly query: Kysely<T>;
  /**
   * Does the work in one transaction; when it resolves, the commit is on the disk. A work that throws changes nothing.
   *
   * A work uses the query that it is given and no other, and does nothing but query: it may be run again, and others
   * may share its transaction.
   */
  change<R>(work: (query: Kysely<T>) => Promise<R>): Promise<R>;
  /** Reads at one moment, whatever others change meanwhile. */
  snapshot<R>(work: (query: Kysely<T>) => Promise<R>): Promise<R>;
  /** Does the work unless another process does work of this name on the same database; then false, at once. */
  alone(name: LockName, work: () => Promise<void>): Promise<boolean>;
  /** Carries deletions through to the disk, as far as the database allows it. */
  scrub(): Promise<void>;
  /**
   * Writes everything anew, as far as the database allows it: without what was deleted, and in the order of its keys, which
   * are random, for how a file has grown tells who came after whom.
   */
  reorder(): Promise<void>;
  close(): Promise<void>;
};

/** Where a database lies. */
export type DatabasePlace =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: string };

/** The languages of SQL that a migration may have to tell apart. */
export type Dialect = DatabasePlace["kind"];

/** Work that one process at a time does. */
export type LockName = "file";

/**
 * One step of the schema; its number is its place in the list, and it is never changed once it has been run anywhere.
 *
 * A step only adds: while one instance after the other is replaced, the older ones go on working on the new schema.
 * `breaksOlder` marks one that they cannot work on; they must be stopped before it is run.
 */
export type Migration = ((query: Kysely<unknown>, dialect: Dialect) => Promise<void>) & {
  readonly breaksOlder?: boolean;
};

/** A database before its schema has been looked at. */
export type OpenedDatabase = Database<unknown> & {
  /** Does the work in one transaction, once no other process migrates. */
  migrate(work: (query: Kysely<unknown>) => Promise<void>): Promise<void>;
};
