import { existsSync } from "node:fs";
import { mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseBase64url } from "../../letter/bytes/base64url.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { signingKey } from "../../letter/bytes/key.ts";
import { noteSigner } from "../../letter/ledger/note.ts";
import { MODERATORS_PATH } from "../../letter/review/moderators.ts";
import { parseCampaign } from "../../letter/text/campaign.ts";
import { makeFolder } from "../../outside/folder.ts";
import { readBundle, restoreBundle } from "../../outside/git/bundle.ts";
import { CAMPAIGN_PATH } from "../../outside/git/letter-files.ts";
import { LOCAL_MODERATOR, openLocalGitHost } from "../../outside/git/local-host.ts";
import { listRefs, PENDING } from "../../outside/git/ref.ts";
import { readHead, readMainAt } from "../../outside/git/repository.ts";
import { readSealedFile } from "../../outside/seal/backup-file.ts";
import { type CampaignKeys, campaignKeys } from "../campaign-keys.ts";
import { readPendingSheet } from "../pending-sheet.ts";
import { assertIntact } from "../record/intact-record.ts";

/** How a mirror is opened. Paths are absolute. */
export type Opening = {
  /** `AGE-SECRET-KEY-PQ-1…`, which opens a sealed one */
  readonly identity: string | undefined;
  /** where the bare repository is made */
  readonly out: string;
  /** where this campaign's keys are, if content/campaign.yaml does not name them */
  readonly dataDir: string;
  /** whether the moderators on main become the one of a campaign on one machine */
  readonly reviewHere: boolean;
  /** UTC day */
  readonly today: string;
};

/** What a mirror holds. */
export type OpenedMirror = {
  readonly out: string;
  /** main's commit in the mirror */
  readonly main: string;
  /** entries of the ledger, and rows of the list */
  readonly size: number;
  readonly listed: number;
  /** open sheets that the form service attested, their rows, and other branches, of which nothing counts */
  readonly sheets: number;
  readonly rows: number;
  readonly others: number;
};

/**
 * Makes a repository of a mirror, or of a repository that is left somewhere, to go on from. Anyone who has the public key
 * can seal a file, so the ledger's key must have signed what main holds.
 *
 * @param from a sealed copy, or the folder of a bare repository
 * @throws LetterError `mirror`, `backup` when it cannot be opened, `record` or `ledger` when main is not what was signed
 */
export async function openMirror(
  from: string,
  { identity, out, dataDir, reviewHere, today }: Opening,
): Promise<OpenedMirror> {
  if (existsSync(out)) throw new LetterError("mirror", "--out is there already: name a new folder");
  const keys = await keysHere(dataDir);
  const bundle = await readAny(from, identity);
  makeFolder(dirname(out), "--out");
  const draft = await mkdtemp(`${out}.`);
  try {
    const repository = join(draft, "repository");
    await restoreBundle(repository, bundle);
    const opened = await describe(repository, keys);
    if (reviewHere) await reviewedHere(repository, today);
    await rename(repository, out);
    return { out, ...opened };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function readAny(from: string, identity: string | undefined): Promise<Buffer> {
  const found = await stat(from).catch(() => undefined);
  if (found === undefined) throw new LetterError("mirror", "there is no such file or repository");
  if (found.isDirectory()) return readBundle(from);
  if (identity === undefined) throw new LetterError("mirror", "say with --key what opens the file");
  const bytes = await readSealedFile(from, identity);
  if (/^# v\d git bundle\n/.test(bytes.toString("latin1", 0, 20))) return bytes;
  throw new LetterError("mirror", "the file holds no mirror: if it is a backup, npm run restore takes it");
}

async function describe(repository: string, keys: CampaignKeys): Promise<Omit<OpenedMirror, "out">> {
  const main = await readMainAt(repository, await readHead(repository));
  assertIntact(main.record, keys.ledger);
  let [sheets, rows, others] = [0, 0, 0];
  for (const [sheet, commit] of await listRefs(repository, PENDING)) {
    if (main.merged.has(commit)) continue;
    const read = await readPendingSheet(repository, main, { sheet, commit }, keys.attestation).catch((cause) => {
      if (cause instanceof LetterError) return undefined;
      throw cause;
    });
    if (read === undefined) others++;
    else [sheets, rows] = [sheets + 1, rows + read.rows.length];
  }
  const { record, commit } = main;
  return { main: commit, size: record.entries.length, listed: record.rows.length, sheets, rows, others };
}

/** The public keys as this checkout and this machine know them: what the mirror says of its keys proves nothing. */
async function keysHere(dataDir: string): Promise<CampaignKeys> {
  const text = await readFile(CAMPAIGN_PATH, "utf8");
  const campaign = parseCampaign(text);
  if (campaign.ledger_vkey !== undefined && campaign.attestation_key !== undefined) return campaignKeys(text);
  const seed = async (name: string) => {
    const path = join(dataDir, "keys", name);
    if (!existsSync(path))
      throw new LetterError(
        "keys",
        `content/campaign.yaml names no ledger_vkey and attestation_key, and DATA_DIR has no keys/${name}: without them nobody can tell whose repository it is`,
      );
    return parseBase64url((await readFile(path, "utf8")).trim(), 32);
  };
  return {
    ledger: noteSigner(campaign.ledger_origin, await seed("ledger.key")).verifier,
    attestation: signingKey(await seed("attestation.key")).publicKey,
  };
}

async function reviewedHere(repository: string, day: string): Promise<void> {
  const host = await openLocalGitHost(repository, { folder: ".", day });
  const text = `approvals: 1\nmoderators:\n  - ${LOCAL_MODERATOR}\n`;
  await host.commitText(new Map([[MODERATORS_PATH, text]]), day, "review on one machine\n");
}

/** Says what was opened, and what to compare before anybody goes on from it. */
export function formatOpened({ out, main, size, listed, sheets, rows, others }: OpenedMirror): string {
  const left = others === 0 ? [] : [`${others} branches are no sheets of this campaign, and do not count`];
  return [
    `${out}: main at ${main}, its ledger with ${size} entries and its list with ${listed} rows are signed by this campaign's key`,
    `${sheets} open sheets with ${rows} rows, attested by the form service, are there to be reviewed`,
    ...left,
    "the signature does not reach the code on main: compare that commit with what a second organiser has seen last (.github/incidents.md)",
  ].join("\n");
}
