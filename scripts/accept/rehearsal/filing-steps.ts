import { LetterError } from "../../letter/bytes/error.ts";
import { sheetBranch, sheetPath } from "../../letter/signature/sheet.ts";
import { readText } from "../../outside/git/object.ts";
import { fileOnGitHub } from "../../outside/github/filing.ts";
import { commitOf, fileSheet, fileText, filingOf, inventShown, placeOf, proposalOf, sheetText } from "./filed.ts";
import { inventionOn, readMain, type Stage } from "./stage.ts";
import type { Seen, Step } from "./step.ts";
import { conclusionAt } from "./watched.ts";

/** How sheets come to GitHub. The very first step is what all filing rests on. */
export const FILING: readonly Step[] = [
  {
    ...{ id: "first-sheet", part: "Filing", who: "program" },
    tries: "file a sheet with the file App; ask GitHub for the commit of its branch and of its pull request",
    believed: "both have the SHA that this machine computed before it sent anything, and the same message",
    otherwise:
      "stop: no real sheet would ever count as filed. Compare both commits (`git cat-file -p`), and correct `scripts/outside/git/commit.ts`",
    run: fileFirst,
  },
  {
    ...{ id: "filed-twice", part: "Filing", who: "program" },
    tries: "file the same sheet twice, as after an answer that was lost",
    believed: "one branch, one pull request",
    otherwise:
      "a retry doubles sheets: see `scripts/outside/github/filing.ts`, and what GitHub answered to the second push",
    run: fileTwice,
  },
  {
    ...{ id: "validate", part: "Filing", who: "program" },
    tries: "file a sheet, wait for its `validate`",
    believed: "it ends green: “This sheet can be reviewed.”",
    otherwise: "read the run under Actions; if none began, see whether Actions are on (`npm run setup:github`)",
    run: async (stage) => {
      const { commit } = await fileSheet(stage, 2);
      const conclusion = await conclusionAt(stage, "validate.yml", commit);
      return { ok: conclusion === "success", seen: `validate ended as ${conclusion}` };
    },
  },
  {
    ...{ id: "form-sheet", part: "Filing", who: "people" },
    tries: "sign by the real form service (`GIT_HOST=github:OWNER/REPO`) with an invented name, wait for its sheet",
    believed: "one pull request; its `validate` says “This sheet can be reviewed.”",
    otherwise: "read the log of the form service: it says what GitHub refused",
  },
  {
    ...{ id: "workflow-changed", part: "Filing", who: "both" },
    tries: "merge a change of a workflow while a sheet waits to be filed on the main before it",
    believed: "GitHub refuses that push, and takes the same sheet on top of the new main",
    otherwise:
      "taken on the old main: good, write down that GitHub no longer asks for `workflows`. Refused on the new one: the file App lacks *Contents: write*",
    run: async (stage, ask) => {
      const before = await readMain(stage);
      const text = sheetText(inventionOn(stage, before), inventShown(inventionOn(stage, before), 1));
      await ask("change a comment in .github/workflows/ci.yml by a pull request, approve and merge it");
      const after = await readMain(stage);
      const old = await isTaken(stage, text, before.commit);
      const renewed = old ? true : await isTaken(stage, text, after.commit);
      const seen = `${old ? "taken" : "refused"} on the old main${old ? "" : `, ${renewed ? "taken" : "refused"} on the new one`}`;
      return { ok: before.commit !== after.commit && !old && renewed, seen };
    },
  },
  {
    ...{ id: "mail-of-a-sheet", part: "Filing", who: "people" },
    tries: "read the mail that GitHub sent to a moderator about a new sheet",
    believed: "no name and no place of a signatory is in it, neither in the subject nor in the text",
    otherwise: "correct `scripts/letter/review/proposal-body.ts` before anybody real signs",
  },
];

async function fileFirst(stage: Stage): Promise<Seen> {
  const main = await readMain(stage);
  const invention = inventionOn(stage, main);
  const text = sheetText(invention, inventShown(invention, 3));
  const filing = filingOf(stage, text, main.commit);
  const ours = await commitOf(stage, filing);
  await fileOnGitHub(await placeOf(stage), filing, proposalOf(text));
  const { owner, repo } = stage.organiser;
  const octokit = await stage.organiser.octokit();
  const branch = sheetBranch(filing.sheet);
  const at = { owner, repo };
  const ref = await octokit.request("GET /repos/{owner}/{repo}/git/ref/{ref}", { ...at, ref: `heads/${branch}` });
  const pulls = await octokit.request("GET /repos/{owner}/{repo}/pulls", { ...at, head: `${owner}:${branch}` });
  const theirs = ref.data.object.sha;
  const commit = await octokit.request("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", {
    ...{ ...at, commit_sha: theirs },
  });
  const head = pulls.data[0]?.head.sha ?? "no pull request";
  // GitHub may show a message without its last line break; the SHA covers the real one.
  const same = commit.data.message.trimEnd() === filing.message.trimEnd();
  const ok = theirs === ours && head === ours && same;
  return { ok, seen: ok ? `${ours} on all three` : `ours ${ours}, the branch ${theirs}, the pull request ${head}` };
}

async function fileTwice(stage: Stage): Promise<Seen> {
  const filed = await fileSheet(stage, 1);
  const text = await readText(stage.mirror, filed.commit, sheetPath(filed.sheet));
  const main = await readMain(stage);
  const filing = filingOf(stage, text ?? "", main.commit);
  await fileOnGitHub(await placeOf(stage), filing, proposalOf(text ?? ""));
  const { owner, repo } = stage.organiser;
  const octokit = await stage.organiser.octokit();
  const asked = { owner, repo, head: `${owner}:${sheetBranch(filed.sheet)}`, state: "all" } as const;
  const { data } = await octokit.request("GET /repos/{owner}/{repo}/pulls", asked);
  return { ok: data.length === 1, seen: `${data.length} pull requests` };
}

/** Whether GitHub takes a sheet on this base. */
async function isTaken(stage: Stage, text: string, base: string): Promise<boolean> {
  try {
    await fileText(stage, text, base);
    return true;
  } catch (cause) {
    if (cause instanceof LetterError && cause.code === "push-refused") return false;
    throw cause;
  }
}
