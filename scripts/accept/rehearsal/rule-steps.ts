import { dayOf } from "../../letter/bytes/day.ts";
import { sheetBranch } from "../../letter/signature/sheet.ts";
import { writeCommit } from "../../outside/git/commit.ts";
import { branchRef, MAIN, tagRef } from "../../outside/git/ref.ts";
import { type GitHubApi, hasStatus } from "../../outside/github/api.ts";
import { fileSheet, isPushed } from "./filed.ts";
import { readMain, type Stage } from "./stage.ts";
import type { Seen, Step } from "./step.ts";
import { startRuns } from "./watched.ts";

const RULES =
  "the ruleset is missing, looser, or passed by too many: `npm run setup:github -- --repo OWNER/REPO --apply`, then try again";

/** What only GitHub can refuse, because our code has no say there. */
export const REFUSALS: readonly Step[] = [
  {
    ...{ id: "file-app-on-main", part: "What GitHub refuses", who: "program" },
    tries: "with the file App’s token: push to main",
    believed: "refused: it is in no bypass list of main",
    otherwise: RULES,
    run: (stage) => pushToMain(stage, stage.filer),
  },
  {
    ...{ id: "organiser-on-main", part: "What GitHub refuses", who: "program" },
    tries: "as an organiser: push to main, force-push, delete it",
    believed: "refused by the rulesets; only the accept App is in the bypass list",
    otherwise: RULES,
    run: async (stage) => {
      const pushed = await pushToMain(stage, stage.organiser);
      return pushed.ok ? rewriteMain(stage) : pushed;
    },
  },
  {
    ...{ id: "file-app-workflow", part: "What GitHub refuses", who: "program" },
    tries: "with the file App’s token: push the branch of a sheet that changes `.github/workflows/`",
    believed: "refused: it has no permission `workflows`",
    otherwise:
      "take that permission from the file App (`apps.md`): whoever has its key can run code of theirs beside your secrets",
    run: async (stage) => {
      const { commit: base } = await readMain(stage);
      const files = new Map([[".github/workflows/rehearsal.yml", "on: push\njobs: {}\n"]]);
      const to = await commit(stage, base, files);
      const ref = branchRef(sheetBranch("0".repeat(26)));
      return seeCreated(stage, stage.filer, ref, to);
    },
  },
  {
    ...{ id: "file-app-moves-sheet", part: "What GitHub refuses", who: "program" },
    tries: "with the file App’s token: push another commit to the branch of a sheet",
    believed: "refused: sheets stay as they were filed",
    otherwise: RULES,
    run: async (stage) => {
      const filed = await fileSheet(stage, 1);
      const to = await commit(stage, filed.commit, new Map([["README.md", "another text\n"]]));
      return seen(
        await isPushed(stage, stage.filer, { ref: branchRef(sheetBranch(filed.sheet)), from: filed.commit, to }),
      );
    },
  },
  {
    ...{ id: "organiser-files", part: "What GitHub refuses", who: "program" },
    tries: "as an organiser: push a branch `pending/x`",
    believed: "refused: only the file App files sheets",
    otherwise: RULES,
    run: async (stage) => {
      const { commit: to } = await readMain(stage);
      const ref = branchRef(sheetBranch("1".repeat(26)));
      return seeCreated(stage, stage.organiser, ref, to);
    },
  },
  {
    ...{ id: "file-app-tag", part: "What GitHub refuses", who: "program" },
    tries: "with the file App’s token: push a tag `handover/DATE`",
    believed: "refused: only organisers make them",
    otherwise: RULES,
    run: async (stage) => {
      const { commit: to } = await readMain(stage);
      return seeCreated(stage, stage.filer, tagRef("handover/2000-01-01"), to);
    },
  },
  {
    ...{ id: "accept-elsewhere", part: "What GitHub refuses", who: "program" },
    tries: "start `accept` on another branch",
    believed: "the job is skipped",
    otherwise:
      "the environment `accept` must be open to main only: `npm run setup:github -- --repo OWNER/REPO --apply`",
    run: async (stage) => {
      const { commit: base } = await readMain(stage);
      const name = `rehearsal-${Buffer.from(stage.random(4)).toString("hex")}`;
      const to = await commit(stage, base, new Map([["rehearsal.txt", "a branch of the rehearsal\n"]]));
      const move = { ref: branchRef(name), from: undefined, to };
      if (!(await isPushed(stage, stage.organiser, move))) return { ok: false, seen: "no branch could be made" };
      const [run] = await startRuns(stage, "accept.yml", { ref: name });
      await isPushed(stage, stage.organiser, { ...move, from: to, to: undefined });
      return { ok: run?.conclusion === "skipped", seen: `accept ended as ${run?.conclusion}` };
    },
  },
  {
    ...{ id: "environment-elsewhere", part: "What GitHub refuses", who: "people" },
    tries: "take the line `if` out of accept.yml on another branch, start `accept` on it",
    believed: "the environment refuses its secrets: “not allowed to deploy”",
    otherwise: "the environment `accept` is open to that branch: `npm run setup:github`, and a new key for the ledger",
  },
  {
    ...{ id: "moderator-writes", part: "What GitHub refuses", who: "people" },
    tries: "as a moderator (triage): push to main and to `pending/x`, merge a sheet",
    believed: "refused: no write access",
    otherwise: "the moderator has another role than triage: Settings → Collaborators and teams",
  },
  {
    ...{ id: "merge-button", part: "What GitHub refuses", who: "people" },
    tries: "as an organiser: press **Merge** on a sheet that has all approvals",
    believed: "not offered: the check `code` is “expected, waiting for status”",
    otherwise: RULES,
  },
  {
    ...{ id: "merge-by-call", part: "What GitHub refuses", who: "program" },
    tries: "as an organiser: merge a sheet through the API",
    believed: "refused: the check `code` is never reported on a sheet",
    otherwise: RULES,
    run: async (stage) => {
      const { pull } = await fileSheet(stage, 1);
      const octokit = await stage.organiser.octokit();
      const { owner, repo } = stage.organiser;
      const route = "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge";
      const merged = await octokit.request(route, { owner, repo, pull_number: pull }).then(() => true, isRefusal);
      return { ok: !merged, seen: merged ? "GitHub merged it" : "refused" };
    },
  },
  {
    ...{ id: "fork", part: "What GitHub refuses", who: "people" },
    tries: "open a pull request from a fork, from a branch named `pending/…`",
    believed: "no secret, a token that only reads; accept passes it over. In a private repository nobody can fork",
    otherwise: "Settings → Actions → General → Fork pull request workflows: off",
  },
];

