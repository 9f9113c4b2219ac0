import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "../../scripts/form-service/store/schema.ts";
import type { DatabasePlace } from "../../scripts/outside/database/database.ts";
import type { Machine } from "../lives/machine.ts";
import type { Stage } from "../lives/person.ts";
import { beginWorld, type Ending, type World } from "../lives/world.ts";
import { root } from "../support/source.ts";
import { type Rows, takeRows } from "./slips/database-copies.ts";
import { openPower, type Power } from "./slips/power.ts";

/** What is decided about the operations of a campaign before they begin. */
export type OperationsOptions = {
  readonly ending: Ending;
  readonly seed: string;
  /** makes a new database; an SQLite file outside of the data folder otherwise */
  readonly newDatabase?: (() => Promise<string>) | undefined;
  /** begins with the program of this commit, in SQLite */
  readonly older?: string | undefined;
};

/** A copy of the database as it was once, and what had become of everybody by then. */
export type KeptDatabase = {
  readonly rows: Rows;
  readonly stages: ReadonlyMap<number, { readonly stage: Stage; readonly known: boolean }>;
};

/** A campaign with its operators, who make mistakes, and what the world has seen of it. */
export type Operated = {
  /** the campaign with its people and its machine */
  readonly life: World;
  /** every checkpoint that was ever published, by its size and the digest of its text */
  readonly seen: Map<string, string>;
  readonly kept: KeptDatabase[];
  /** the working folder for the programs themselves */
  readonly project: string;
  /** what was published last, as somebody keeps it elsewhere */
  readonly mirror: string;
  readonly power: Power;
  /** the documentation of the formats, as main had it at first */
  readme: string | undefined;
};

/** Begins a campaign. Its database is outside of the data folder, so that a command without `DATABASE_URL` misses it. */
export async function beginOperations({ newDatabase, older: _, ...options }: OperationsOptions): Promise<Operated> {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-operations-"));
  let files = 0;
  const newFile = async () => `sqlite:${join(folder, `database-${++files}.db`)}`;
  const power = openPower();
  const watched = { store: async (store: Store) => power.watch(store) };
  const life = await beginWorld({ ...options, newDatabase: newDatabase ?? newFile, leak: watched });
  const project = join(folder, "project");
  mkdirSync(project);
  for (const name of ["package.json", "scripts", "node_modules", "signatures", ".eleventy.js", ".github"])
    symlinkSync(join(root, name), join(project, name));
  symlinkSync(join(process.cwd(), "content"), join(project, "content"));
  const remove = life.remove;
  life.remove = async () => {
    power.remove();
    await remove();
    rmSync(folder, { recursive: true, force: true });
  };
  return { life, seen: new Map(), kept: [], project, mirror: join(folder, "mirror"), power, readme: undefined };
}

/** The value of `DATABASE_URL` for a database. */
export function addressOf(database: DatabasePlace): string {
  return database.kind === "sqlite" ? `sqlite:${database.path}` : database.url;
}

/** Ends the machine's program, does something while nothing runs, and starts it again on the same disk. */
export async function restart({ life }: Operated, meanwhile: (machine: Machine) => unknown = () => {}): Promise<void> {
  const { machine } = life;
  await machine.stop();
  await meanwhile(machine);
  life.machine = await life.open(machine.dataDir, addressOf(machine.settings.database));
  life.quiet = false;
}

/** Copies the database as it is now. */
export async function keepDatabase({ life, kept }: Operated): Promise<void> {
  const stages = new Map(life.people.map(({ number, stage, known }) => [number, { stage, known }]));
  kept.push({ rows: await takeRows(life.machine.store), stages });
}
