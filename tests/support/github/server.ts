import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Answer, authorize } from "./call.ts";
import { checkAnswer, checkRequest, completeAnswer } from "./description.ts";
import { type Fault, type GitHubCall, meetFault } from "./fault.ts";
import { refuseFresh } from "./git/fresh-branch.ts";
import { answerGit } from "./git/git-http.ts";
import type { Limits } from "./limits.ts";
import { Refusal } from "./refusal.ts";
import { paginate } from "./routes/page.ts";
import { type Found, match, routes } from "./routes/route.ts";
import type { State } from "./state.ts";
import { actorOf } from "./token.ts";

/** What the server works with and writes down. */
export type Serving = {
  readonly state: State;
  readonly limits: Limits;
  readonly calls: GitHubCall[];
  /** requests and answers that are not as GitHub describes them: mistakes of ours, or of the stand-in */
  readonly problems: string[];
  fault: (call: GitHubCall) => Fault | undefined;
};

/** GitHub's REST interface and git over HTTP, on one server. */
export function createGitHubServer(serving: Serving): Server {
  return createServer((request, response) => {
    answer(serving, request, response).catch((cause: Error) => {
      serving.problems.push(`${request.method} ${request.url}: ${cause.stack}`);
      if (!response.headersSent) send(response, 400, {}, { message: cause.message });
    });
  });
}