async function pushToMain(stage: Stage, api: GitHubApi): Promise<Seen> {
  const { commit: from } = await readMain(stage);
  const to = await commit(stage, from, new Map([["rehearsal.txt", "pushed to main by the rehearsal\n"]]));
  return seen(await isPushed(stage, api, { ref: MAIN, from, to }));
}

/** Tries to make a branch or tag; what GitHub takes is taken away again. */
async function seeCreated(stage: Stage, api: GitHubApi, ref: string, to: string): Promise<Seen> {
  const taken = await isPushed(stage, api, { ref, from: undefined, to });
  if (taken) await isPushed(stage, api, { ref, from: to, to: undefined });
  return seen(taken);
}

/** Tries to move main back, and to delete it; what GitHub allows is put right at once. */
async function rewriteMain(stage: Stage): Promise<Seen> {
  const { commit: sha } = await readMain(stage);
  const at = { owner: stage.organiser.owner, repo: stage.organiser.repo, ref: "heads/main" };
  const octokit = await stage.organiser.octokit();
  const back = await commit(stage, undefined, new Map([["README.md", "another history\n"]]));
  const route = "PATCH /repos/{owner}/{repo}/git/refs/{ref}";
  // GitHub has to know the commit before it can refuse to go there.
  const made = await isPushed(stage, stage.organiser, { ref: branchRef("rehearsal-other"), from: undefined, to: back });
  if (!made) return { ok: false, seen: "this token cannot push any branch, so nothing was tried" };
  const moved = await octokit.request(route, { ...at, sha: back, force: true }).then(() => true, isRefusal);
  if (moved) await octokit.request(route, { ...at, sha, force: true });
  const deleted = await octokit.request("DELETE /repos/{owner}/{repo}/git/refs/{ref}", at).then(() => true, isRefusal);
  if (deleted) await octokit.request("POST /repos/{owner}/{repo}/git/refs", { ...at, ref: MAIN, sha });
  await isPushed(stage, stage.organiser, { ref: branchRef("rehearsal-other"), from: back, to: undefined });
  const ok = !moved && !deleted;
  return { ok, seen: ok ? "refused" : `${moved ? "moved by force" : "deleted"}, and put back` };
}

/** False for an answer by which GitHub refuses what a rule forbids. A 403 is thrown again: it is the token that may not. */
function isRefusal(cause: unknown): boolean {
  if ([405, 422].some((status) => hasStatus(cause, status))) return false;
  throw cause;
}

function seen(pushed: boolean): Seen {
  return { ok: !pushed, seen: pushed ? "GitHub took it" : "refused" };
}

function commit(stage: Stage, parent: string | undefined, files: ReadonlyMap<string, string>): Promise<string> {
  const day = dayOf(stage.clock.now());
  const parents = parent === undefined ? [] : [parent];
  return writeCommit(stage.mirror, { parents, files, message: "rehearsal\n", committer: "organisers", day });
}
