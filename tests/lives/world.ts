import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { acceptAll } from "../../scripts/accept/acceptance.ts";
import { formatBase64url } from "../../scripts/letter/bytes/base64url.ts";
import type { Handover } from "../../scripts/letter/handover/handover.ts";
import { openLocalGitHost } from "../../scripts/outside/git/local-host.ts";
import { demoRecipients } from "../../scripts/outside/seal/demo-custodian.ts";
import { readContent } from "../../scripts/site/views/read-content.ts";
import { ledger, secrets, service, texts } from "../letter/invented.ts";
import { fixedClock, fixedRandomness, START } from "../support/fixtures.ts";
import { madeOnce } from "../support/run-folder.ts";
import { root } from "../support/source.ts";
import type { Leak } from "./leaks.ts";
import { type Machine, openMachine } from "./machine.ts";
import type { Person, Stage } from "./person.ts";

export type Ending = "counts" | "names";

/** What is decided about a life before it begins. */
export type Options = {
  readonly ending: Ending;
  readonly seed: string;
  /** makes a new database; SQLite in the data folder otherwise */
  readonly newDatabase?: (() => Promise<string>) | undefined;
  readonly leak?: Leak | undefined;
};

/** A backup as it was made, and what it can bring back. */
export type Backup = {
  readonly path: string;
  /** a copy on a medium that no list knows, with the list of who left as it was then */
  readonly copy: string;
  readonly stages: ReadonlyMap<number, { stage: Stage; known: boolean }>;
  readonly handovers: number;
};

/** What a recipient holds of one handover, and what it was told. */
export type Received = {
  readonly handover: Handover;
  readonly bag: string;
  readonly contacts: string;
  readonly digest: string;
  readonly out: string;
  /** numbers of the people in the public bag, and of those with a contact record */
  readonly people: readonly number[];
  readonly records: readonly number[];
  /** the ledger was brought back from before it: what it knew is ahead of the site */
  forked: boolean;
};

/** A campaign with its people, its machine, and everything that was made of it. */
export type World = {
  readonly folder: string;
  readonly options: Options;
  readonly clock: ReturnType<typeof fixedClock>;
  readonly random: (count: number) => Uint8Array;
  readonly people: Person[];
  readonly backups: Backup[];
  readonly received: Received[];
  readonly identity: string;
  readonly backupKey: { readonly identity: string; readonly recipient: string };
  machine: Machine;
  purged: boolean;
  /** the history was rewritten without those who had left by then */
  erased: boolean;
  /** the rounds have run since anything happened: to run them again would change nothing */
  quiet: boolean;
  /** opens a machine on a data folder of this number */
  open(dataDir: string, databaseUrl: string | undefined): Promise<Machine>;
  newDataDir(): string;
  remove(): Promise<void>;
};

/** The key of all backups of a run; made once, because it is slow to make. */
const backupKey = generateHybridIdentity().then(async (identity) => {
  return { identity, recipient: await identityToRecipient(identity) };
});

/** Begins a campaign. The working folder of the process becomes that of its commands. */
export async function beginWorld(options: Options): Promise<World> {
  const made = await madeOnce(`lives-${options.ending}`, (folder) => beginCampaign(folder, options.ending));
  process.chdir(made);
  const folder = mkdtempSync(join(tmpdir(), "undersigned-life-"));
  const content = await readContent("content");
  const [clock, random] = [fixedClock(START), fixedRandomness(`life ${options.seed}`)];
  let machines = 0;
  const newDataDir = () => join(folder, `machine-${++machines}`, "data");
  const { leak } = options;
  const open = (dataDir: string, databaseUrl: string | undefined) =>
    openMachine({
      ...{ dataDir, databaseUrl, content, clock, random },
      ...{ breakStore: leak?.store, breakSite: leak?.site },
    });
  const dataDir = newDataDir();
  cpSync(join(made, "data"), dataDir, { recursive: true });
  const world: World = {
    ...{ folder, options, clock, random, open, newDataDir, backupKey: await backupKey },
    ...{ people: [], backups: [], received: [], purged: false, erased: false, quiet: false },
    identity: join(made, "data/demo-custodian/custodian-1.key"),
    machine: await open(dataDir, await options.newDatabase?.()),
    async remove() {
      await world.machine.stop();
      process.chdir(root);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

/** A working folder with a small letter, and a data folder whose ledger has it. */
async function beginCampaign(folder: string, ending: Ending): Promise<void> {
  for (const path of ["content", "signatures/README.md"])
    cpSync(join(root, path), join(folder, path), { recursive: true });
  const yaml = readFileSync(join(root, "content/campaign.yaml"), "utf8");
  writeFileSync(join(folder, "content/campaign.yaml"), yaml.replace(/^after_purge: .*$/m, `after_purge: ${ending}`));
  for (const [lang, text] of texts) writeFileSync(join(folder, "content", lang, "letter.md"), text);
  const data = join(folder, "data");
  mkdirSync(join(data, "keys"), { recursive: true, mode: 0o700 });
  for (const [name, seed] of Object.entries({ ...secrets, pepper: fixedRandomness("pepper")(32) }))
    writeFileSync(join(data, "keys", `${name}.key`), `${formatBase64url(seed)}\n`, { mode: 0o600 });
  await demoRecipients(join(data, "demo-custodian"));
  const day = START.slice(0, 10);
  const host = await openLocalGitHost(join(data, "campaign.git"), { folder, day });
  const attestationKey = service.publicKey;
  await acceptAll({ host, signer: ledger, attestationKey, day, live: async () => undefined });
}
