import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onBusyMachine } from "../../support/busy-machine.ts";
import { compiled } from "../../support/compiled.ts";
import { freePort } from "../../support/servers/service.ts";
import { root } from "../../support/source.ts";

/** A form service that runs as a process of its own. */
export type Instance = {
  /** `http://localhost:PORT` */
  readonly origin: string;
  readonly pid: number;
  output(): string;
  /** As somebody sets the clock of its machine, by so many milliseconds. */
  setClock(by: number): void;
  /** Lets no file of its grow beyond so many bytes, as a disk that is full; undefined: as long as it likes again. */
  limitFiles(bytes: number | undefined): void;
  /** As a power cut ends it, with all that it has started. */
  kill(): Promise<void>;
  /** Asks it to end and gives its exit code; cut off when it takes longer than ten seconds, and then undefined. */
  stop(): Promise<number | undefined>;
};

/** Starts a form service with these settings, and waits until it answers. */
export async function startInstance(settings: Record<string, string>): Promise<Instance> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(root, "tests/form-service/crashes/instance.ts")], {
    cwd: root,
    detached: true,
    env: { ...ENVIRONMENT, LIMITS: "off", ...settings, PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const cut = () => cutOff(child);
  process.once("exit", cut);
  const ended = once(child, "exit").finally(() => process.off("exit", cut));
  let output = "";
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  await new Promise<void>((resolve, reject) => {
    child.stdout!.on("data", () => output.split("\n").includes("ready") && resolve());
    void ended.then(() => reject(new Error(`the form service ended before it was ready\n${output}`)));
  });
  return {
    origin: `http://localhost:${port}`,
    pid: child.pid!,
    output: () => output,
    setClock: (by) => void child.send(by),
    limitFiles(bytes) {
      // What it starts, such as git, is held to it too. The hard limit stays, or it could not be lifted again.
      execFileSync("prlimit", [`--pid=${child.pid}`, `--fsize=${bytes ?? "unlimited"}:unlimited`]);
    },
    async kill() {
      cut();
      await ended;
    },
    async stop() {
      child.kill("SIGTERM");
      const late = setTimeout(cut, onBusyMachine(10_000));
      const [code] = (await ended) as [number | null];
      clearTimeout(late);
      return code ?? undefined;
    },
  };
}

const ENVIRONMENT = { ...compiled, PATH: process.env.PATH, HOME: "/nonexistent", LANG: "C.UTF-8" };

function cutOff(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, "SIGKILL");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ESRCH") throw cause;
  }
}
