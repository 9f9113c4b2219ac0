import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeDatabase } from "../../../scripts/form-service/store/campaign-database.ts";
import { openStore, type Store } from "../../../scripts/form-service/store/schema.ts";
import { makePublicBag } from "../../../scripts/handover/public-bag-place.ts";
import { formatBase64url } from "../../../scripts/letter/bytes/base64url.ts";
import { parseHandover } from "../../../scripts/letter/handover/handover.ts";
import { formatContactRecord } from "../../../scripts/letter/signature/contact.ts";
import { formatSheet, type Sheet } from "../../../scripts/letter/signature/sheet.ts";
import { LOCAL_MODERATOR, openLocalGitHost } from "../../../scripts/outside/git/local-host.ts";
import { demoRecipients } from "../../../scripts/outside/seal/demo-custodian.ts";
import { openSeal, type Seal } from "../../../scripts/outside/seal/seal.ts";
import {
  attestedMessage,
  type Invented,
  invent,
  keys,
  ledger,
  secrets,
  service,
  sheetOf,
  texts,
  withdrawalsOf,
} from "../../letter/invented.ts";
import { compiled } from "../compiled.ts";
import { fixedRandomness } from "../fixtures.ts";
import { root } from "../source.ts";
import { acceptAll } from "./accept-all.ts";
import { day, writeLetter } from "./local-campaign.ts";
import { openRepository, type Repository } from "./repository.ts";

/** Puts the sealed contact records of people into the vault of a data folder, as the form service does. */
export async function fillVault({ dataDir }: { readonly dataDir: string }, people: readonly Invented[]): Promise<void> {
  const seal = openSeal(await demoRecipients(join(dataDir, "demo-custodian")));
  const store = await openStore({ kind: "sqlite", path: join(dataDir, "service.db") });
  await addToVault(store, seal, people);
  await store.close();
}

/** Puts the sealed contact records of people into a vault. */
export async function addToVault(store: Store, seal: Seal, people: readonly Invented[]): Promise<void> {
  for (const { contact } of people) {
    const sealed = await seal(formatContactRecord(contact));
    await store.change(async (query) => {
      await query.insertInto("vault").values({ id: contact.id, sealed }).execute();
      const settled = { day: null, edition: null, row: null, sheet: null };
      await query
        .insertInto("signature")
        .values({ id: contact.id, state: "accepted", ...settled })
        .execute();
    });
  }
}

export const TAG = "handover/2026-12-01";

/** A data folder as a campaign leaves it that has its signatures and is about to hand them over. */
export type HandoverCampaign = {
  /** everything of this test is below it */
  readonly folder: string;
  readonly dataDir: string;
  readonly repository: Repository;
  readonly people: readonly Invented[];
  /** files and accepts a sheet */
  pass(sheet: Sheet): Promise<void>;
  remove(): void;
};

/** Accepts these people, and withdraws some of them again. */
export async function makeHandoverCampaign(
  people: readonly Invented[] = Array.from({ length: 12 }, (_, i) => invent(i)),
  withdrawn: readonly Invented[] = [],
): Promise<HandoverCampaign> {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-handover-"));
  const dataDir = join(folder, "data");
  writeLetter(folder, texts);
  writeKeys(dataDir);
  await demoRecipients(join(dataDir, "demo-custodian"));
  const path = join(dataDir, "campaign.git");
  const host = await openLocalGitHost(path, { folder, day });
  const repository = openRepository(path);
  const accept = async () => {
    // Commands of the test, which go by the real clock, may have been at work on main since.
    const last = (await host.readMain()).day;
    return acceptAll({
      ...{ host, signer: ledger, attestationKey: service.publicKey, live: async () => undefined },
      day: last > day ? last : day,
    });
  };
  const { record } = (await accept()).main;
  await makeDatabase({ database: { kind: "sqlite", path: join(dataDir, "service.db") } }, record, keys.attestation);
  const pass = async (sheet: Sheet) => {
    await host.file({
      sheet: sheet.sheet,
      text: formatSheet(sheet),
      base: await host.head(),
      message: attestedMessage(sheet),
      day,
    });
    const commit = repository.git("rev-parse", `refs/heads/pending/${sheet.sheet}`);
    if (sheet.kind === "signatures")
      await host.review(sheet.sheet, { by: LOCAL_MODERATOR, state: "approved", commit, body: "" }, day);
    await accept();
  };
  await pass(
    sheetOf(
      1,
      people.map(({ row }) => row),
    ),
  );
  if (withdrawn.length > 0)
    await pass(
      withdrawalsOf(
        2,
        withdrawn.map(({ row }) => row.id),
      ),
    );
  return { folder, dataDir, repository, people, pass, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function writeKeys(dataDir: string): void {
  mkdirSync(join(dataDir, "keys"), { recursive: true, mode: 0o700 });
  for (const [name, seed] of Object.entries({ ...secrets, pepper: fixedRandomness("pepper")(32) }))
    writeFileSync(join(dataDir, "keys", `${name}.key`), `${formatBase64url(seed)}\n`, { mode: 0o600 });
}

/**
 * Makes the public bag of a tag as `npm run handover` does, and the tag on main, but without the pages for print: to start
 * the typesetter takes a processor seconds.
 */
export async function makeBagWithoutPages(campaign: HandoverCampaign, tag: string, out: string): Promise<string> {
  const { repository, dataDir } = campaign;
  if (repository.git("tag", "--list", tag) === "") repository.git("tag", tag, "main");
  const recipients = await demoRecipients(join(dataDir, "demo-custodian"));
  const place = { repository: repository.path, keys: { ...keys, recipients }, dataDir, pages: noPages };
  return (await makePublicBag(parseHandover(tag), place, out, () => {})).file;
}

/** No pages for print. */
export async function* noPages() {}

/** The keys of one data folder in another one, with its database and a clone of its repository. */
export function cloneDataFolder(campaign: HandoverCampaign, name: string): string {
  const copy = join(campaign.folder, name);
  for (const part of ["keys", "demo-custodian", "service.db"])
    cpSync(join(campaign.dataDir, part), join(copy, part), { recursive: true });
  campaign.repository.git("clone", "--quiet", "--mirror", campaign.repository.path, join(copy, "campaign.git"));
  return copy;
}

/** A folder that has the letter which a campaign signed, and everything else of the project: commands are run in it. */
export function makeWorkingFolder(folder: string, name = "working"): string {
  const working = join(folder, name);
  cpSync(join(root, "content"), join(working, "content"), { recursive: true });
  for (const lang of ["en", "fa"])
    cpSync(join(folder, "content", lang, "letter.md"), join(working, "content", lang, "letter.md"));
  for (const file of [".eleventy.js", "package.json"]) cpSync(join(root, file), join(working, file));
  cpSync(join(root, "signatures/README.md"), join(working, "signatures/README.md"));
  for (const part of ["scripts", "node_modules"]) symlinkSync(join(root, part), join(working, part));
  return working;
}

export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Runs a command of the project. */
export function run(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  cwd = root,
): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...compiled, PATH: process.env.PATH, ...environment };
    execFile(
      process.execPath,
      [join(root, "scripts/cli", `${script}.ts`), ...args],
      { env, cwd, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr });
      },
    );
  });
}
