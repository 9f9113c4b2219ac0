import { error, setOutput, setSecret, summary, warning } from "@actions/core";
import type { Outcome } from "../accept/acceptance.ts";
import { acceptOnGitHub, openAcceptApp } from "../accept/on-github.ts";
import { UNATTESTED } from "../accept/sheet-notes.ts";
import { isCrockford128 } from "../letter/bytes/crockford.ts";
import { sayNotice } from "../letter/handover/notice.ts";
import { systemClock } from "../outside/clock.ts";
import { readWorkflowEnvironment, WORKFLOWS } from "../outside/github/workflow-environment.ts";
import { runAction, say } from "./action.ts";

const UNSEEN =
  "nobody can review it, so its signatures wait forever. Its pull request was closed: reopen it; or it is a draft: say that it is ready for review; or it is being filed just now: then wait for the next run";

const LEFTOVER = "it is closed, and the form service has not attested it: nobody waits for it, delete its branch";

// The workflow of the same name: takes over what the moderators have approved, on main only.
await runAction(async () => {
  const env = readWorkflowEnvironment(WORKFLOWS.accept, process.env);
  const mover = openAcceptApp(env, systemClock);
  setSecret(await mover.token());
  const report = await acceptOnGitHub(env, mover, systemClock);
  const { main, outcomes, edition, publish } = report;
  for (const outcome of outcomes) say(inWords(outcome));
  if (edition !== undefined) say(`edition ${edition} is on the ledger`);
  for (const notice of report.notices) say(sayNotice(notice));
  const { deleted, troubles } = report.releases;
  if (deleted.length > 0)
    await summary
      .addHeading("Releases that were deleted", 2)
      .addList([...deleted])
      .write();
  for (const reason of deleted) say(`${reason}: its release was deleted`);
  for (const trouble of troubles) error(`${trouble}; the next run tries again`);
  for (const { path, reason } of report.noticeProblems) error(`${path}: ${reason}`);
  for (const { number, reason } of report.troubles)
    error(`pull request ${number}: ${reason}; the next run tries again`);
  for (const { sheet, state } of outcomes) {
    if (state === "unattested") warning(`${called(sheet)}: passed over: ${UNATTESTED}`);
  }
  for (const sheet of report.leftovers) warning(`${called(sheet)}: ${LEFTOVER}`);
  for (const sheet of report.unseen) warning(`${called(sheet)}: ${UNSEEN}`);
  say(`ledger: ${main.record.entries.length} entries, list: ${main.record.rows.length} rows`);
  setOutput("publish", String(publish));
});

/** A branch may have any name: only the id of a sheet is repeated. */
function called(sheet: string): string {
  return isCrockford128(sheet) ? `sheet ${sheet}` : "a branch that is not named after a sheet";
}

function inWords(outcome: Outcome): string {
  const sheet = called(outcome.sheet);
  if (outcome.state === "invalid") return `${sheet}: not accepted: ${outcome.reason}`;
  if (outcome.state === "blocked" && outcome.unclear.length > 0)
    return `${sheet}: blocked: what a moderator wrote cannot be read as an order`;
  if (!("accepted" in outcome)) return `${sheet}: ${outcome.state}`;
  const { state, accepted, refused, leftOut, withdrawn } = outcome;
  return `${sheet}: ${state}: ${accepted} accepted, ${refused} refused, ${leftOut} left out, ${withdrawn} withdrawn`;
}
