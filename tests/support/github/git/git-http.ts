import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import type { Actor } from "../account.ts";
import { may } from "../call.ts";
import { Refusal } from "../refusal.ts";
import type { Move } from "../ruleset.ts";
import type { Serving } from "../server.ts";
import type { State } from "../state.ts";
import { actorOf } from "../token.ts";
import { noteFresh } from "./fresh-branch.ts";
import { type Answer, type Asked, answerReading, noteAdvertised } from "./reading.ts";
import { forbids, settlePulls } from "./ref.ts";

// git's own CGI program does the work. Its pre-receive hook asks the stand-in whether the refs may move, through files,
// while git holds the new objects in quarantine.
const HOOK = `#!/bin/sh
{ echo "$GIT_OBJECT_DIRECTORY"; echo "$GIT_ALTERNATE_OBJECT_DIRECTORIES"; cat; } > "$SESSION/asking"
mv "$SESSION/asking" "$SESSION/asked"
while [ ! -e "$SESSION/answer" ]; do sleep 0.02; done
cat "$SESSION/answer" >&2
[ ! -e "$SESSION/declined" ]
`;

/** Answers a fetch or a push over HTTP with the permissions and rules that hold for the API. */
export async function answerGit(
  serving: Serving,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const { state } = serving;
  const [, repository = "", path = ""] = /^(\/[^/]+\/[^/]+\.git)(\/.*)$/.exec(url.pathname) ?? [];
  const writes = path === "/git-receive-pack" || url.searchParams.get("service") === "git-receive-pack";
  const sends = path === "/git-receive-pack";
  const call = { operation: `git ${writes ? "push" : "fetch"}`, by: "", at: state.clock(), status: 200, sends };
  serving.calls.push(call);
  const fault = serving.fault(call);
  if (fault !== undefined && "cut" in fault && !(fault.cut === "after" && sends)) return void request.socket.destroy();
  const refused = fault !== undefined && "status" in fault ? fault.status : refusal(state, request, repository, writes);
  if (typeof refused === "number") {
    call.status = refused;
    request.resume();
    response.writeHead(refused, refused === 401 ? { "www-authenticate": 'Basic realm="GitHub"' } : {});
    response.end(refused === 403 ? "Write access to repository not granted.\n" : "Repository not found.\n");
    return;
  }
  const body = await buffer(request);
  const asked = { path, query: url.search.slice(1), version: String(request.headers["git-protocol"] ?? ""), body };
  const answer = answerReading(state, asked) ?? noteAdvertised(asked, await runBackend(state, refused, request, asked));
  // The refs have moved, and the caller never learns of it.
  if (fault !== undefined && "cut" in fault) return void request.socket.destroy();
  response.writeHead(Number.parseInt(answer.headers.Status ?? "200", 10), answer.headers);
  response.end(answer.body);
}

/** The actor, or the status that refuses. */
function refusal(state: State, request: IncomingMessage, repository: string, writes: boolean): Actor | number {
  try {
    const actor = actorOf(state, request.headers.authorization);
    if (actor === undefined || actor.kind === "jwt") return 401;
    if (repository !== `/${state.owner.login}/${state.repository.name}.git`) return 404;
    if (!may(actor, "read", "contents:read") && state.repository.private) return 404;
    return writes && !may(actor, "write", "contents:write") ? 403 : actor;
  } catch (cause) {
    if (cause instanceof Refusal) return cause.status;
    throw cause;
  }
}