async function answer(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", serving.state.origin());
  if (/^\/[^/]+\/[^/]+\.git\//.test(url.pathname)) return answerGit(serving, request, response, url);
  const body = await readBody(request);
  url.pathname = byName(serving.state, url.pathname);
  const found = match(request.method ?? "", url.pathname);
  const call: GitHubCall = {
    operation: found?.operation ?? `${request.method} ${url.pathname}`,
    by: "",
    at: serving.state.clock(),
    status: 0,
  };
  serving.calls.push(call);
  const { limits } = serving;
  call.by = identityOf(serving.state, request);
  limits.meet(call.by);
  const fault = serving.fault(call);
  if (fault !== undefined && (await meetFault(fault, call, request, response))) {
    if ("status" in fault && fault.headers?.["retry-after"])
      limits.askToWait(call.by, Number(fault.headers["retry-after"]));
    return;
  }
  const {
    status,
    headers,
    body: answered,
  } = url.pathname === "/graphql"
    ? await respondToQuery(serving, call, request, body)
    : respond(serving, call, request, url, found, body);
  call.status = status;
  if (fault !== undefined && "cut" in fault) {
    // The work is done, and the caller never learns of it.
    request.socket.destroy();
    return;
  }
  send(response, status, headers, answered);
}

/** A query is a POST that creates nothing; its answer is 200 also where GitHub refuses it. */
async function respondToQuery(
  { state, limits, problems }: Serving,
  call: GitHubCall,
  request: IncomingMessage,
  text: string,
): Promise<Responded> {
  const date = new Date(state.clock()).toUTCString();
  try {
    const actor = actorOf(state, request.headers.authorization);
    if (actor === undefined || actor.kind === "jwt")
      return { status: 401, headers: { date }, body: { message: "Bad credentials" } };
    // GitHub's schema takes a quarter of a second: only tests that ask pay for it.
    const { answerQuery } = await import("./graphql.ts");
    const { cost, body } = await answerQuery(state, actor, JSON.parse(text));
    const errors = [{ type: "RATE_LIMITED", message: "API rate limit exceeded for installation ID 123." }];
    const whole = limits.spend(call.by, cost) ? body : { errors };
    const left = whole === body ? {} : { "x-ratelimit-remaining": "0" };
    return { status: 200, headers: { date, ...limits.headers(call.by, "graphql"), ...left }, body: whole };
  } catch (cause) {
    if (cause instanceof Refusal) return { status: cause.status, headers: { date }, body: { message: cause.message } };
    problems.push((cause as Error).stack ?? String(cause));
    return { status: 400, headers: { date }, body: { message: (cause as Error).message } };
  }
}

type Responded = { status: number; headers: Record<string, string>; body?: unknown };

function respond(
  serving: Serving,
  call: GitHubCall,
  request: IncomingMessage,
  url: URL,
  found: Found | undefined,
  text: string,
): Responded {
  const { state, limits } = serving;
  const date = new Date(state.clock()).toUTCString();
  const headers: Record<string, string> = {
    date,
    "x-github-request-id": randomUUID(),
    "x-github-api-version-selected": "2022-11-28",
  };
  const refused = (status: number, message: string, errors?: readonly object[]) => {
    const documentation_url = "https://docs.github.com/rest";
    return {
      status,
      headers,
      body: { message, ...(errors ? { errors } : {}), documentation_url, status: String(status) },
    };
  };
  try {
    const actor = actorOf(state, request.headers.authorization);
    const creates = !/^(GET|HEAD)$/.test(request.method ?? "") && actor?.kind !== "jwt";
    if (found?.operation === "GET /rate_limit")
      return { status: 200, headers, body: completeAnswer(found.operation, 200, {}) };
    limits.count(call.by, creates);
    Object.assign(headers, limits.headers(call.by));
    if (found === undefined) {
      serving.problems.push(`${call.operation}: the stand-in does not answer this`);
      return refused(404, "Not Found");
    }
    const { operation, path } = found;
    const query = Object.fromEntries(url.searchParams);
    const body = text === "" ? undefined : (JSON.parse(text) as unknown);
    const wrong = checkRequest(operation, { path, query, body });
    if (wrong !== undefined) {
      serving.problems.push(`request ${operation}: ${wrong}`);
      return refused(400, `not as GitHub describes it: ${wrong}`);
    }
    const { owner = state.owner.login, repo = state.repository.name, org = owner } = path;
    if (owner !== state.owner.login || repo !== state.repository.name || org !== state.owner.login)
      throw new Refusal(404, "Not Found");
    const route = routes[operation]!;
    const readQuery = watchReads(query);
    const allowed = authorize(state, actor, operation, route);
    refuseFresh(state, operation, { path, body }, request);
    const { status, body: answered } = finish(
      route.handler({ state, actor: allowed, path, query: readQuery.all, body }),
      byId(state, url),
      headers,
    );
    const ignored = readQuery.unread().filter((name) => name !== "page" && name !== "per_page");
    if (ignored.length > 0)
      throw new Error(`${operation}: the stand-in does not model the query ${ignored.join(", ")}`);
    const whole = answered === undefined ? undefined : completeAnswer(operation, status, answered);
    const mistaken = checkAnswer(operation, status, whole);
    if (mistaken !== undefined) throw new Error(`answer ${operation} ${status}: ${mistaken}`);
    if (request.method === "GET" && status === 200) {
      headers.etag = `"${createHash("sha256").update(JSON.stringify(whole)).digest("hex")}"`;
      if (request.headers["if-none-match"] === headers.etag) {
        limits.giveBack(call.by);
        return { status: 304, headers };
      }
    }
    return { status, headers, body: whole };
  } catch (cause) {
    if (cause instanceof Refusal) {
      Object.assign(headers, limits.headers(call.by), cause.headers);
      return refused(cause.status, cause.message, cause.errors);
    }
    serving.problems.push((cause as Error).stack ?? String(cause));
    return refused(400, (cause as Error).message);
  }
}

/** GitHub's links to the other pages of a list name the repository by its id, and it answers under that name too. */
function byId({ owner, repository }: State, url: URL): URL {
  const named = new URL(url);
  named.pathname = url.pathname.replace(`/repos/${owner.login}/${repository.name}/`, `/repositories/${repository.id}/`);
  return named;
}

function byName({ owner, repository }: State, path: string): string {
  return path.replace(new RegExp(`^/repositories/${repository.id}(?=/|$)`), `/repos/${owner.login}/${repository.name}`);
}

function finish(answer: Answer, url: URL, headers: Record<string, string>): { status: number; body?: unknown } {
  if ("status" in answer) return answer;
  const { items, link } = paginate(answer.page, url);
  if (link !== "") headers.link = link;
  const body = answer.under === undefined ? items : { total_count: answer.page.length, [answer.under]: items };
  return { status: 200, body };
}

/** A record that remembers what was asked of it: what nobody looks at would be silently ignored. */
function watchReads(record: Record<string, string>): { all: Record<string, string>; unread: () => string[] } {
  const read = new Set<PropertyKey>();
  const all = new Proxy(record, {
    get(target, name) {
      read.add(name);
      return Reflect.get(target, name);
    },
  });
  return { all, unread: () => Object.keys(record).filter((name) => !read.has(name)) };
}

/** Whose share of the limits a request takes. */
function identityOf(state: State, request: IncomingMessage): string {
  try {
    const actor = actorOf(state, request.headers.authorization);
    if (actor === undefined) return "nobody";
    return actor.kind === "user" ? actor.account.login : actor.app.slug;
  } catch {
    return "nobody";
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, status: number, headers: Record<string, string>, body?: unknown): void {
  const text = body === undefined ? "" : JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    ...(text === "" ? {} : { "content-type": "application/json; charset=utf-8" }),
  });
  response.end(text);
}
