import { readRefFiles } from "../../git-files.ts";
import type { State } from "../state.ts";

/** A request of git over HTTP, and what is answered. */
export type Asked = {
  readonly path: string;
  readonly query: string;
  /** the header `git-protocol` */
  readonly version: string;
  readonly body: Buffer;
};
export type Answer = { readonly headers: Record<string, string>; readonly body: Buffer };

/** What git said that it can do: the same for every repository. */
const advertised: { fetch?: Answer; push?: { headers: Answer["headers"]; abilities: string } } = {};

/**
 * Answers what a fetch or a push asks before it gets or sends objects: what the server can do, and where the refs point
 * (git-scm.com/docs/protocol-v2 and gitprotocol-pack). That is most of what tests ask, and each question would start two
 * programs.
 *
 * @returns undefined for what git itself has to answer
 */
export function answerReading({ objects }: State, asked: Asked): Answer | undefined {
  if (isFirstOfFetch(asked)) return advertised.fetch;
  if (isFirstOfPush(asked)) return answerPush(objects.path);
  if (asked.path !== "/git-upload-pack" || asked.version !== "version=2") return undefined;
  const lines = linesOf(asked.body);
  if (lines?.[0] !== "command=ls-refs") return undefined;
  const prefixes = lines.flatMap((line) => (line.startsWith("ref-prefix ") ? [line.slice("ref-prefix ".length)] : []));
  const refs = readRefFiles(objects.path).filter(([ref]) => prefixes.some((prefix) => ref.startsWith(prefix)));
  // Of a tag git says what it leads to, and of HEAD which branch it is.
  if (prefixes.length === 0 || prefixes.some((prefix) => "HEAD".startsWith(prefix))) return undefined;
  if (refs.some(([ref]) => ref.startsWith("refs/tags/"))) return undefined;
  const packets = refs.map(([ref, sha]) => packet(`${sha} ${ref}\n`));
  const headers = { "Content-Type": "application/x-git-upload-pack-result", "Cache-Control": "no-cache" };
  return { headers, body: Buffer.from([...packets, "0000"].join("")) };
}

function answerPush(repository: string): Answer | undefined {
  const [first, ...others] = readRefFiles(repository);
  if (first === undefined || advertised.push === undefined) return undefined;
  const { headers, abilities } = advertised.push;
  const lines = [`${first[1]} ${first[0]}\0${abilities}\n`, ...others.map(([ref, sha]) => `${sha} ${ref}\n`)];
  return { headers, body: Buffer.from([packet(PUSH), "0000", ...lines.map(packet), "0000"].join("")) };
}

/** Keeps what git has said that it can do. */
export function noteAdvertised(asked: Asked, answer: Answer): Answer {
  if (answer.headers.Status !== undefined) return answer;
  if (isFirstOfFetch(asked)) advertised.fetch = answer;
  const abilities = linesOf(answer.body)?.[1]?.split("\0")[1];
  if (isFirstOfPush(asked) && abilities !== undefined) advertised.push = { headers: answer.headers, abilities };
  return answer;
}

const PUSH = "# service=git-receive-pack\n";

function isFirstOfFetch({ path, query, version }: Asked): boolean {
  return path === "/info/refs" && query === "service=git-upload-pack" && version === "version=2";
}

function isFirstOfPush({ path, query }: Asked): boolean {
  return path === "/info/refs" && query === "service=git-receive-pack";
}

/** The lines of a request: each begins with its length, of which 0 and 1 end a part; undefined when it is compressed. */
function linesOf(body: Buffer): string[] | undefined {
  const lines: string[] = [];
  for (let at = 0; at < body.length; ) {
    const length = Number.parseInt(body.toString("latin1", at, at + 4), 16);
    if (Number.isNaN(length)) return undefined;
    if (length > 4) lines.push(body.toString("utf8", at + 4, at + length).replace(/\n$/, ""));
    at += Math.max(length, 4);
  }
  return lines;
}

function packet(text: string): string {
  return (Buffer.byteLength(text) + 4).toString(16).padStart(4, "0") + text;
}
