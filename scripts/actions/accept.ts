import { join } from "node:path";
import { setOutput, setSecret } from "@actions/core";
import { parseBase64url } from "../letter/base64url.ts";
import { isCrockford128 } from "../letter/crockford.ts";
import { dayOf } from "../letter/day.ts";
import { LetterError } from "../letter/error.ts";
import { formatVkey, noteSigner } from "../letter/note.ts";
import { systemClock } from "../outside/clock.ts";
import { readText } from "../outside/git-object.ts";
import { openGitHub } from "../outside/github.ts";
import { openGitHubAcceptHost } from "../outside/github-accept-host.ts";
import { CAMPAIGN_PATH } from "../outside/letter-files.ts";
import { readWorkflowEnvironment, WORKFLOWS } from "../outside/workflow-environment.ts";
import { acceptAll, type Outcome } from "./acceptance.ts";
import { runAction, say } from "./action.ts";
import { campaignKeys } from "./campaign-keys.ts";
import { assertContinues, readLiveCheckpoint } from "./live-checkpoint.ts";

// The workflow of the same name: takes over what the moderators have approved, on main alone.
await runAction(async () => {
  const env = readWorkflowEnvironment(WORKFLOWS.accept, process.env);
  const github = { repository: env.GITHUB_REPOSITORY, apiUrl: env.GITHUB_API_URL, clock: systemClock };
  const mover = openGitHub({ ...github, as: { appId: env.ACCEPT_APP_ID, privateKey: env.ACCEPT_APP_KEY } });
  setSecret(await mover.token());
  const host = openGitHubAcceptHost({
    api: openGitHub({ ...github, as: { token: env.GITHUB_TOKEN } }),
    mover,
    repository: join(env.RUNNER_TEMP, "campaign.git"),
    serverUrl: env.GITHUB_SERVER_URL,
  });
  const before = await host.readMain();
  const keys = campaignKeys(await readText(host.repository, before.commit, CAMPAIGN_PATH));
  const signer = noteSigner(keys.ledger.name, parseBase64url(env.LEDGER_KEY, 32));
  if (formatVkey(signer.verifier) !== formatVkey(keys.ledger)) {
    throw new LetterError("keys", "LEDGER_KEY is not the key that content/campaign.yaml on main names");
  }
  const live = await readLiveCheckpoint(env.SITE_URL);
  assertContinues(before.record.entries, live, keys.ledger, env.FIRST);
  const day = dayOf(systemClock.now());
  const { main, outcomes, edition } = await acceptAll({ host, signer, attestationKey: keys.attestation, day });
  for (const outcome of outcomes)
    if (outcome.state === "invalid") await host.answerInvalid(outcome.sheet, outcome.reason);
  for (const outcome of outcomes) say(inWords(outcome));
  if (edition !== undefined) say(`edition ${edition} is on the ledger`);
  say(`ledger: ${main.record.entries.length} entries, list: ${main.record.rows.length} rows`);
  // Also when an earlier run accepted and could not publish.
  setOutput("publish", String(main.record.checkpoint !== live));
});

/** A branch may have any name: only the id of a sheet is repeated. */
function inWords(outcome: Outcome): string {
  const sheet = isCrockford128(outcome.sheet) ? `sheet ${outcome.sheet}` : "a branch that is not named after a sheet";
  if (outcome.state === "invalid") return `${sheet}: not accepted: ${outcome.reason}`;
  if (!("accepted" in outcome)) return `${sheet}: ${outcome.state}`;
  const { state, accepted, refused, leftOut, withdrawn } = outcome;
  return `${sheet}: ${state}: ${accepted} accepted, ${refused} refused, ${leftOut} left out, ${withdrawn} withdrawn`;
}
