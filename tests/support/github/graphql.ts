import { readFileSync } from "node:fs";
import {
  buildSchema,
  execute,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  validate,
} from "graphql";
import type { Actor } from "./account.ts";
import { may } from "./call.ts";
import type { Author, Comment, Pull, Review, State, TimelineEvent } from "./state.ts";

// GitHub's GraphQL interface over what the stand-in remembers. Queries are checked and answers are made by GitHub's own
// schema, `@octokit/graphql-schema`: a field that it does not have, or a null where it allows none, is told.

/** An answer to a query: HTTP 200, also where it failed. `cost`: the points that it took. */
export type GraphQLAnswer = { readonly cost: number; readonly body: object };

let known: GraphQLSchema | undefined;

/** GitHub's schema; it takes a quarter of a second to build, so only tests that ask build it. */
export function githubSchema(): GraphQLSchema {
  const path = new URL("./schema.graphql", import.meta.resolve("@octokit/graphql-schema"));
  known ??= buildSchema(readFileSync(path, "utf8"), { assumeValid: true, assumeValidSDL: true, noLocation: true });
  return known;
}

/** @throws Error when the query, or what the stand-in says, is not as GitHub's schema has it */
export async function answerQuery(
  state: State,
  actor: Actor,
  { query, variables = {} }: { query: string; variables?: Record<string, unknown> },
): Promise<GraphQLAnswer> {
  const schema = githubSchema();
  const document = parse(query, { noLocation: true });
  const [wrong] = validate(schema, document);
  if (wrong !== undefined) throw new Error(`a query that GitHub does not know: ${wrong.message}`);
  const [operation] = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  if (operation?.operation !== "query") throw new Error("the stand-in answers queries only");
  const cost = Math.max(1, Math.round(requestsOf(operation, variables) / 100));
  if (!may(actor, "read", "pull_requests:read")) {
    const message = "Resource not accessible by integration";
    return { cost, body: { data: null, errors: [{ type: "FORBIDDEN", message, path: ["nodes"] }] } };
  }
  const nodeOf = ({ id }: { id: string }) => findNode(state, id);
  const rootValue = { node: nodeOf, nodes: ({ ids }: { ids: string[] }) => ids.map((id) => nodeOf({ id })) };
  const { data, errors } = await execute({ schema, document, rootValue, variableValues: variables, fieldResolver });
  if (errors?.[0] !== undefined) throw new Error(`the stand-in's GraphQL: ${errors[0].message}`);
  return { cost, body: { data } };
}

/** What nobody models must not look like something that is not there. */
const fieldResolver: GraphQLFieldResolver<Record<string, unknown>, unknown> = (source, args, _context, info) => {
  if (!(info.fieldName in source)) throw new Error(`${info.parentType.name}.${info.fieldName} is not modelled`);
  const value = source[info.fieldName];
  return typeof value === "function" ? (value as (args: object) => unknown)(args) : value;
};

/**
 * How many lists GitHub would have to ask for, if each were full: a hundred are a point.
 * docs.github.com: "Rate limits and query limits for the GraphQL API"
 */
function requestsOf(operation: OperationDefinitionNode, variables: Record<string, unknown>): number {
  const walk = ({ selections }: SelectionSetNode, times: number): number =>
    selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) throw new Error("the stand-in does not count named fragments");
      if (selection.selectionSet === undefined) return sum;
      const args = (selection.kind === Kind.FIELD && selection.arguments) || [];
      const first = args.find(({ name }) => /^(first|last)$/.test(name.value))?.value;
      const size = first?.kind === Kind.INT ? Number(first.value) : 1;
      const ids = args.some(({ name }) => name.value === "ids") ? (variables.ids as string[]).length : 1;
      if (size > 100 || ids > 100) throw new Error("GitHub gives 100 at a time");
      return sum + (first ? times : 0) + walk(selection.selectionSet, times * size * ids);
    }, 0);
  return walk(operation.selectionSet, 1);
}

