import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/core";
import { paginateRest } from "@octokit/plugin-paginate-rest";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { LetterError } from "../../letter/bytes/error.ts";
import type { Clock } from "../clock.ts";
import { type Allowance, noteAllowance } from "./allowance.ts";
import { namesRateLimit } from "./refusal.ts";

/** One repository on GitHub, and the identity that accesses it. */
export type GitHubAccess = {
  /** `OWNER/NAME` */
  readonly repository: string;
  /** an App by its id and private key (PEM), or a workflow's own token */
  readonly as: { readonly appId: number; readonly privateKey: string } | { readonly token: string };
  /** by default `https://api.github.com` */
  readonly apiUrl?: string;
  readonly clock: Clock;
  /** is told what time each answer has in its Date header */
  readonly noteTime?: ((time: Date) => void) | undefined;
};

/** GitHub's API for one repository. */
export type GitHubApi = {
  readonly owner: string;
  readonly repo: string;
  /** Octokit for the App's installation on the repository, or for the token */
  octokit(): Promise<ApiClient>;
  /** a token for git over HTTP; an App's lasts an hour and is renewed in time */
  token(): Promise<string>;
  /** what may still be asked, as GitHub said last */
  readonly allowance: Allowance;
  /** milliseconds by which this machine's clock was ahead of GitHub's at the last answer; NaN before the first */
  apart(): number;
};
export type ApiClient = InstanceType<typeof Client>;

const Client = Octokit.plugin(throttling, retry, paginateRest);

/** Opens the API; no request is made before the first use. */
export function openGitHub(access: GitHubAccess): GitHubApi {
  const [owner = "", repo = ""] = access.repository.split("/");
  const { fetch, allowance, apart } = patientFetch(access);
  const client = (options: ConstructorParameters<typeof Client>[0]) =>
    new Client({
      baseUrl: access.apiUrl ?? "https://api.github.com",
      userAgent: "undersigned",
      request: { fetch },
      log: { debug() {}, info() {}, warn() {}, error() {} },
      // The plugin keeps the pace that GitHub asks for. If GitHub blocks calls for a while, the caller tries later: a
      // call that waits for an hour holds everything up.
      throttle: { onRateLimit: () => false, onSecondaryRateLimit: () => false },
      // A 429 must not be retried blindly: it says when to come back.
      retry: { doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451] },
      ...options,
    });
  const { as } = access;
  let opened: Promise<ApiClient> | undefined;
  const open = async (): Promise<ApiClient> => {
    if ("token" in as) return client({ auth: as.token });
    const app = client({ authStrategy: createAppAuth, auth: as });
    const { data } = await app.request("GET /repos/{owner}/{repo}/installation", { owner, repo });
    return client({ authStrategy: createAppAuth, auth: { ...as, installationId: data.id } });
  };
  const octokit = () => {
    opened ??= open().catch((cause) => {
      opened = undefined;
      throw cause;
    });
    return opened;
  };
  return {
    owner,
    repo,
    octokit,
    allowance,
    apart,
    async token() {
      if ("token" in as) return as.token;
      const { token } = (await (await octokit()).auth({ type: "installation" })) as { token: string };
      return token;
    },
  };
}

/** Whether a call failed with this status. */
export function hasStatus(cause: unknown, status: number): boolean {
  return cause instanceof Error && (cause as { status?: unknown }).status === status;
}

/** Returns an error about a failed call to GitHub, in one line without address or token. */
export function gitHubError(doing: string, cause: unknown): LetterError {
  if (cause instanceof LetterError) return cause;
  const { status, message } = cause as { status?: number; message?: string };
  const said = (message ?? "")
    .split("\n")[0]!
    .replace(/ - https:\/\/docs\.\S+$/, "")
    .slice(0, 200);
  // Octokit gives the status 500 to a call that got no answer.
  const away = status !== undefined && (status >= 500 || status === 429);
  return new LetterError("github", `${doing}: GitHub says ${status ?? "nothing"} (${said})`, { cause, away });
}

/** Does something with GitHub. @throws LetterError `github` saying what was being done */
export async function telling<T>(doing: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw gitHubError(doing, cause);
  }
}

/** Returns a `fetch` that gives up after half a minute, and makes no call while GitHub has asked for a pause. */
function patientFetch({ clock, noteTime }: Pick<GitHubAccess, "clock" | "noteTime">): {
  fetch: typeof fetch;
  allowance: Allowance;
  apart: () => number;
} {
  let [quietUntil, apart] = [0, Number.NaN];
  const seconds = () => Math.ceil((quietUntil - clock.now().getTime()) / 1000);
  const { allowance, note } = noteAllowance(() => seconds() > 0);
  const patient: typeof fetch = async (input, init) => {
    const left = seconds();
    if (left > 0) {
      const message = `not asked: GitHub wants no requests for ${left} more seconds`;
      return Response.json({ message }, { status: 429, headers: { "retry-after": String(left) } });
    }
    const answer = await fetch(input, { ...init, signal: AbortSignal.timeout(30_000) });
    const [theirs, now] = [new Date(answer.headers.get("date") ?? ""), clock.now().getTime()];
    noteTime?.(theirs);
    apart = now - theirs.getTime();
    note(new URL(answer.url || String(input)).pathname, init?.method ?? "GET", answer.headers);
    quietUntil = Math.max(quietUntil, now + 1000 * (await secondsToWait(answer, now)));
    return answer;
  };
  return { fetch: patient, allowance, apart: () => apart };
}

/** See docs.github.com, "Best practices for using the REST API", on exceeded rate limits. */
async function secondsToWait(answer: Response, now: number): Promise<number> {
  if (answer.status !== 403 && answer.status !== 429) return 0;
  const { headers } = answer;
  const after = Number(headers.get("retry-after") ?? 0);
  if (after > 0) return after;
  if (headers.get("x-ratelimit-remaining") === "0") {
    return Math.max(1, Number(headers.get("x-ratelimit-reset")) - Math.floor(now / 1000));
  }
  const limited = answer.status === 429 || namesRateLimit(await answer.clone().text());
  return limited ? 60 : 0;
}
