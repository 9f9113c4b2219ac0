import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { startProgram } from "../../programs/program.ts";
import { environmentFor } from "../run.ts";

/** An object as git stores it: type as git names it (`blob`, `tree`, `commit`, `tag`), and its bytes. */
export type StoredObject = { readonly id: string; readonly type: string; readonly content: Buffer };

/** What was asked of a reader at once, and what it has answered so far. */
type Request = {
  readonly names: readonly string[];
  readonly most: number;
  readonly answers: (StoredObject | undefined)[];
  size: number;
  readonly settle: (answers: (StoredObject | undefined)[] | undefined) => void;
};

/**
 * What a running git does not notice: another folder in the place of the repository, a pack that is gone, a `PATH` on which
 * another git comes first.
 */
type State = {
  readonly place: string;
  /** the names of the packs: it may have any of them open */
  readonly packs: ReadonlySet<string>;
};

/** A git that goes on running and answers for the objects of one repository. */
type Reader = {
  state: State;
  /** whether a commit's parents are what its object says: grafts and shallow clones say otherwise */
  readonly isWhole: boolean;
  readonly isIdle: () => boolean;
  ask(request: Request): void;
  /** Ends it once it has answered what it was asked. */
  end(): void;
  /** Resolves once it has ended. */
  ended(): Promise<void>;
};

/** An object by its full SHA, or a path in a tree or commit. The reader may not know yet where a ref has moved. */
const NAME = /^[0-9a-f]{40}(:[^\n\r]*)?$/;
const HEADER = /^([0-9a-f]{40}) (blob|tree|commit|tag) (\d+)$/;
const MOST_HEADER = 2 ** 16;

/** Milliseconds without a question after which a reader ends. */
const IDLE = 1000;
/** Milliseconds without an answer after which it is given up; the caller then runs a git that says what is wrong. */
const PATIENCE = 60_000;
/** Readers at a time. One more ends the one that was asked the longest ago. */
const MOST_READERS = 8;

const readers = new Map<string, Reader>();

/**
 * Reads objects from the one git that this process keeps for a repository: to start a git takes much longer than to read.
 *
 * The reader answers only what is beyond doubt. Where it cannot, because the repository is damaged, gone or too large, or
 * because git was killed, the caller runs git only for this, which gives the answer or the error.
 *
 * What was erased is not read from files that a reader still holds open: one that began before a pack was removed, or
 * before the folder was replaced, is asked nothing more.
 *
 * @param names full SHAs, or `SHA:PATH`
 * @param most the most bytes of all objects together
 * @returns undefined where there is no such object, and undefined altogether when the reader cannot answer
 */
export async function askReader(
  repository: string,
  names: readonly string[],
  most: number,
  kind: "any" | "commit" = "any",
): Promise<(StoredObject | undefined)[] | undefined> {
  if (names.some((name) => !NAME.test(name))) return undefined;
  if (names.length === 0) return [];
  const state = await stateOf(repository);
  if (state === undefined) return undefined;
  const reader = readerOf(repository, state);
  if (kind === "commit" && !reader.isWhole) return undefined;
  return new Promise((settle) => reader.ask({ names, most, answers: [], size: 0, settle }));
}

/** Ends the reader of a repository whose folder is about to be removed, so that nothing keeps its files. */
export async function endReader(repository: string): Promise<void> {
  const reader = readers.get(repository);
  if (reader === undefined) return;
  readers.delete(repository);
  reader.end();
  await reader.ended();
}

function readerOf(repository: string, state: State): Reader {
  const known = readers.get(repository);
  readers.delete(repository);
  const isCurrent = known !== undefined && isContinued(known.state, state);
  if (!isCurrent) known?.end();
  const reader = isCurrent ? Object.assign(known, { state }) : startReader(repository, state);
  // Those that were asked last are at the end.
  readers.set(repository, reader);
  if (readers.size > MOST_READERS) [...readers.values()].find((one) => one !== reader && one.isIdle())?.end();
  return reader;
}

/** git finds a new pack by itself. */
function isContinued(before: State, now: State): boolean {
  return before.place === now.place && [...before.packs].every((name) => now.packs.has(name));
}

async function stateOf(repository: string): Promise<State | undefined> {
  try {
    const [{ dev, ino, birthtimeNs }, names] = await Promise.all([
      stat(repository, { bigint: true }),
      readdir(join(repository, "objects", "pack")),
    ]);
    const packs = new Set(names.filter((name) => name.endsWith(".pack")));
    // The number of a folder is not enough: a new one may get that of a removed one.
    return { place: [dev, ino, birthtimeNs, process.env.PATH].join(" "), packs };
  } catch {
    return undefined;
  }
}

