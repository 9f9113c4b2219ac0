import { Client } from "pg";
import { formatBase64url } from "../../letter/bytes/base64url.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { sha256 } from "../../letter/bytes/hash.ts";
import type { Random } from "../random.ts";

/** A PostgreSQL database that one process holds for a campaign on one machine. */
export type DatabaseHold = {
  /** Makes sure that it is still held; false: another service holds it now, and this one must end. */
  renew(): Promise<boolean>;
  release(): Promise<void>;
};

/**
 * Holds a database for the one service that signs a campaign's ledger: with copied keys, the same database and a new
 * repository, a second one would sign another ledger under the same key.
 *
 * The lock is the server's, and goes with its connection. The server gives up a connection whose machine is gone after
 * 25 seconds. While the database is away nobody else can take it, and this service goes on.
 *
 * @param attestation the public attestation key, base64url: it names the campaign, also where schemas share a database
 * @throws LetterError `lease` when another service holds it
 */
export async function holdDatabase(url: string, attestation: string, random: Random): Promise<DatabaseHold> {
  const lock = Buffer.from(sha256(`undersigned/v1/one-service ${attestation}`)).readBigInt64BE();
  const run = `undersigned ${formatBase64url(random(16))}`;
  const first = await take(url, lock, run);
  if (first === undefined)
    throw new LetterError(
      "lease",
      "another service runs for this campaign on the same database: stop it, or leave this one off. With GIT_HOST=local one service signs the ledger; several may share a database with GIT_HOST=github. Where its machine lost power, start again after half a minute",
    );
  let client = first;
  return {
    async renew() {
      if (await answers(client)) return true;
      await client.end().catch(() => {});
      try {
        const next = await take(url, lock, run);
        if (next === undefined) return false;
        client = next;
      } catch {
        // The database is away.
      }
      return true;
    },
    release: () => client.end().catch(() => {}),
  };
}

/** Connects and takes the lock; undefined when another process has it. */
async function take(url: string, lock: bigint, run: string): Promise<Client | undefined> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
    keepAlive: true,
    application_name: run,
  });
  // A connection that breaks is noticed by the next query; an error without a listener would end the process.
  client.on("error", () => {});
  try {
    await client.connect();
    for (const setting of ["idle = 10", "interval = 5", "count = 3"])
      await client.query(`set tcp_keepalives_${setting}`);
    // The server may not know yet that an earlier connection of this process has broken.
    await client.query(
      "select pg_terminate_backend(pid, 1000) from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()",
      [run],
    );
    const { rows } = await client.query<{ got: boolean }>("select pg_try_advisory_lock($1::bigint) as got", [
      String(lock),
    ]);
    if (rows[0]?.got) return client;
    await client.end();
    return undefined;
  } catch (cause) {
    await client.end().catch(() => {});
    throw cause;
  }
}

async function answers(client: Client): Promise<boolean> {
  return client.query("select 1").then(
    () => true,
    () => false,
  );
}