function findNode(state: State, id: string): object | null {
  const pull = state.pulls.find((one) => `PR_${one.id}` === id);
  if (pull) return pullNode(state, pull);
  for (const owner of state.pulls) {
    const review = owner.reviews.find((one) => `PRR_${one.id}` === id);
    if (review) return reviewNode(state, review);
  }
  const comment = state.comments.find((one) => one.line !== undefined && `PRRC_${one.id}` === id);
  return comment ? lineNode(state, comment) : null;
}

function pullNode(state: State, pull: Pull): object {
  const below = state.comments.filter((one) => one.pull === pull.number && one.line === undefined);
  return {
    __typename: "PullRequest",
    id: `PR_${pull.id}`,
    number: pull.number,
    reviews: pages(pull.reviews.map((review) => reviewNode(state, review))),
    comments: pages(below.map((comment) => ({ __typename: "IssueComment", ...writtenOf(comment) }))),
    timelineItems: ({ itemTypes, ...args }: { itemTypes: string[]; first?: number; after?: string }) =>
      pages(pull.timeline.filter(({ kind }) => itemTypes.includes(kind)).map((event) => eventNode(pull, event)))(args),
  };
}

function reviewNode(state: State, review: Review): object {
  const { id, author, body, commit, submittedAt, lastEditedAt = null, editor } = review;
  const comments = state.comments.filter((one) => one.line?.review === id);
  return {
    __typename: "PullRequestReview",
    ...{ id: `PRR_${id}`, fullDatabaseId: String(id), author: actorNode(author), body, state: review.state },
    ...{ createdAt: submittedAt, submittedAt, lastEditedAt, editor: actorNode(editor), commit: { oid: commit } },
    comments: pages(comments.map((comment) => lineNode(state, comment))),
  };
}

function lineNode(_state: State, comment: Comment): object {
  const { path, startLine = null, line, commit, hunk } = comment.line!;
  return {
    __typename: "PullRequestReviewComment",
    ...writtenOf(comment),
    ...{ id: `PRRC_${comment.id}`, path, subjectType: "LINE", originalCommit: { oid: commit }, diffHunk: hunk },
    ...{ originalLine: line, originalStartLine: startLine, startLine },
  };
}

function writtenOf({ id, author, body, createdAt, lastEditedAt, editor }: Comment): object {
  return {
    ...{ fullDatabaseId: String(id), author: actorNode(author), body, createdAt },
    ...{ lastEditedAt: lastEditedAt ?? null, editor: actorNode(editor) },
  };
}

function eventNode(pull: Pull, event: TimelineEvent): object {
  const { id, at: createdAt } = event;
  const actor = actorNode(event.actor);
  if (event.kind === "COMMENT_DELETED_EVENT") {
    const deletedCommentAuthor = actorNode(event.author);
    return { __typename: "CommentDeletedEvent", databaseId: id, createdAt, actor, deletedCommentAuthor };
  }
  const review = pull.reviews.find((one) => one.id === event.review);
  return {
    __typename: "ReviewDismissedEvent",
    previousReviewState: event.previous,
    review: review === undefined ? null : { fullDatabaseId: String(review.id) },
  };
}

/** GraphQL shows an App's account without the brackets that its name has elsewhere. */
function actorNode(author: Author | undefined): object | null {
  if (author === undefined) return null;
  const { id, login, type } = author;
  return { __typename: type, login: login.replace(/\[bot\]$/, ""), databaseId: id };
}

/** A list as GraphQL gives it. @throws Error without a size: GitHub answers MISSING_PAGINATION_BOUNDARIES */
function pages(all: readonly object[]): (args: { first?: number; last?: number; after?: string | null }) => object {
  return ({ first, last, after }) => {
    const size = first ?? last;
    if (size === undefined || size < 1 || size > 100) throw new Error("a list must be asked for by 1 to 100");
    const from = first === undefined ? Math.max(0, all.length - size) : after ? Number(after) : 0;
    const nodes = all.slice(from, from + size);
    const hasNextPage = from + nodes.length < all.length;
    return { nodes, pageInfo: { hasNextPage, endCursor: nodes.length > 0 ? String(from + nodes.length) : null } };
  };
}
