import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** What still runs of what this process has started, and whether it may have started others itself. */
const running = new Map<ChildProcessWithoutNullStreams, boolean>();

/**
 * Starts a program that this process does not outlive: a program that hangs is killed when this process ends.
 *
 * It stays in the process group of this process, so that Ctrl-C in a terminal reaches it too.
 *
 * @param isAlone whether it starts no other program: to look for those at the end takes milliseconds
 */
export function startProgram(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  isAlone = false,
): ChildProcessWithoutNullStreams {
  const child = spawn(program, args, { env, stdio: "pipe" });
  if (running.size === 0) process.on("exit", killAll);
  running.set(child, isAlone);
  const forget = () => {
    running.delete(child);
    if (running.size === 0) process.off("exit", killAll);
  };
  child.once("exit", forget).once("error", forget);
  return child;
}

/**
 * Calls `late` and kills the program, with whatever it has started, unless it ends within so many milliseconds.
 *
 * `late` must not wait for its end: a process that waits for a disk or a network drive that is gone cannot be killed.
 */
export function endAfter(child: ChildProcessWithoutNullStreams, milliseconds: number, late: () => void): void {
  const timer = setTimeout(() => {
    killWithChildren(child);
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    child.unref();
    late();
  }, milliseconds);
  child.once("close", () => clearTimeout(timer)).once("error", () => clearTimeout(timer));
}

/** Says that a program was ended by `endAfter`, and what to look at. */
export function hung(what: string, milliseconds: number): string {
  return `${what} did not end within ${milliseconds / 1000} seconds and was ended: look whether the disk of the data folder answers; a running service tries it again`;
}

function killAll(): void {
  for (const [child, isAlone] of running) {
    if (isAlone) child.kill("SIGKILL");
    else killWithChildren(child);
  }
}

function killWithChildren(child: ChildProcessWithoutNullStreams): void {
  const below = child.pid === undefined ? [] : processesBelow(child.pid);
  child.kill("SIGKILL");
  for (const pid of below) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

/** The processes that a process has started, and those that these have started; none where there is no /proc. */
function processesBelow(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of listProcesses()) {
    const parent = parentOf(name);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  for (let next = [pid]; next.length > 0; ) {
    next = next.flatMap((one) => children.get(one) ?? []);
    found.push(...next);
  }
  return found;
}

function listProcesses(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** The fourth field of `/proc/PID/stat`; the second, the program's name, may hold blanks and parentheses. */
function parentOf(pid: string): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}
