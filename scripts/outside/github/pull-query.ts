import { z } from "zod";
import { LetterError } from "../../letter/bytes/error.ts";
import type { ApiClient } from "./api.ts";

// What is asked of GitHub's GraphQL interface about pull requests, and what it answers. One query reads what was said
// about up to 100 of them, where REST takes three calls for each. docs.github.com/graphql

/** The account that did something; `id` is undefined for an account that is gone or has no number. */
export type Actor = { readonly kind: string; readonly login: string; readonly id: number | undefined };

const actor = z
  .object({ __typename: z.string(), login: z.string(), databaseId: z.number().nullish() })
  .transform(({ __typename, login, databaseId }): Actor => ({ kind: __typename, login, id: databaseId ?? undefined }))
  .nullable();
const written = { author: actor, body: z.string(), createdAt: z.string(), lastEditedAt: z.string().nullable() };
// Numbers of comments outgrow GraphQL's integers: they come as text.
const id = z.coerce.string().regex(/^\d{1,15}$/);
const page = <T extends z.ZodType>(nodes: T) =>
  z.object({
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    // A node that GitHub leaves out may be a refusal: then nothing of the answer counts.
    nodes: z.array(nodes),
  });
const commit = z.object({ oid: z.string() }).nullable();

const line = z.object({
  ...{ id: z.string(), fullDatabaseId: id, ...written, editor: actor },
  ...{ path: z.string(), subjectType: z.enum(["LINE", "FILE"]), originalCommit: commit },
  ...{
    originalLine: z.number().nullable(),
    originalStartLine: z.number().nullable(),
    startLine: z.number().nullable(),
  },
});
const review = z.object({
  ...{ id: z.string(), fullDatabaseId: id, ...written, editor: actor },
  ...{ state: z.string(), submittedAt: z.string().nullable(), commit, comments: page(line) },
});
const below = z.object({ fullDatabaseId: id, ...written, editor: actor });
const happening = z.discriminatedUnion("__typename", [
  z.object({
    ...{ __typename: z.literal("CommentDeletedEvent"), databaseId: z.number().nullable(), createdAt: z.string() },
    ...{ actor, deletedCommentAuthor: actor },
  }),
  z.object({
    __typename: z.literal("ReviewDismissedEvent"),
    previousReviewState: z.string(),
    review: z.object({ fullDatabaseId: id }).nullable(),
  }),
]);
const pull = z.object({
  ...{ id: z.string(), number: z.number() },
  ...{ reviews: page(review), comments: page(below), timelineItems: page(happening) },
});

export type LineComment = z.output<typeof line>;
export type PullReview = z.output<typeof review>;
export type CommentBelow = z.output<typeof below>;
/** Everything that was said about a pull request, and what was dismissed or deleted. */
export type PullTalk = {
  readonly number: number;
  readonly reviews: readonly (Omit<PullReview, "comments"> & { readonly comments: readonly LineComment[] })[];
  readonly below: readonly CommentBelow[];
  readonly happenings: readonly z.output<typeof happening>[];
};
/** A pull request about which more was said than is read; `below`: the first and the last of the comments below it. */
export type OverlongTalk = {
  readonly number: number;
  readonly isOverlong: true;
  readonly below: readonly CommentBelow[];
};

const PAGE = "pageInfo { hasNextPage endCursor }";
const WHO = "{ __typename login ... on User { databaseId } ... on Bot { databaseId } }";
const WRITTEN = `author ${WHO} body createdAt lastEditedAt editor ${WHO}`;
const LINE = `id fullDatabaseId ${WRITTEN} path subjectType originalCommit { oid } originalLine originalStartLine startLine`;
const REVIEW = `id fullDatabaseId ${WRITTEN} state submittedAt commit { oid } comments(first: 10) { ${PAGE} nodes { ${LINE} } }`;
const BELOW = `fullDatabaseId ${WRITTEN}`;
const KINDS = "itemTypes: [COMMENT_DELETED_EVENT, REVIEW_DISMISSED_EVENT]";
const HAPPENING = `__typename
  ... on CommentDeletedEvent { databaseId createdAt actor ${WHO} deletedCommentAuthor ${WHO} }
  ... on ReviewDismissedEvent { previousReviewState review { fullDatabaseId } }`;

/** Every query that is sent; a test holds each against GitHub's own schema. */
export const QUERIES = {
  pulls: `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on PullRequest {
    id number
    reviews(first: 20) { ${PAGE} nodes { ${REVIEW} } }
    comments(first: 30) { ${PAGE} nodes { ${BELOW} } }
    timelineItems(first: 20, ${KINDS}) { ${PAGE} nodes { ${HAPPENING} } }
  } } }`,
  reviews: restOf("PullRequest", "reviews(first: 100, after: $after)", REVIEW),
  below: restOf("PullRequest", "comments(first: 100, after: $after)", BELOW),
  happenings: restOf("PullRequest", `timelineItems(first: 100, after: $after, ${KINDS})`, HAPPENING),
  lines: restOf("PullRequestReview", "comments(first: 100, after: $after)", LINE),
  lastBelow: `query ($id: ID!) { node(id: $id) { ... on PullRequest { page: comments(last: 100) { ${PAGE} nodes { ${BELOW} } } } } }`,
  hunks: "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on PullRequestReviewComment { id diffHunk } } }",
} as const;

