import { LetterError } from "../../letter/bytes/error.ts";
import { type GitHubApi, gitHubError, hasStatus } from "./api.ts";
import { refusalOf } from "./refusal.ts";

/** A request that changes a setting, as a value. `{owner}`, `{org}` and `{repo}` in its route are filled in later. */
export type Change = { readonly route: string; readonly values: Readonly<Record<string, unknown>> };

/** Sends a change. @throws LetterError `github`, one line with what GitHub says or what the token lacks */
export async function sendChange(api: GitHubApi, { route, values }: Change): Promise<void> {
  const octokit = await api.octokit();
  try {
    // A parameter that the route does not name would go into the body.
    const place = Object.entries({ owner: api.owner, org: api.owner, repo: api.repo });
    await octokit.request(route, {
      ...values,
      ...Object.fromEntries(place.filter(([name]) => route.includes(`{${name}}`))),
    });
  } catch (cause) {
    if (isForbidden(cause))
      throw new LetterError("github", `the token may not change this (${saying(cause)})`, { cause });
    throw gitHubError("changing it", cause);
  }
}

/**
 * Makes a request for settings. An error for every refusal names the permission that the token would need.
 *
 * @param permission as GitHub's page for fine-grained tokens names it
 * @throws LetterError `github`
 */
export async function reading<T>(what: string, permission: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (hasStatus(cause, 401)) {
      throw new LetterError("github", "GitHub does not accept the token: make a new one and put it into GITHUB_TOKEN");
    }
    // GitHub does not distinguish what does not exist from what a token may not know of.
    if (!isForbidden(cause) && !hasStatus(cause, 404)) throw gitHubError(`reading ${what}`, cause);
    throw new LetterError("github", `the token may not read ${what}: give it the permission ${permission}`, { cause });
  }
}

/** Returns the answer, or undefined if GitHub says that there is none. */
export async function orNothing<T>(answer: Promise<T>, status = 404): Promise<T | undefined> {
  try {
    return await answer;
  } catch (cause) {
    if (hasStatus(cause, status)) return undefined;
    throw cause;
  }
}

function isForbidden(cause: unknown): boolean {
  return hasStatus(cause, 403) && refusalOf(cause) === undefined;
}

function saying(cause: unknown): string {
  return (cause as Error).message.split(" - https://")[0]!.slice(0, 200);
}
