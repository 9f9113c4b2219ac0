import type { Kysely } from "kysely";

/** An open database with the tables `T`. */
export type Database<T> = {
  /** For reading. Changes go through `change`. */
  readonly query: Kysely<T>;
  /**
   * Runs the work in one transaction; when it resolves, the commit is on disk. If the work throws, nothing is changed.
   *
   * A work uses only the query that it is passed, and does nothing but query: it may be run again, and others may share
   * its transaction.
   */
  change<R>(work: (query: Kysely<T>) => Promise<R>): Promise<R>;
  /** Reads one consistent state, whatever others change meanwhile. */
  snapshot<R>(work: (query: Kysely<T>) => Promise<R>): Promise<R>;
  /** Runs the work unless another process runs work of this name on the same database; then returns false at once. */
  alone(name: LockName, work: () => Promise<void>): Promise<boolean>;
  /** Carries deletions through to the disk, as far as the database allows it. */
  scrub(): Promise<void>;
  /**
   * Rewrites everything, as far as the database allows it: without what was deleted, and in the order of its keys,
   * which are random. The layout of a file that has only grown shows who came after whom.
   */
  reorder(): Promise<void>;
  close(): Promise<void>;
};

/** The location of a database. */
export type DatabasePlace =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: string };

/** The SQL dialects that a migration may have to distinguish. */
export type Dialect = DatabasePlace["kind"];

/** Work that only one process at a time does. */
export type LockName = "file";

/**
 * One step of the schema. Its number is its position in the list, and it is never changed once it has been run
 * anywhere.
 *
 * A step only adds: while the instances are replaced one by one, the older ones go on working with the new schema.
 * `breaksOlder` marks one that they cannot work with; they must be stopped before it is run.
 */
export type Migration = ((query: Kysely<unknown>, dialect: Dialect) => Promise<void>) & {
  readonly breaksOlder?: boolean;
};

/** A database whose schema has not been checked yet. */
export type OpenedDatabase = Database<unknown> & {
  /** Runs the work in one transaction, once no other process migrates. */
  migrate(work: (query: Kysely<unknown>) => Promise<void>): Promise<void>;
};