function startReader(repository: string, state: State): Reader {
  // A large file goes through git in parts: whether it is too large to be read is known before it has come.
  const environment = environmentFor(undefined, { "core.bigFileThreshold": "1m" });
  const child = startProgram("git", ["--git-dir", repository, "cat-file", "--batch"], environment, true);
  const waiting: Request[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;

  const after = (milliseconds: number, then: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(then, milliseconds);
    timer.unref();
  };
  const end = () => {
    isOver = true;
    if (readers.get(repository) === reader) readers.delete(repository);
    child.stdin.end();
  };
  const fail = () => {
    clearTimeout(timer);
    end();
    child.kill("SIGKILL");
    for (const { settle } of waiting.splice(0)) settle(undefined);
  };
  const take = (object: StoredObject | undefined) => {
    const [request] = waiting;
    if (request === undefined) return fail();
    request.answers.push(object);
    const isAnswered = request.answers.length === request.names.length;
    if (isAnswered) waiting.shift();
    if (waiting.length > 0) after(PATIENCE, fail);
    else {
      // An idle reader keeps no process running.
      hold(child, false);
      after(IDLE, end);
    }
    if (isAnswered) request.settle(request.answers);
  };
  const mayTake = (size: number) => {
    const [request] = waiting;
    if (request === undefined) return false;
    request.size += size;
    return request.size <= request.most;
  };

  const ended = new Promise<void>((resolve) => {
    const close = () => {
      fail();
      resolve();
    };
    child.once("close", close).once("error", close);
  });
  // A git that has failed closes its input.
  child.stdin.on("error", () => {});
  child.stderr.resume();
  readAnswers(child.stdout, { mayTake, take, fail });
  const reader: Reader = {
    state,
    isWhole: !["shallow", "info/grafts"].some((name) => existsSync(join(repository, name))),
    isIdle: () => waiting.length === 0,
    ask(request) {
      if (isOver) return request.settle(undefined);
      if (waiting.length === 0) {
        hold(child, true);
        after(PATIENCE, fail);
      }
      waiting.push(request);
      child.stdin.write(request.names.map((name) => `${name}\n`).join(""));
    },
    end,
    ended() {
      hold(child, true);
      return ended;
    },
  };
  return reader;
}

/** Takes apart what `git cat-file --batch` prints: `ID TYPE SIZE`, the bytes and a line feed, or `NAME missing`. */
function readAnswers(
  stdout: ChildProcessWithoutNullStreams["stdout"],
  {
    mayTake,
    take,
    fail,
  }: { mayTake(size: number): boolean; take(object: StoredObject | undefined): void; fail(): void },
): void {
  let parts: Buffer[] = [];
  let [come, needed] = [0, 1];
  let header: { id: string; type: string; size: number } | undefined;
  stdout.on("data", (chunk: Buffer) => {
    parts.push(chunk);
    come += chunk.length;
    // A large object comes in many parts, which are put together once.
    if (come < needed) return;
    let bytes = parts.length === 1 ? chunk : Buffer.concat(parts, come);
    for (;;) {
      if (header === undefined) {
        const end = bytes.indexOf(0x0a);
        needed = bytes.length + 1;
        if (end < 0 && bytes.length < MOST_HEADER) break;
        const [, id = "", type = "", size] = HEADER.exec(bytes.toString("latin1", 0, end)) ?? [];
        bytes = bytes.subarray(end + 1);
        if (end < 0 || (size !== undefined && !mayTake(Number(size)))) return fail();
        if (size === undefined) take(undefined);
        else header = { id, type, size: Number(size) };
      } else {
        needed = header.size + 1;
        if (bytes.length < needed) break;
        const { id, type, size } = header;
        const content = bytes.subarray(0, size);
        bytes = bytes.subarray(needed);
        header = undefined;
        take({ id, type, content });
      }
    }
    [parts, come] = [[bytes], bytes.length];
  });
}

/** Whether this process stays until the reader has answered or ended. */
function hold(child: ChildProcessWithoutNullStreams, stays: boolean): void {
  for (const one of [child, child.stdin, child.stdout, child.stderr] as { ref?(): void; unref?(): void }[]) {
    if (stays) one.ref?.();
    else one.unref?.();
  }
}
