import { LetterError } from "../../letter/bytes/error.ts";
import type { ReviewAct } from "../../letter/review/moderation.ts";
import { sheetOfBranch } from "../../letter/signature/sheet.ts";
import type { Clock } from "../clock.ts";
import type { OpenSheet } from "../git/host.ts";
import { type OwnAnswer, ownAnswerIn } from "./answer.ts";
import { type ApiClient, type GitHubApi, hasStatus } from "./api.ts";
import { type LineComment, MOST_IDS, type OverlongTalk, type PullTalk, readHunks, readTalks } from "./pull-query.ts";
import { refusalOf } from "./refusal.ts";
import { actsOf, isOnOneLine } from "./review-acts.ts";

/** A sheet's open pull request, before what was said about it is read. `id`: its node id. */
export type ListedPull = Pick<OpenSheet, "sheet" | "commit"> & {
  readonly number: number;
  readonly id: string;
  readonly isDraft: boolean;
};
/** What was said about a pull request; `answer` is accept's own comment, if there is one. */
export type ReadPull = {
  readonly pull: ListedPull;
  readonly acts: readonly ReviewAct[];
  readonly answer: OwnAnswer | undefined;
};
/** A pull request about which more was said than is read: a refusal may be among the rest. */
export type OverlongPull = Pick<ReadPull, "pull" | "answer"> & { readonly isOverlong: true };
/** A pull request whose reviews cannot be read. */
export type UnreadPull = { readonly pull: ListedPull; readonly cause: unknown };

/** Lists the open pull requests of sheets, drafts too, without what was said about them. */
export async function listOpenPulls(api: GitHubApi): Promise<ListedPull[]> {
  const octokit = await api.octokit();
  const { owner, repo } = api;
  const asked = { owner, repo, base: "main", state: "open", per_page: 100 } as const;
  const pulls = await octokit.paginate("GET /repos/{owner}/{repo}/pulls", asked);
  return pulls.flatMap(({ number, node_id: id, head, draft }) => {
    const sheet = sheetOfBranch(head.ref);
    // A branch of that name in a fork is a stranger's.
    const isOurs = head.repo?.full_name.toLowerCase() === `${owner}/${repo}`.toLowerCase();
    return sheet === undefined || !isOurs ? [] : [{ number, id, sheet, commit: head.sha, isDraft: draft === true }];
  });
}

/**
 * Reads what was said about pull requests, up to 100 in one call, and hands it out while it goes on reading.
 *
 * The caller merges in between, for seconds each. What was read more than `FRESH` ago is read again before it is handed
 * out, by as many as were handed out in that time: a refusal that is written meanwhile counts.
 *
 * GitHub gives up on a query that takes it ten seconds: one that fails is asked again in halves, and what cannot be read
 * by itself is handed out as unread. It ends early when too much fails, or `mayRead` says so.
 *
 * @throws LetterError `github`, or Octokit's error, when the failure concerns all: no permission, or a rate limit
 */
