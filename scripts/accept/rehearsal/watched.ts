import { LetterError } from "../../letter/bytes/error.ts";
import { sheetBranch } from "../../letter/signature/sheet.ts";
import { listRemoteRefs } from "../../outside/git/push.ts";
import { branchRef } from "../../outside/git/ref.ts";
import { readRuns, startRun, type WorkflowRun } from "../../outside/github/workflow-runs.ts";
import type { Filed } from "./filed.ts";
import { readMain, remoteOf, type Stage } from "./stage.ts";
import type { Seen } from "./step.ts";

/** How often and for how long GitHub is asked whether a run has ended: every ten seconds for half an hour. */
const [PAUSE, TRIES] = [10_000, 180];
const ACCEPT_APP = /(^|-)accept\[bot\]$/;
const WORKFLOW = "github-actions[bot]";

/** Starts runs of a workflow one after the other, and waits until all have ended. */
export async function startRuns(
  stage: Stage,
  workflow: string,
  { ref = "main", count = 1 }: { ref?: string; count?: number } = {},
): Promise<WorkflowRun[]> {
  const { organiser } = stage;
  const before = new Set((await readRuns(organiser, workflow)).map(({ id }) => id));
  for (let i = 0; i < count; i++) await startRun(organiser, workflow, { ref });
  return ended(stage, `${workflow} to end`, async () => {
    const runs = (await readRuns(organiser, workflow)).filter(({ id }) => !before.has(id));
    return runs.length >= count ? runs : undefined;
  });
}

/** Waits for the run of a workflow at a commit, and gives how it ended. */
export async function conclusionAt(stage: Stage, workflow: string, sha: string): Promise<string> {
  const runs = await ended(stage, `${workflow} to run on the sheet`, async () => {
    const found = await readRuns(stage.organiser, workflow, sha);
    return found.length > 0 ? found : undefined;
  });
  return runs[0]!.conclusion ?? "";
}

async function ended(
  stage: Stage,
  what: string,
  read: () => Promise<WorkflowRun[] | undefined>,
): Promise<WorkflowRun[]> {
  for (let tries = 0; tries < TRIES; tries++) {
    await stage.pause(PAUSE);
    const runs = await read();
    if (runs?.every(({ status }) => status === "completed")) return runs;
  }
  throw new LetterError("rehearsal", `waited half an hour for ${what}: look under Actions why it does not`);
}

/** Starts accept and waits for it. @throws LetterError `rehearsal` when it does not end green */
export async function accept(stage: Stage): Promise<void> {
  const [run] = await startRuns(stage, "accept.yml");
  if (run?.conclusion === "success") return;
  throw new LetterError(
    "rehearsal",
    `accept ended as ${run?.conclusion}: its run under Actions says why in its last line`,
  );
}

/** Lets accept run, and sees that it has taken the sheet over: everything that it has to leave on GitHub. */
export async function seeMerged(
  stage: Stage,
  filed: Filed,
  refused: readonly (readonly [id: string, code: string])[] = [],
): Promise<Seen> {
  await accept(stage);
  const settlement = (await readMain(stage)).merged.get(filed.commit);
  const problems: string[] = [];
  if (settlement === undefined) problems.push("no commit of accept on main has taken the sheet over");
  const words = (list: readonly (readonly [string, string])[]) =>
    [...list]
      .map((one) => one.join(" "))
      .sort()
      .join(", ") || "no row";
  if (settlement && words(settlement.refused) !== words(refused))
    problems.push(`refused: ${words(settlement.refused)}, and not ${words(refused)}`);
  const pull = settlement && (await settledPull(stage, filed.pull));
  if (pull && !pull.merged) problems.push("GitHub shows the pull request as closed, not as merged");
  if (pull?.merged && !ACCEPT_APP.test(pull.by)) problems.push("not merged by the accept App");
  const answers = (await answersOn(stage, filed.pull)).length;
  if (answers !== 1) problems.push(`${answers} comments of accept, and not one`);
  if (await hasBranch(stage, filed)) problems.push("its branch is still there");
  return {
    ok: problems.length === 0,
    seen: problems.join("; ") || `merged by the accept App, refused: ${words(refused)}`,
  };
}

/** Lets accept run, and sees that it has left the sheet where it was. @param says the beginning of its one comment */
export async function seeHeld(stage: Stage, filed: Filed, says?: string): Promise<Seen> {
  await accept(stage);
  const problems: string[] = [];
  if ((await readMain(stage)).merged.has(filed.commit)) problems.push("accept has taken the sheet over");
  if (!(await hasBranch(stage, filed))) problems.push("its branch is gone");
  const answers = await answersOn(stage, filed.pull);
  if (answers.length > 1) problems.push(`${answers.length} comments of accept, and not one`);
  if (says !== undefined && !answers.some((body) => body.includes(`**${says}`)))
    problems.push(`no comment of accept that says “${says}”`);
  return { ok: problems.length === 0, seen: problems.join("; ") || `held${says === undefined ? "" : `, “${says}”`}` };
}

/** Reads accept's own comments below a pull request. */
async function answersOn({ organiser }: Stage, pull: number): Promise<string[]> {
  const { owner, repo } = organiser;
  const octokit = await organiser.octokit();
  const at = { owner, repo, issue_number: pull, per_page: 100 };
  const all = await octokit.paginate("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", at);
  return all.filter(({ user }) => user?.login === WORKFLOW).map(({ body }) => body ?? "");
}

/** Reads a pull request; GitHub may mark it as merged some time after the push. */
async function settledPull({ organiser, pause }: Stage, pull: number): Promise<{ merged: boolean; by: string }> {
  const { owner, repo } = organiser;
  const octokit = await organiser.octokit();
  for (let tries = 0; ; tries++) {
    const at = { owner, repo, pull_number: pull };
    const { data } = await octokit.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", at);
    if (data.merged || tries === 12) return { merged: data.merged, by: data.merged_by?.login ?? "" };
    await pause(5_000);
  }
}

async function hasBranch(stage: Stage, { sheet }: Filed): Promise<boolean> {
  const ref = branchRef(sheetBranch(sheet));
  return (await listRemoteRefs(stage.mirror, await remoteOf(stage, stage.organiser), [ref])).has(ref);
}
