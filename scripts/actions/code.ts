import { join } from "node:path";
import { checkCodeChange } from "../accept/code-change.ts";
import { fetchProposal } from "../outside/github/proposal.ts";
import { readWorkflowEnvironment, WORKFLOWS } from "../outside/github/workflow-environment.ts";
import { runAction, say } from "./action.ts";

// First step of the workflow of the same name: a change of code or content must not touch the record. Without it a sheet
// that also touches a line of code would get the check that merging needs.
await runAction(async () => {
  const env = readWorkflowEnvironment(WORKFLOWS.code, process.env);
  const repository = join(env.RUNNER_TEMP, "campaign.git");
  const url = `${env.GITHUB_SERVER_URL}/${env.GITHUB_REPOSITORY}.git`;
  await fetchProposal(repository, { url, token: env.GITHUB_TOKEN }, env.PULL_NUMBER, env.HEAD_SHA);
  const count = await checkCodeChange(repository, env.HEAD_SHA);
  say(`${count} files changed, none of them of the record`);
});
