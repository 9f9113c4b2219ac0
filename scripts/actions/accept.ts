import { error, setOutput, setSecret } from "@actions/core";
import { isCrockford128 } from "../letter/crockford.ts";
import { systemClock } from "../outside/clock.ts";
import { readWorkflowEnvironment, WORKFLOWS } from "../outside/workflow-environment.ts";
import type { Outcome } from "./acceptance.ts";
import { runAction, say } from "./action.ts";
import { acceptOnGitHub, openMover } from "./github-acceptance.ts";

// The workflow of the same name: takes over what the moderators have approved, on main alone.
await runAction(async () => {
  const env = readWorkflowEnvironment(WORKFLOWS.accept, process.env);
  const mover = openMover(env, systemClock);
  setSecret(await mover.token());
  const report = await acceptOnGitHub(env, mover, systemClock);
  const { main, outcomes, edition, publish } = report;
  for (const outcome of outcomes) say(inWords(outcome));
  if (edition !== undefined) say(`edition ${edition} is on the ledger`);
  for (const { kind, tag } of report.notices) say(`the ${kind} of ${tag} is on the ledger`);
  for (const { path, reason } of report.noticeProblems) error(`${path}: ${reason}`);
  for (const { number, reason } of report.troubles)
    error(`pull request ${number}: ${reason}; the next run tries again`);
  say(`ledger: ${main.record.entries.length} entries, list: ${main.record.rows.length} rows`);
  setOutput("publish", String(publish));
});

/** A branch may have any name: only the id of a sheet is repeated. */
function inWords(outcome: Outcome): string {
  const sheet = isCrockford128(outcome.sheet) ? `sheet ${outcome.sheet}` : "a branch that is not named after a sheet";
  if (outcome.state === "invalid") return `${sheet}: not accepted: ${outcome.reason}`;
  if (outcome.state === "blocked" && outcome.unclear.length > 0) return `${sheet}: blocked: a refusal cannot be read`;
  if (!("accepted" in outcome)) return `${sheet}: ${outcome.state}`;
  const { state, accepted, refused, leftOut, withdrawn } = outcome;
  return `${sheet}: ${state}: ${accepted} accepted, ${refused} refused, ${leftOut} left out, ${withdrawn} withdrawn`;
}
