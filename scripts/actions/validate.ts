import { join } from "node:path";
import { error, summary, warning } from "@actions/core";
import { proposalNotes, proposalProblems } from "../accept/proposal-problems.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { fetchPendingSheets, fetchProposal } from "../outside/github/proposal.ts";
import { readWorkflowEnvironment, WORKFLOWS } from "../outside/github/workflow-environment.ts";
import { runAction, say } from "./action.ts";

// GitHub shows ten errors of a step; the summary has them all.
const ANNOTATIONS = 10;

// The workflow of the same name. Its green tick is for people: accept judges everything again.
await runAction(async () => {
  const env = readWorkflowEnvironment(WORKFLOWS.validate, process.env);
  const repository = join(env.RUNNER_TEMP, "campaign.git");
  const remote = { url: `${env.GITHUB_SERVER_URL}/${env.GITHUB_REPOSITORY}.git`, token: env.GITHUB_TOKEN };
  await fetchProposal(repository, remote, env.PULL_NUMBER, env.HEAD_SHA);
  const problems = await proposalProblems(repository, env.HEAD_REF, env.HEAD_SHA);
  for (const problem of problems.slice(0, ANNOTATIONS)) error(problem);
  if (problems.length === 0) await fetchPendingSheets(repository, remote);
  const notes = problems.length === 0 ? await proposalNotes(repository, env.HEAD_REF, env.HEAD_SHA) : [];
  for (const note of notes.slice(0, ANNOTATIONS)) warning(note);
  const lines = problems.length === 0 ? ["This sheet can be reviewed.", ...notes] : problems;
  await summary.addHeading("Sheet", 2).addList(lines.map(escapeHtml)).write();
  for (const line of lines) say(line);
  if (problems.length > 0) throw new LetterError("validate", "the sheet cannot be accepted as it is");
});

/** The sentences are our own and repeat nothing of the proposal; escaped all the same. */
function escapeHtml(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").replace(/[&<>"'`|]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
