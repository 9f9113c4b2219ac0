import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onBusyMachine } from "../busy-machine.ts";
import { compiled } from "../compiled.ts";
import { root } from "../source.ts";

export type Outcome = { stdout: string; stderr: string; code: number | null };

export type Service = {
  /** `http://localhost:PORT`, without a slash at its end. */
  origin: string;
  pid: number;
  dataDir: string;
  /** Everything printed so far, both streams. */
  output: () => string;
  /** Runs another command of package.json on the same data: `run("moderate", "list", "--json")`. */
  run: (command: string, ...args: string[]) => Promise<Outcome>;
  /**
   * Ctrl-C in a terminal, or its end, which reach the service and whatever it has started; SIGTERM reaches the service
   * alone. Throws unless it ends by itself within 10 s, or longer on a busy machine, with exit code 0, and leaves no process
   * behind.
   */
  stop: (signal?: "SIGINT" | "SIGTERM" | "SIGHUP") => Promise<void>;
  /** As a power cut ends the service and everything it has started: nothing can be tidied up. */
  kill: () => Promise<void>;
};

export type ServiceOptions = {
  /** The environment variables of the product, on top of a free `PORT`, the data folder, and `LIMITS=off`. */
  settings?: Record<string, string>;
  /** A folder to go on from; made and named by `makeDataDir`. */
  dataDir?: string;
  /** The project to start; this one unless told. */
  project?: string;
  /** How long the start may take. */
  timeout?: number;
  /** Is given the power cut as soon as the process runs, for tests that do not wait until it is ready. */
  onSpawn?: (kill: () => void) => void;
};

/** A new empty folder for `DATA_DIR`; the caller removes it with `removeDataDir`. */
export function makeDataDir(): string {
  return mkdtempSync(join(tmpdir(), "undersigned-data-"));
}

export function removeDataDir(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** Starts the whole product by the command of `npm start` and waits until it says that it is ready. */
export async function startService(options: ServiceOptions = {}): Promise<Service> {
  const { dataDir = makeDataDir(), timeout = onBusyMachine(120_000), project = root } = options;
  const port = await freePort();
  // Everything in a test comes from one machine; where sheets are filed at GitHub, limits cannot be switched off.
  const limits = options.settings?.GIT_HOST === undefined ? { LIMITS: "off" } : {};
  const settings = { DATA_DIR: dataDir, PORT: String(port), ...limits, ...options.settings };
  const child = spawnCommand("start", [], settings, project);
  const collected = collect(child);
  const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  const cut = () => signalGroup(child, "SIGKILL");
  options.onSpawn?.(cut);
  const origin = `http://localhost:${settings.PORT}`;
  const all = () => collected.stdout + collected.stderr;
  await waitForLine(child, () => collected.stdout, `ready ${origin}/`, timeout, all);

  return {
    origin,
    pid: child.pid!,
    dataDir,
    output: all,
    run: (command, ...args) => runCommand(command, args, settings, project),
    async stop(signal = "SIGINT") {
      if (signal !== "SIGTERM") signalGroup(child, signal);
      else child.kill(signal);
      const late = setTimeout(cut, onBusyMachine(10_000));
      const [code, killedBy] = await ended;
      clearTimeout(late);
      if (code !== 0) throw new Error(`the service ended with ${code ?? killedBy} after ${signal}\n${all()}`);
      if (!(await outlives(child))) return;
      const left = listGroup(child);
      if (left === "") return;
      cut();
      throw new Error(`the service left a process behind after ${signal}\n${left}\n${all()}`);
    },
    async kill() {
      cut();
      await ended;
    },
  };
}

/** Runs one command of package.json to its end, by its `node …` line and without npm between. */
export async function runCommand(
  command: string,
  args: readonly string[] = [],
  settings: Record<string, string> = {},
  project: string = root,
): Promise<Outcome> {
  const child = spawnCommand(command, args, settings, project);
  const collected = collect(child);
  const [code] = (await once(child, "close")) as [number | null];
  return { ...collected, code };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

// No setting of the person who runs the tests, such as a name in git's configuration, may reach the product.
const environment = {
  ...{ PATH: process.env.PATH, HOME: "/nonexistent", TMPDIR: tmpdir(), LANG: "C.UTF-8" },
  ...compiled,
};

function spawnCommand(
  command: string,
  args: readonly string[],
  settings: Record<string, string>,
  project: string,
): ChildProcess {
  const manifest = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const [program, ...fixed] = manifest.scripts[command]?.replace(/^exec /, "").split(" ") ?? [];
  if (program !== "node") throw new Error(`package.json has no command "${command}" that node runs`);
  const child = spawn(process.execPath, [...fixed, ...args], {
    cwd: project,
    // A process group of its own, as a terminal gives to a command: signals can reach all that it starts.
    detached: true,
    env: { ...environment, ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // Nothing outlives the tests, however they end.
  const cut = () => signalGroup(child, "SIGKILL");
  process.once("exit", cut);
  child.once("exit", () => process.off("exit", cut));
  return child;
}

/** Sends a signal to a command and to everything it has started; false when nothing of it runs any more. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  try {
    return child.pid !== undefined && process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

/**
 * Whether anything of a command that has ended still runs after a while. What the same signal has reached may be dying just
 * now, or be dead and not yet fetched: on a busy machine that takes its time.
 */
async function outlives(child: ChildProcess): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    if (!signalGroup(child, 0)) return false;
    await sleep(50);
  }
  return true;
}

/** What runs of a command's group; the dead whom nobody has fetched yet do not. Says so where it cannot be listed. */
function listGroup(child: ChildProcess): string {
  const { stdout, status } = spawnSync("ps", ["-A", "-o", "pgid=,pid=,stat=,args="], { encoding: "utf8" });
  if (status !== 0) return "(this machine cannot list its processes)";
  return stdout
    .split("\n")
    .filter((row) => {
      const [group, , state] = row.trim().split(/\s+/);
      return group === String(child.pid) && !state?.startsWith("Z");
    })
    .join("\n");
}

function collect(child: ChildProcess): { stdout: string; stderr: string } {
  const collected = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    collected.stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    collected.stderr += text;
  });
  return collected;
}

async function waitForLine(
  child: ChildProcess,
  output: () => string,
  line: string,
  timeout: number,
  explain: () => string,
): Promise<void> {
  const found = () => output().split("\n").includes(line);
  await new Promise<void>((resolve, reject) => {
    const settle = (error?: string) => {
      clearTimeout(late);
      child.stdout?.off("data", look);
      child.off("exit", exited);
      if (error === undefined) return resolve();
      signalGroup(child, "SIGKILL");
      reject(new Error(`${error}\n${explain()}`));
    };
    const look = () => found() && settle();
    const exited = (code: number | null) => settle(`the command ended with ${code} before it was ready`);
    const late = setTimeout(() => settle(`no line "${line}" within ${timeout} ms`), timeout);
    child.stdout?.on("data", look);
    child.once("exit", exited);
    look();
  });
}
