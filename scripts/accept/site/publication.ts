import { LetterError } from "../../letter/bytes/error.ts";
import { writeCommit } from "../../outside/git/commit.ts";
import { readHistory } from "../../outside/git/history.ts";
import type { AcceptHost } from "../../outside/git/host.ts";
import type { GitHubApi } from "../../outside/github/api.ts";
import { readRuns, startRun, type WorkflowRun, wasDeployed } from "../../outside/github/workflow-runs.ts";
import type { IntactMain } from "../merge.ts";

/**
 * How the public site comes to show main:
 *
 * - `shown`: it does already
 * - `running`: a run of publish that began at this commit has not ended
 * - `waiting`: the site was built, and the host that fetches it has not done so yet
 * - `started`: a run of publish was started
 * - `renewed`: the same, at a new commit without a change, because Pages take no second site under one commit
 * - `stuck`: runs failed again and again, at one commit or at commit after commit, so a person has to look
 */
export type Publication = "shown" | "running" | "waiting" | "started" | "renewed" | "stuck";

/** What is known when it is decided. */
export type Publishing = {
  /** the public site shows another checkpoint than main's, or none */
  readonly behind: boolean;
  /** a person asked for a publication, whatever the site shows */
  readonly again: boolean;
  readonly to: "pages" | "artifact";
  /** of publish, at main's commit */
  readonly runs: readonly PublishRun[];
  /** whether Pages were given a site under main's commit */
  readonly deployed: boolean;
  /** how many commits at the end of main were made for nothing but another try */
  readonly renewals: number;
  readonly now: Date;
};

/** A site that is kept for another host goes after a day; see `retention-days` in publish.yml. */
const KEPT_HOURS = 20;
/** This many tries without a person: what failed for so long fails for a reason that a new commit does not repair. */
const RENEWALS = 6;

/** Decides what to do. No run is started at a commit under which Pages were given a site, nor beside one that works. */
export function nextPublication(known: Publishing): Publication {
  const { behind, again, to, runs, deployed, renewals, now } = known;
  if (!behind && !again) return "shown";
  if (again) return "renewed";
  if (runs.some(({ status }) => status !== "completed")) return "running";
  if (runs.filter(hasFailed).length >= RENEWALS) return "stuck";
  if (to === "artifact") {
    const young = (run: PublishRun) => now.getTime() - run.begun.getTime() < KEPT_HOURS * 3_600_000;
    return runs.some((run) => run.conclusion === "success" && young(run)) ? "waiting" : "started";
  }
  if (!deployed) return "started";
  return renewals < RENEWALS ? "renewed" : "stuck";
}

/** A run that was cancelled gave way to another one. */
function hasFailed({ conclusion }: PublishRun): boolean {
  return conclusion !== undefined && !["success", "cancelled", "skipped"].includes(conclusion);
}

const PUBLISH = "publish.yml";

type PublishRun = Pick<WorkflowRun, "status" | "conclusion" | "begun">;

/** The subject of a commit that changes nothing: publication begins again at it. */
export const RENEWAL = "publish main again";

/** What publication needs of GitHub: `api` reads and starts runs, `host` moves main. */
export type Publisher = {
  readonly api: GitHubApi;
  readonly host: Pick<AcceptHost, "repository" | "moveMain">;
  readonly to: Publishing["to"];
  readonly again: boolean;
  readonly first: boolean;
  /** today, UTC, `YYYY-MM-DD` */
  readonly day: string;
  readonly now: Date;
};

/**
 * Has main published by a run of its own, which begins at main's newest commit.
 *
 * @param live the checkpoint that the public site shows
 * @throws LetterError `github` when GitHub cannot be asked, `accept` when main moved meanwhile; the next run of accept goes on
 */
export async function publishMain(
  publisher: Publisher,
  main: IntactMain,
  live: string | undefined,
): Promise<Publication> {
  const { api, host, to, again, first, now } = publisher;
  const behind = main.kept.checkpoint !== live;
  // Most runs of accept find a site that is up to date, and ask GitHub for nothing.
  if (!behind && !again) return "shown";
  const [runs, deployed] = [
    await readRuns(api, PUBLISH, main.commit),
    to === "pages" && (await wasDeployed(api, main.commit)),
  ];
  const renewals = await countRenewals(host.repository, main.commit);
  const next = nextPublication({ behind, again, to, runs, deployed, renewals, now });
  if (next === "renewed") await renew(publisher, main);
  if (next === "renewed" || next === "started") await startRun(api, PUBLISH, { inputs: { first: String(first) } });
  return next;
}

async function countRenewals(repository: string, commit: string): Promise<number> {
  const history = await readHistory(repository, commit);
  const end = history.findIndex(({ message }) => message.trim() !== RENEWAL);
  return end === -1 ? history.length : end;
}

/** Puts a commit without a change on main. It has no trailers, so it settles nothing and adds nothing to the ledger. */
async function renew({ host, day }: Publisher, main: IntactMain): Promise<void> {
  const commit = await writeCommit(host.repository, {
    parents: [main.commit],
    files: new Map(),
    message: `${RENEWAL}\n`,
    committer: "accept",
    day: day > main.day ? day : main.day,
  });
  if (!(await host.moveMain(main.commit, commit)))
    throw new LetterError("accept", "main moved before it could be published: the next run of accept does it");
}

/** What a person reads about it; undefined when there is nothing to say. */
export function publicationInWords(publication: Publication): string | undefined {
  switch (publication) {
    case "shown":
      return undefined;
    case "running":
      return "publish is running at main's commit";
    case "waiting":
      return "the site was built less than a day ago, and its host has not fetched it yet";
    case "started":
      return "publish was started";
    case "renewed":
      return "publish was started, at a new commit: Pages take no second site under one commit";
    case "stuck":
      return STUCK;
    default:
      return publication satisfies never;
  }
}

const STUCK = `the site does not show main after ${RENEWALS} more tries: read under Actions why the last runs of publish failed, repair that, then start accept by hand with “again” ticked`;

/**
 * Says whether a run of publish may give Pages a site: not under a commit under which they were given one.
 *
 * @param commit the one that the run began with
 * @param shown whether the site shows already what would be published; then there is nothing to do
 * @throws LetterError `live` when it does not, and what to do
 */
export async function mayDeploy(api: GitHubApi, commit: string, shown: boolean): Promise<boolean> {
  if (!(await wasDeployed(api, commit))) return true;
  if (shown) return false;
  throw new LetterError(
    "live",
    "Pages were given a site under this commit before, and serve no second one under it: start accept by hand with “again” ticked, which publishes from a new commit",
  );
}
