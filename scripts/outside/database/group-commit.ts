import { setTimeout as sleep } from "node:timers/promises";
import { CompiledQuery, type Kysely } from "kysely";
import { isBusy, PATIENCE, PAUSE } from "./busy.ts";

/** Work on a database that has one writer. */
type Work<T, R> = (query: Kysely<T>) => Promise<R>;
type Waiting<T> = {
  readonly work: Work<T, unknown>;
  /** when it came, by the clock of `performance` */
  readonly since: number;
  resolve(value: unknown): void;
  reject(cause: unknown): void;
};
type Outcome = { readonly value: unknown } | { readonly cause: unknown };
/** Runs a work in the open transaction. An exception ends the transaction. */
type Attempt<T> = (connection: Kysely<T>, work: Work<T, unknown>) => Promise<Outcome>;

/** A work threw, and its changes cannot be undone separately. */
class Thrown extends Error {}

/** The most works that share one commit: a group that takes too long holds up clients that only read. */
const TOGETHER = 200;

const raw = (text: string) => CompiledQuery.raw(text);
const [BEGIN, COMMIT, ROLLBACK] = [raw("begin immediate"), raw("commit"), raw("rollback")];
const [SAVE, RELEASE, UNDO] = [raw("savepoint work"), raw("release work"), raw("rollback to work")];

/**
 * Puts concurrent works into one transaction, and answers each after the commit: waiting for the disk costs the same
 * for one as for many. If a work throws, only that work is undone, for which the others of its group may be run once
 * more. If the commit fails, all of them reject.
 *
 * While another program holds the lock, the works wait without holding up anything else, each for `patience`
 * milliseconds after it came.
 *
 * @param inTransaction whether a transaction is open: a full disk may end it in the middle
 */
export function groupCommits<T>(query: Kysely<T>, inTransaction: () => boolean, patience = PATIENCE) {
  const waiting: Waiting<T>[] = [];
  let running = false;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      // Lets in first what the network has delivered by now.
      await new Promise(setImmediate);
      await commit(waiting.splice(0, TOGETHER));
    }
    running = false;
  }

  async function commit(group: readonly Waiting<T>[]): Promise<void> {
    const works = group.map(({ work }) => work);
    let outcomes: Outcome[];
    try {
      // Works seldom throw, so savepoints are used only after one has: they cost two more statements per work.
      outcomes = await together(works, outright).catch((cause) => {
        if (cause instanceof Thrown) return together(works, apart);
        throw cause;
      });
    } catch (cause) {
      const now = performance.now();
      const patient = isBusy(cause) ? group.filter(({ since }) => now - since < patience) : [];
      for (const one of group) if (!patient.includes(one)) one.reject(cause);
      waiting.unshift(...patient);
      if (patient.length > 0) await sleep(PAUSE);
      return;
    }
    for (const [i, outcome] of outcomes.entries()) {
      if ("cause" in outcome) group[i]?.reject(outcome.cause);
      else group[i]?.resolve(outcome.value);
    }
  }

  /** Returns what became of the works, in one transaction. If it throws, nothing is changed. */
  function together(works: readonly Work<T, unknown>[], attempt: Attempt<T>): Promise<Outcome[]> {
    return query.connection().execute(async (connection) => {
      const outcomes: Outcome[] = [];
      await connection.executeQuery(BEGIN);
      try {
        for (const work of works) outcomes.push(await attempt(connection, work));
        await connection.executeQuery(COMMIT);
        return outcomes;
      } catch (cause) {
        if (inTransaction()) await connection.executeQuery(ROLLBACK);
        throw cause;
      }
    });
  }

  async function outright(connection: Kysely<T>, work: Work<T, unknown>): Promise<Outcome> {
    try {
      return { value: await work(connection) };
    } catch (cause) {
      throw new Thrown("a work threw", { cause });
    }
  }

  async function apart(connection: Kysely<T>, work: Work<T, unknown>): Promise<Outcome> {
    await connection.executeQuery(SAVE);
    try {
      const value = await work(connection);
      await connection.executeQuery(RELEASE);
      return { value };
    } catch (cause) {
      // The database itself has rolled everything back, including the works before this one.
      if (!inTransaction()) throw cause;
      await connection.executeQuery(UNDO);
      await connection.executeQuery(RELEASE);
      return { cause };
    }
  }

  return <R>(work: Work<T, R>): Promise<R> =>
    new Promise<R>((resolve, reject) => {
      waiting.push({ work, since: performance.now(), resolve: resolve as (value: unknown) => void, reject });
      if (running) return;
      running = true;
      void run();
    });
}
