import { Console } from "node:console";
import { join } from "node:path";
import { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { onBusyMachine } from "../busy-machine.ts";
import { compiled } from "../compiled.ts";
import { root } from "../source.ts";
import type { Outcome } from "./service.ts";

let last: Promise<unknown> = Promise.resolve();
let runs = 0;

/**
 * Runs the script of a command in this process, with arguments, environment and working folder of its own, and nothing on
 * its standard input. To start a process and load the code anew takes a third of a second, and most of a command's time.
 *
 * It is for files of the project `apart`, which run each command as a process too: that alone shows whether it starts. Whether it
 * would end is seen here: nothing may be left open that would keep a process running.
 */
export function runInside(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  cwd: string = root,
): Promise<Outcome> {
  const ended = last.then(() => runNow(script, args, environment, cwd));
  // One at a time: there is one environment and one working folder.
  last = ended.catch(() => {});
  return ended;
}

async function runNow(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  cwd: string,
): Promise<Outcome> {
  const [stdout, stderr] = [takeIn(process.stdout), takeIn(process.stderr)];
  const before = {
    env: process.env,
    argv: process.argv,
    cwd: process.cwd(),
    exitCode: process.exitCode,
    console,
    stdin: process.stdin,
  };
  // It is opened when it is first asked for, and then stays.
  before.stdin.pause();
  const open = openThings();
  try {
    process.env = { ...compiled, PATH: process.env.PATH, ...environment };
    process.argv = [process.execPath, join(root, `scripts/cli/${script}.ts`), ...args];
    process.chdir(cwd);
    process.exitCode = undefined;
    globalThis.console = new Console({ stdout: stdout.stream, stderr: stderr.stream });
    // Each time another name, or it would run once.
    await import(/* @vite-ignore */ `${process.argv[1]}?run=${++runs}`);
    return { stdout: stdout.text(), stderr: stderr.text(), code: Number(process.exitCode ?? 0) };
  } finally {
    globalThis.console = before.console;
    process.exitCode = before.exitCode;
    process.chdir(before.cwd);
    process.argv = before.argv;
    process.env = before.env;
    for (const one of [stdout, stderr]) one.restore();
    await assertClosed(script, open);
  }
}

/** Takes in what is written to a stream of this process, instead of it. */
function takeIn(stream: NodeJS.WriteStream): { stream: Writable; text(): string; restore(): void } {
  const parts: Buffer[] = [];
  const original = stream.write;
  const note = (chunk: string | Uint8Array) => void parts.push(Buffer.from(chunk as string));
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    note(chunk);
    for (const done of rest) if (typeof done === "function") done();
    return true;
  }) as typeof stream.write;
  const own = new Writable({
    write(chunk: Buffer, _encoding, done) {
      note(chunk);
      done();
    },
  });
  return {
    stream: own,
    text: () => Buffer.concat(parts).toString("utf8"),
    restore: () => {
      stream.write = original;
    },
  };
}

/** What keeps this process running, by kind. */
function openThings(): Map<string, number> {
  const kinds = Map.groupBy(process.getActiveResourcesInfo(), (kind) => kind);
  return new Map([...kinds].map(([kind, { length }]) => [kind, length]));
}

/** The test runner has timers and messages of its own, which come and go. */
async function assertClosed(script: string, before: ReadonlyMap<string, number>): Promise<void> {
  const left = () => [...openThings()].filter(([kind, count]) => count > (before.get(kind) ?? 0));
  const end = performance.now() + onBusyMachine(10_000);
  while (left().length > 0 && performance.now() < end) await sleep(10, undefined, { ref: false });
  if (left().length > 0) throw new Error(`${script} would not end: ${left().join("; ")} is open`);
}
