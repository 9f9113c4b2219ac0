import { join } from "node:path";
import { readNotices } from "../accept/notices.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { NOTICES_FOLDER } from "../letter/handover/notice.ts";
import { changesIn } from "../outside/git/history.ts";
import { readHead } from "../outside/git/repository.ts";
import { runGit } from "../outside/git/run.ts";
import { fetchProposal } from "../outside/github/proposal.ts";
import { readWorkflowEnvironment, WORKFLOWS } from "../outside/github/workflow-environment.ts";
import { runAction, say } from "./action.ts";

/** What accept alone writes. `README.md` and `notices/` beside it are reviewed like code. */
const RECORD = /^signatures\/(pending|accepted|ledger|editions)(\/|$)/i;

// First step of the workflow of the same name: a change of code or content leaves the record alone. Without it a sheet
// that also touches a line of code would get the check that merging needs.
await runAction(async () => {
  const env = readWorkflowEnvironment(WORKFLOWS.code, process.env);
  const repository = join(env.RUNNER_TEMP, "campaign.git");
  const url = `${env.GITHUB_SERVER_URL}/${env.GITHUB_REPOSITORY}.git`;
  await fetchProposal(repository, { url, token: env.GITHUB_TOKEN }, env.PULL_NUMBER, env.HEAD_SHA);
  const main = await readHead(repository);
  const { stdout } = await runGit(repository, ["merge-base", main, env.HEAD_SHA]);
  const changes = await changesIn(repository, stdout.toString("utf8").trim(), env.HEAD_SHA);
  if (changes.some(({ path }) => RECORD.test(path))) {
    throw new LetterError("code", "the pull request changes the record below signatures/, which accept alone writes");
  }
  const { problems } = await readNotices(repository, env.HEAD_SHA);
  for (const { path, reason } of problems) throw new LetterError("code", `${path}: ${reason}`);
  if (changes.some(({ path, status }) => path.startsWith(`${NOTICES_FOLDER}/`) && status !== "A")) {
    throw new LetterError("code", "the pull request changes a notice: what it said may be on the ledger, add another");
  }
  say(`${changes.length} files changed, none of them of the record`);
});