async function runBackend(
  state: State,
  actor: Actor,
  request: IncomingMessage,
  { path, query, version, body }: Asked,
): Promise<Answer> {
  const session = mkdtempSync(join(tmpdir(), "undersigned-push-"));
  writeFileSync(join(session, "pre-receive"), HOOK);
  chmodSync(join(session, "pre-receive"), 0o755);
  const repository = state.objects.path;
  const config = {
    "http.receivepack": "true",
    "core.hooksPath": session,
    "receive.denyNonFastForwards": "false",
    "safe.directory": "*",
    "gc.auto": "0",
  };
  const child = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env.PATH,
      SESSION: session,
      GIT_PROJECT_ROOT: dirname(repository),
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_COUNT: String(Object.keys(config).length),
      ...Object.fromEntries(Object.keys(config).map((name, i) => [`GIT_CONFIG_KEY_${i}`, name])),
      ...Object.fromEntries(Object.values(config).map((value, i) => [`GIT_CONFIG_VALUE_${i}`, value])),
      PATH_INFO: `/${basename(repository)}${path}`,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      REMOTE_USER: "pusher",
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: version,
    },
  });
  child.stdin.on("error", () => {});
  child.stdin.end(body);
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  let [moves, declined]: [Move[], ReadonlyMap<string, string>] = [[], new Map()];
  const watch = setInterval(() => {
    if (!existsSync(join(session, "asked"))) return;
    clearInterval(watch);
    ({ moves, declined } = decide(state, actor, session));
  }, 10);
  await new Promise((done) => child.on("close", done));
  clearInterval(watch);
  rmSync(session, { recursive: true, force: true });
  const moved = moves.filter(({ ref, to }) => state.objects.resolve(ref) === to);
  settlePulls(state, actor, moved);
  noteFresh(state, moved);
  const whole = Buffer.concat(output);
  const end = whole.indexOf("\r\n\r\n");
  const headers = Object.fromEntries(
    whole
      .subarray(0, end)
      .toString()
      .split("\r\n")
      .map((line) => line.split(": ") as [string, string]),
  );
  const said = whole.subarray(end + 4);
  return { headers, body: declined.size === 0 ? said : sayWhy(said, moves, declined) };
}

/** Replaces git's report, which says of every ref only that a hook declined it, by what GitHub says of each. */
function sayWhy(body: Buffer, moves: readonly Move[], declined: ReadonlyMap<string, string>): Buffer {
  const packet = (content: Buffer) =>
    Buffer.concat([Buffer.from((content.length + 4).toString(16).padStart(4, "0")), content]);
  const kept: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const length = Number.parseInt(body.toString("latin1", at, at + 4), 16);
    // Band 2 is what the hook has printed.
    if (length > 4 && body[at + 4] === 2) kept.push(body.subarray(at, at + length));
    at += Math.max(length, 4);
  }
  const lines = moves.map(({ ref }) => `ng ${ref} ${declined.get(ref) ?? "pre-receive hook declined"}\n`);
  const report = ["unpack ok\n", ...lines].map((line) => packet(Buffer.from(line)));
  const end = Buffer.from("0000");
  return Buffer.concat([...kept, packet(Buffer.concat([Buffer.from([1]), ...report, end])), end]);
}

/** `declined`: what GitHub says of each ref that may not move. Then no other moves either. */
type Decision = { readonly moves: Move[]; readonly declined: ReadonlyMap<string, string> };

function decide(state: State, actor: Actor, session: string): Decision {
  const [objects = "", alternates = "", ...lines] = readFileSync(join(session, "asked"), "utf8").trimEnd().split("\n");
  const full = (path: string) => (path === "" ? "" : resolve(state.objects.path, path));
  const env = {
    GIT_OBJECT_DIRECTORY: full(objects),
    GIT_ALTERNATE_OBJECT_DIRECTORIES: alternates.split(":").map(full).join(":"),
  };
  const moves = lines.map((line): Move => {
    const [from = "", to = "", ref = ""] = line.split(" ");
    return { ref, from: /^0+$/.test(from) ? undefined : from, to: /^0+$/.test(to) ? undefined : to };
  });
  const declined = new Map<string, string>();
  const said = moves.flatMap((move) => {
    const reason = move.ref.startsWith("refs/pull/")
      ? "deny updating a hidden ref"
      : forbids(state, actor, move, { env });
    if (reason === undefined) return [];
    // A broken rule is told at length; a missing permission stands in the line of the ref, and nowhere else.
    const isRule = reason.startsWith("Repository rule");
    declined.set(move.ref, isRule ? "push declined due to repository rule violations" : reason);
    return isRule ? [`error: GH013: ${reason.replace("found", `found for ${move.ref}`)}\n`] : [];
  });
  if (declined.size > 0) writeFileSync(join(session, "declined"), "");
  writeFileSync(join(session, "answering"), said.join(""));
  renameSync(join(session, "answering"), join(session, "answer"));
  return { moves, declined };
}