function restOf(type: string, connection: string, fields: string): string {
  return `query ($id: ID!, $after: String) { node(id: $id) { ... on ${type} { page: ${connection} { ${PAGE} nodes { ${fields} } } } } }`;
}

/** One query takes so many ids. */
export const MOST_IDS = 100;
/**
 * So many further pages of one pull request are read, each for one or two points of GitHub's 1,000 an hour: an account that
 * comments without end must not use up what the others need. They hold 1,000 comments below it.
 */
const MOST_PAGES = 10;

/** More was said about one pull request than is read of it. */
class Overlong extends Error {}

/**
 * Reads what was said about pull requests in the order of the ids: all of it, or of one that is overlong nothing but the
 * comments in which our own may be.
 *
 * @param ids node ids, at most 100
 * @throws Error of Octokit when a call fails, or when GitHub leaves out anything of the answer
 */
export async function readTalks(octokit: ApiClient, ids: readonly string[]): Promise<(PullTalk | OverlongTalk)[]> {
  if (ids.length === 0) return [];
  const { nodes } = parse(z.object({ nodes: z.array(pull) }), await ask(octokit, QUERIES.pulls, { ids }));
  if (nodes.length !== ids.length || nodes.some((one, i) => one.id !== ids[i])) throw incomplete();
  const talks: (PullTalk | OverlongTalk)[] = [];
  for (const one of nodes) {
    const { id: of, number } = one;
    try {
      talks.push(await readTalk(octokit, one));
    } catch (cause) {
      if (!(cause instanceof Overlong)) throw cause;
      const last = await askPage(octokit, QUERIES.lastBelow, { id: of }, below);
      talks.push({ number, isOverlong: true, below: [...one.comments.nodes, ...last.nodes] });
    }
  }
  return talks;
}

async function readTalk(octokit: ApiClient, one: z.output<typeof pull>): Promise<PullTalk> {
  let pages = 0;
  const rest = async <T extends z.ZodType>(query: string, of: string, first: Page<z.output<T>>, node: T) => {
    const all = [...first.nodes];
    let { pageInfo } = first;
    while (pageInfo.hasNextPage) {
      if (++pages > MOST_PAGES) throw new Overlong();
      const next = await askPage(octokit, query, { id: of, after: pageInfo.endCursor }, node);
      all.push(...next.nodes);
      pageInfo = next.pageInfo;
    }
    return all;
  };
  const reviews = await rest(QUERIES.reviews, one.id, one.reviews, review);
  const whole: PullTalk["reviews"][number][] = [];
  for (const said of reviews)
    whole.push({ ...said, comments: await rest(QUERIES.lines, said.id, said.comments, line) });
  return {
    number: one.number,
    reviews: whole,
    below: await rest(QUERIES.below, one.id, one.comments, below),
    happenings: await rest(QUERIES.happenings, one.id, one.timelineItems, happening),
  };
}

/** Reads the hunks of comments on lines, by their node ids. */
export async function readHunks(octokit: ApiClient, ids: readonly string[]): Promise<Map<string, string>> {
  const answer = z.object({ nodes: z.array(z.object({ id: z.string(), diffHunk: z.string() })) });
  const found = new Map<string, string>();
  for (let at = 0; at < ids.length; at += MOST_IDS) {
    const { nodes } = parse(answer, await ask(octokit, QUERIES.hunks, { ids: ids.slice(at, at + MOST_IDS) }));
    for (const { id: of, diffHunk } of nodes) found.set(of, diffHunk);
  }
  return found;
}

type Page<T> = { pageInfo: { hasNextPage: boolean; endCursor: string | null }; nodes: T[] };

async function askPage<T extends z.ZodType>(
  octokit: ApiClient,
  query: string,
  variables: { readonly id: string; readonly after?: string | null },
  node: T,
): Promise<Page<z.output<T>>> {
  const answer = z.object({ node: z.object({ page: page(node) }) });
  return parse(answer, await ask(octokit, query, variables)).node.page as Page<z.output<T>>;
}

async function ask(octokit: ApiClient, query: string, variables: Record<string, unknown>): Promise<unknown> {
  const { ids } = variables;
  // A query that is too heavy fails again as it is: the caller asks about fewer instead.
  const retries = Array.isArray(ids) && ids.length > 1 ? { request: { retries: 0 } } : {};
  return octokit.graphql(query, { ...variables, ...retries });
}

function parse<T extends z.ZodType>(schema: T, answer: unknown): z.output<T> {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw incomplete();
  return parsed.data;
}

function incomplete(): LetterError {
  return new LetterError("github", "GitHub does not answer in full");
}
