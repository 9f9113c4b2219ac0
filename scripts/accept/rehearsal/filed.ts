import { dayOf } from "../../letter/bytes/day.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import type { SigningKey } from "../../letter/bytes/key.ts";
import { attestSheet } from "../../letter/ledger/attestation.ts";
import { filingMessage } from "../../letter/review/filing-message.ts";
import { formatProposal } from "../../letter/review/proposal-body.ts";
import type { Row } from "../../letter/signature/row.ts";
import { formatSheet, parseSheet, sheetBranch, sheetPath } from "../../letter/signature/sheet.ts";
import { showsName } from "../../letter/signature/shown.ts";
import { writeCommit } from "../../outside/git/commit.ts";
import type { Filing } from "../../outside/git/host.ts";
import { pushRef } from "../../outside/git/push.ts";
import { branchRef, type RefMove } from "../../outside/git/ref.ts";
import { type GitHubApi, telling } from "../../outside/github/api.ts";
import { fileOnGitHub } from "../../outside/github/filing.ts";
import { type Invention, inventRow, inventSheet } from "../invented-signatures.ts";
import { inventionOn, readMain, remoteOf, type Stage } from "./stage.ts";

/** A sheet of invented signatures as it was filed. */
export type Filed = {
  readonly sheet: string;
  readonly commit: string;
  readonly pull: number;
  /** of its rows, in the order of the sheet */
  readonly ids: readonly string[];
};

/** Files a sheet as the form service does: one push, and one call that opens the pull request. */
export async function fileSheet(stage: Stage, rows: number): Promise<Filed> {
  const main = await readMain(stage);
  const invention = inventionOn(stage, main);
  return fileText(stage, sheetText(invention, inventShown(invention, rows)), main.commit);
}

/** Files the text of a sheet on top of a commit of main, attested as the form service attests it. */
export async function fileText(stage: Stage, text: string, base: string): Promise<Filed> {
  const filing = filingOf(stage, text, base);
  const { id, place } = { id: filing.sheet, place: await placeOf(stage) };
  await telling("filing a sheet", () => fileOnGitHub(place, filing, proposalOf(text)));
  const commit = await commitOf(stage, filing);
  return { sheet: id, commit, pull: await pullOf(stage, id), ids: parseSheet(text).rows.map((row) => row.id) };
}

export async function placeOf(stage: Stage): Promise<Parameters<typeof fileOnGitHub>[0]> {
  const { filer, mirror, pause } = stage;
  return { api: filer, mirror, remote: await remoteOf(stage, filer), pause };
}

export function filingOf({ key, clock }: Stage, text: string, base: string): Filing {
  const { sheet } = parseSheet(text);
  const message = filingMessage(sheet, { quarantined: false, attestation: attestSheet(sheet, text, key) });
  return { sheet, text, base, message, day: dayOf(clock.now()) };
}

/** The commit that this machine makes of a filing. It is known before anything is sent. */
export function commitOf({ mirror }: Stage, { sheet, text, base, message, day }: Filing): Promise<string> {
  const files = new Map([[sheetPath(sheet), text]]);
  return writeCommit(mirror, { parents: [base], files, message, committer: "form service", day });
}

export function proposalOf(text: string): ReturnType<typeof formatProposal> {
  return formatProposal(parseSheet(text), { listed: [], bursts: new Set() });
}

/** A sheet that nobody filed as the form service does: its files and its message are given. */
export async function fileHostile(
  stage: Stage,
  { sheet, files, message }: { sheet: string; files: ReadonlyMap<string, string>; message: string },
): Promise<Filed> {
  const { commit: base } = await readMain(stage);
  const day = dayOf(stage.clock.now());
  const commit = await writeCommit(stage.mirror, { parents: [base], files, message, committer: "form service", day });
  const ref = branchRef(sheetBranch(sheet));
  await pushRef(stage.mirror, await remoteOf(stage, stage.filer), { ref, from: undefined, to: commit });
  const { owner, repo } = stage.filer;
  const octokit = await stage.filer.octokit();
  const pull = { head: sheetBranch(sheet), base: "main", title: `sheet ${sheet}` };
  // GitHub may not know the branch yet; the same call is patient where real sheets are filed.
  for (let tries = 0; ; tries++) {
    await stage.pause(tries === 0 ? 2_000 : 5_000);
    const opened = await octokit.request("POST /repos/{owner}/{repo}/pulls", { owner, repo, ...pull }).then(
      ({ data }) => data.number,
      (cause) => (tries < 4 ? undefined : Promise.reject(cause)),
    );
    if (opened !== undefined) return { sheet, commit, pull: opened, ids: [] };
  }
}

/** Whether GitHub takes this push; main or the branch has moved if so. @throws LetterError when it could not be asked */
export async function isPushed(stage: Stage, api: GitHubApi, move: RefMove): Promise<boolean> {
  try {
    return await pushRef(stage.mirror, await remoteOf(stage, api), move);
  } catch (cause) {
    if (cause instanceof LetterError && cause.code === "push-refused") return false;
    throw cause;
  }
}

/** Rows that show a name or initials, for moderators to read. */
export function inventShown(invention: Invention, count: number): Row[] {
  const rows: Row[] = [];
  while (rows.length < count) {
    const row = inventRow(invention);
    if (showsName(row.shown)) rows.push(row);
  }
  return rows;
}

export function sheetText(invention: Invention, rows: readonly Row[]): string {
  return formatSheet(inventSheet(invention, rows));
}

/** The message of a sheet that is attested with another key than the form service's, or not at all. */
export function messageBy(key: SigningKey | undefined, sheet: string, text: string): string {
  if (key === undefined) return `file sheet ${sheet}\n`;
  return filingMessage(sheet, { quarantined: false, attestation: attestSheet(sheet, text, key) });
}

async function pullOf(stage: Stage, sheet: string): Promise<number> {
  const { owner, repo } = stage.filer;
  const octokit = await stage.filer.octokit();
  const asked = { owner, repo, head: `${owner}:${sheetBranch(sheet)}`, state: "all" } as const;
  const { data } = await octokit.request("GET /repos/{owner}/{repo}/pulls", asked);
  if (data.length !== 1) throw new LetterError("rehearsal", `the sheet has ${data.length} pull requests, not one`);
  return data[0]!.number;
}
