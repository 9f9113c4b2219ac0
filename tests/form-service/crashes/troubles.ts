import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { days } from "../../support/fixtures.ts";
import type { PostgresServer } from "../../support/servers/postgres.ts";
import { type Instance, startInstance } from "./instances.ts";

/** What can happen to a form service: it is killed, or the disk, the clock or the database fails it for a while. */
export type Trouble = "kill" | "fullDisk" | "clock" | "database";

/** What the troubles strike: the instances, where killed ones are replaced, and the server if there is one. */
export type Struck = {
  readonly instances: Instance[];
  readonly settings: Readonly<Record<string, string>>;
  readonly server: PostgresServer | undefined;
  readonly random: () => number;
  /** how many troubles of this kind there have been, with this one */
  readonly nth: number;
};

/**
 * The trouble of each moment: every third, fifth or so is something else than a kill. A full disk strikes what lies in files of the
 * service's own; PostgreSQL goes away when it has no room for its log.
 */
export function troubleAt(point: number, every: number, server: PostgresServer | undefined): Trouble {
  // A file's size can be limited from outside only on Linux.
  const fullDisk = process.platform === "linux" ? "fullDisk" : "kill";
  if (point % every !== every - 1) return "kill";
  return Math.floor(point / every) % 2 === 0 ? "clock" : server ? "database" : fullDisk;
}

/**
 * Makes trouble for one of the instances, or for the database of all, and ends it. `meanwhile` is called once it is there, and
 * resolves when somebody who came meanwhile has an answer.
 */
export async function strike(trouble: Trouble, struck: Struck, meanwhile: () => Promise<void>): Promise<void> {
  const { instances, settings, random, nth } = struck;
  const victim = Math.floor(random() * instances.length);
  const instance = instances[victim]!;
  // The worst is to be killed in the midst of another trouble.
  const ends = trouble === "kill" || random() < 0.3;
  switch (trouble) {
    case "kill":
      break;
    case "fullDisk":
      // Within the size of its log a change may still find room; the first full disk has none.
      instance.limitFiles(nth === 1 || random() < 0.5 ? 0 : sizeOfChanges(settings.DATA_DIR!));
      await meanwhile();
      await sleep(700 * random());
      if (!ends) instance.limitFiles(undefined);
      break;
    case "clock": {
      const by = (random() < 0.5 ? -1 : 1) * days(400) * random();
      instance.setClock(by);
      void meanwhile();
      await sleep(700 * random());
      if (!ends) instance.setClock(-by);
      break;
    }
    case "database":
      await loseServer(struck.server!, random, meanwhile);
      break;
    default:
      trouble satisfies never;
  }
  if (!ends) return;
  await instance.kill();
  instances[victim] = await startInstance(settings);
}

/** Bytes of SQLite's log of changes: with no more, a change breaks off where it happens to be. */
function sizeOfChanges(dataDir: string): number {
  return statSync(join(dataDir, "service.db-wal")).size;
}

/** The database goes away in the midst of it, sometimes without a word, and comes back. */
async function loseServer(server: PostgresServer, random: () => number, meanwhile: () => unknown): Promise<void> {
  await (random() < 0.5 ? server.crash() : server.goAway());
  meanwhile();
  await sleep(300 * random());
  await server.comeBack();
}
