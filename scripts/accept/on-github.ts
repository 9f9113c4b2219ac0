import { join } from "node:path";
import type { z } from "zod";
import { parseBase64url } from "../letter/bytes/base64url.ts";
import { dayOf } from "../letter/bytes/day.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { formatVkey, noteSigner } from "../letter/ledger/note.ts";
import { parseCampaign } from "../letter/text/campaign.ts";
import { originLack } from "../letter/text/placeholders.ts";
import { formatLack } from "../letter/text/readiness.ts";
import type { Clock } from "../outside/clock.ts";
import type { MainLine, OpenSheet } from "../outside/git/host.ts";
import { CAMPAIGN_PATH } from "../outside/git/letter-files.ts";
import { readText } from "../outside/git/object.ts";
import { openGitHubAcceptHost, type PullTrouble } from "../outside/github/accept-host.ts";
import type { GitHubApi } from "../outside/github/api.ts";
import { openGitHub } from "../outside/github/api.ts";
import type { WORKFLOWS } from "../outside/github/workflow-environment.ts";
import { type AcceptReport, acceptAll } from "./acceptance.ts";
import { campaignKeys } from "./campaign-keys.ts";
import { reasonOf } from "./judgement.ts";
import { assertContinues, readLiveCheckpoint, sizesOf } from "./live-checkpoint.ts";
import { readPendingSheet } from "./pending-sheet.ts";
import { readMainOnce } from "./record/kept-main.ts";
import { rootsOfKept } from "./record/kept-record.ts";
import { type Publication, publishMain } from "./site/publication.ts";
import { deleteSpentReleases, type SpentReleases } from "./spent-releases.ts";

/**
 * What accept did. `publication`: how the public site comes to show it, or why that could not be arranged. `unseen`: sheets without an open pull request to review. `leftovers`: such sheets that are not attested, so
 * that they do not count and their branches can be deleted.
 */
export type GitHubAcceptance = AcceptReport & {
  readonly publication: { readonly state: Publication } | { readonly failure: string };
  readonly troubles: readonly PullTrouble[];
  readonly unseen: readonly string[];
  readonly leftovers: readonly string[];
  /** sheets whose pull requests show another commit than their branches */
  readonly lagging: readonly string[];
  /** the releases of handovers that went, because somebody has left since */
  readonly releases: SpentReleases;
};

/** Opens the accept App on GitHub, which is the only one that moves branches. */
export function openAcceptApp(env: z.output<typeof WORKFLOWS.accept>, clock: Clock): GitHubApi {
  const as = { appId: env.ACCEPT_APP_ID, privateKey: env.ACCEPT_APP_KEY };
  return openGitHub({ repository: env.GITHUB_REPOSITORY, apiUrl: env.GITHUB_API_URL, clock, as });
}

/**
 * Accepts what the moderators on GitHub have approved, if main continues the published ledger.
 *
 * @throws LetterError when a key, main or the live checkpoint is wrong; then nothing is signed
 */
export async function acceptOnGitHub(
  env: z.output<typeof WORKFLOWS.accept>,
  mover: GitHubApi,
  clock: Clock,
): Promise<GitHubAcceptance> {
  const api = openGitHub({
    repository: env.GITHUB_REPOSITORY,
    apiUrl: env.GITHUB_API_URL,
    clock,
    as: { token: env.GITHUB_TOKEN },
  });
  const host = openGitHubAcceptHost({
    api,
    ...{ mover, clock },
    repository: join(env.RUNNER_TEMP, "campaign.git"),
    serverUrl: env.GITHUB_SERVER_URL,
  });
  const { line: before, record } = await readMainOnce(host);
  const text = await readText(host.repository, before.commit, CAMPAIGN_PATH);
  const keys = campaignKeys(text);
  // Everything on GitHub is for real people, and the first entry gives the ledger its name for good.
  const unnamed = record.size === 0 ? originLack(parseCampaign(text ?? ""), false) : undefined;
  if (unnamed) throw new LetterError("campaign", formatLack(unnamed));
  const signer = noteSigner(keys.ledger.name, parseBase64url(env.LEDGER_KEY, 32));
  if (formatVkey(signer.verifier) !== formatVkey(keys.ledger)) {
    throw new LetterError("keys", "LEDGER_KEY is not the key that content/campaign.yaml on main names");
  }
  const live = await readLiveCheckpoint(env.SITE_URL);
  assertContinues(await rootsOfKept(record, sizesOf({ live }, keys.ledger)), live, keys.ledger, env.FIRST);
  // Main was read with a token of the App's, so GitHub has told it the time; nothing has been asked with the other token yet.
  const apart = mover.apart();
  if (Math.abs(apart) > APART)
    throw new LetterError("clock", "the clock of this machine is hours away from GitHub's: nothing is accepted by it");
  const day = dayOf(clock.now());
  // GitHub agrees with the clock, so a day of main that is still to come is the fault of the machine that made that commit.
  const overruled = Number.isNaN(apart) ? undefined : before.day;
  const report = await acceptAll({
    ...{ host, signer, attestationKey: keys.attestation, day, overruled },
    live: async () => live,
  });
  for (const outcome of report.outcomes) {
    if (outcome.state === "invalid") await host.answerInvalid(outcome.sheet, outcome.reason);
    if (outcome.state === "unattested") await host.answerUnattested(outcome.sheet);
    if (outcome.state === "blocked") await host.answerWaiting(outcome.sheet, outcome.unclear, outcome.copies);
    if (outcome.state === "waiting") await host.answerWaiting(outcome.sheet, undefined, outcome.copies);
  }
  const unseen: string[] = [];
  const leftovers: string[] = [];
  for (const open of host.unseen) {
    const found = await isUnattested(host.repository, report.main, open, keys.attestation);
    (found ? leftovers : unseen).push(open.sheet);
  }
  const releases = await deleteSpentReleases(mover, host, report.main.kept.others);
  const publisher = { api, host, to: env.PUBLISH_TO, again: env.AGAIN, first: env.FIRST, day, now: clock.now() };
  // All else is done and has to be reported, whatever becomes of this.
  const publication = await publishMain(publisher, report.main, live).then(
    (state) => ({ state }),
    (cause) => ({ failure: reasonOf(cause) }),
  );
  const { troubles, lagging } = host;
  return { ...report, troubles, lagging, releases, unseen, leftovers, publication };
}

/** A clock that is this far away from GitHub's is wrong, in milliseconds. */
const APART = 3_600_000;

/** Whether a branch holds an unattested sheet. An unreadable sheet does not count as one: it may have been attested. */
async function isUnattested(
  repository: string,
  main: MainLine,
  open: Pick<OpenSheet, "sheet" | "commit">,
  key: Uint8Array,
): Promise<boolean> {
  return readPendingSheet(repository, main, open, key).then(
    (sheet) => sheet === undefined,
    () => false,
  );
}
