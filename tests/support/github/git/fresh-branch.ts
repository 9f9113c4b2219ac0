import type { IncomingMessage } from "node:http";
import type { Actor } from "../account.ts";
import { invalid, Refusal } from "../refusal.ts";
import type { Move } from "../ruleset.ts";
import type { State } from "../state.ts";

const OPEN = "POST /repos/{owner}/{repo}/pulls";
const REFS = new Set(["GET /repos/{owner}/{repo}/git/ref/{ref}", "GET /repos/{owner}/{repo}/branches/{branch}"]);

/**
 * Notes the branches that git has just created: for some seconds GitHub's API does not know them
 * (octokit.rb#622, github/rest-api-description#4887). It is counted in requests instead of seconds, so that no test
 * waits for a clock.
 */
export function noteFresh({ fresh, stale }: State, moves: readonly Move[]): void {
  for (const { ref, from } of moves)
    if (ref === "refs/heads/main" && from !== undefined && stale.requests > 0)
      Object.assign(stale, { left: stale.requests, former: from });
  for (const { ref, from, to } of moves)
    if (from === undefined && to !== undefined && fresh.requests > 0 && ref.startsWith("refs/heads/"))
      fresh.left.set(ref.slice("refs/heads/".length), fresh.requests);
}

/** Returns main's commit as the API gives it to a program: for some requests after a push, the former one. */
export function shownMain({ stale }: State, actor: Actor, branch: string, sha: string): string {
  if (branch !== "main" || stale.left === 0 || actor.kind !== "installation") return sha;
  stale.left--;
  return stale.former;
}

/**
 * Refuses a request about a branch that the API does not know yet: 404 and 422 in turn where a pull request is opened on
 * it, 404 where it is read. It is for programs only; a test that plays a person has seen the branch on the page before.
 *
 * @throws Refusal 404 or 422
 */
export function refuseFresh(
  { fresh, owner }: State,
  operation: string,
  asked: { readonly path: Record<string, string>; readonly body: unknown },
  { headers }: IncomingMessage,
): void {
  if (fresh.left.size === 0 || !headers["user-agent"]?.startsWith("undersigned")) return;
  const { head = "" } = (asked.body ?? {}) as { head?: string };
  const named = operation === OPEN ? head : REFS.has(operation) ? (asked.path.ref ?? asked.path.branch ?? "") : "";
  const branch = named.replace(new RegExp(`^(${owner.login}:|heads/)`), "");
  const left = fresh.left.get(branch);
  if (left === undefined) return;
  if (left > 1) fresh.left.set(branch, left - 1);
  else fresh.left.delete(branch);
  fresh.refused++;
  if (operation === OPEN && fresh.refused % 2 === 0) throw invalid("PullRequest", "head", "invalid");
  throw new Refusal(404, "Not Found");
}
