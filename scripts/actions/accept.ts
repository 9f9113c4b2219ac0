import { error, setSecret, summary, warning } from "@actions/core";
import { acceptOnGitHub, openAcceptApp } from "../accept/on-github.ts";
import { called, inWords, LAGGING, LEFTOVER, postponedInWords, UNSEEN } from "../accept/report-words.ts";
import { UNATTESTED } from "../accept/sheet-notes.ts";
import { publicationInWords } from "../accept/site/publication.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { sayNotice } from "../letter/handover/notice.ts";
import { systemClock } from "../outside/clock.ts";
import { readWorkflowEnvironment, WORKFLOWS } from "../outside/github/workflow-environment.ts";
import { runAction, say } from "./action.ts";

// The workflow of the same name: takes over what the moderators have approved, on main only.
await runAction(async () => {
  const env = readWorkflowEnvironment(WORKFLOWS.accept, process.env);
  const mover = openAcceptApp(env, systemClock);
  setSecret(await mover.token());
  const report = await acceptOnGitHub(env, mover, systemClock);
  const { main, outcomes, edition, publication } = report;
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
  for (const sheet of report.lagging) warning(`${called(sheet)}: ${LAGGING}`);
  if (report.postponed.length > 0) warning(postponedInWords(report.postponed.length));
  for (const sheet of report.unseen) warning(`${called(sheet)}: ${UNSEEN}`);
  say(`ledger: ${main.kept.size} entries, list: ${main.kept.listed} rows`);
  if ("failure" in publication) throw new LetterError("live", `not published: ${publication.failure}`);
  const words = publicationInWords(publication.state);
  if (publication.state === "stuck") throw new LetterError("live", `not published: ${words}`);
  if (words !== undefined) say(words);
});