export async function* readReviews(
  api: GitHubApi,
  pulls: readonly ListedPull[],
  { linesOf, clock, mayRead = () => true }: Reading,
): AsyncGenerator<ReadPull | OverlongPull | UnreadPull> {
  const octokit = await api.octokit();
  let [most, failures, growing] = [MOST_IDS, 0, false];
  const left = [...pulls];
  // Held in any case, so nothing is gained by reading them twice.
  const overlong = new Map<number, OverlongPull>();
  while (left.length > 0 && failures < MOST_FAILURES && mayRead()) {
    const chunk = left.slice(0, most);
    const readAt = clock.now().getTime();
    let read: (ReadPull | OverlongPull)[];
    try {
      const asked = chunk.filter(({ number }) => !overlong.has(number));
      const talks = await readTalks(
        octokit,
        asked.map(({ id }) => id),
      );
      const found = new Map<number, ReadPull | OverlongPull>(overlong);
      for (const [i, talk] of talks.entries()) {
        const one = await understand(octokit, asked[i]!, talk, linesOf);
        found.set(one.pull.number, one);
        if ("isOverlong" in one) overlong.set(one.pull.number, one);
      }
      read = chunk.map(({ number }) => found.get(number)!);
    } catch (cause) {
      if (concernsAll(cause)) throw cause;
      failures++;
      if (chunk.length > 1) {
        most = Math.ceil(chunk.length / 2);
        growing = false;
        continue;
      }
      left.shift();
      // It was this one: the others may be read by many again.
      growing = true;
      yield { pull: chunk[0]!, cause };
      continue;
    }
    let given = 0;
    for (const one of read) {
      // The first is handed out in any case, or a slow answer would be asked for without end.
      if (given > 0 && clock.now().getTime() - readAt > FRESH) break;
      given++;
      left.shift();
      yield one;
    }
    if (given < chunk.length) [most, growing] = [given, true];
    else if (growing) most = Math.min(MOST_IDS, 2 * most);
  }
}

type Reading = {
  /** the lines of a sheet's text as its branch has it */
  readonly linesOf: (pull: ListedPull) => Promise<readonly string[] | undefined>;
  readonly clock: Clock;
  /** asked before each query */
  readonly mayRead?: () => boolean;
};

/** For so long what was read of a pull request holds, in milliseconds: some merges, each of which takes seconds. */
const FRESH = 30_000;
/** Queries that may fail in one run: a GitHub in trouble is not asked again until the next. */
const MOST_FAILURES = 100;

async function understand(
  octokit: ApiClient,
  pull: ListedPull,
  talk: PullTalk | OverlongTalk,
  linesOf: Reading["linesOf"],
): Promise<ReadPull | OverlongPull> {
  if (talk.number !== pull.number) throw new LetterError("github", "GitHub answers about another pull request");
  const answer = ownAnswerIn(talk.below);
  if ("isOverlong" in talk) return { pull, answer, isOverlong: true };
  const onLines = talk.reviews.flatMap(({ comments }) => comments).filter((one) => isOnOneLine(one, pull.sheet));
  const rows = new Map<LineComment, string | undefined>();
  const here = onLines.filter(({ originalCommit }) => originalCommit?.oid === pull.commit);
  const lines = here.length === 0 ? undefined : await linesOf(pull);
  // The text is here, in git: GitHub would send all lines above with each comment.
  for (const one of here) if (lines) rows.set(one, rowIn(lines[(one.originalLine ?? 0) - 1] ?? ""));
  const elsewhere = onLines.filter((one) => !rows.has(one));
  const hunks = await readHunks(
    octokit,
    elsewhere.map(({ id }) => id),
  );
  // GitHub ends a hunk with the line that the comment is on.
  for (const one of elsewhere) rows.set(one, rowIn((hunks.get(one.id) ?? "").split("\n").at(-1) ?? "", "+"));
  return { pull, acts: actsOf(talk, (comment) => rows.get(comment)), answer };
}

/** Returns the id of the row that a line of a sheet's table has, or the line of a hunk that adds it. */
function rowIn(line: string, sign: "" | "+" = ""): string | undefined {
  if (!line.startsWith(sign)) return undefined;
  return /^\| ([0-9a-z]{26}) \|/.exec(line.slice(sign.length))?.[1];
}

/** Whether a failure concerns more than one pull request: a lack of permission, or a rate limit. */
function concernsAll(cause: unknown): boolean {
  const { errors } = Object(cause) as { errors?: unknown };
  const types = Array.isArray(errors) ? errors.map((one) => (one as { type?: unknown } | null)?.type) : [];
  return asksToWait(cause) || types.includes("FORBIDDEN") || [401, 403].some((status) => hasStatus(cause, status));
}

/** Whether GitHub wants no more calls for a while. */
export function asksToWait(cause: unknown): boolean {
  return hasStatus(cause, 429) || refusalOf(cause) === "rate-limit";
}
