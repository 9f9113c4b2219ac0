import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { submit } from "../journeys/signatory.ts";
import { people } from "../support/fixtures.ts";
import { freePort, makeDataDir, removeDataDir } from "../support/servers/service.ts";
import { root } from "../support/source.ts";

let dataDir: string;
let child: ChildProcess;
let output: string;
beforeEach(() => {
  dataDir = makeDataDir();
});
afterEach(() => {
  for (const pid of left()) process.kill(Number(pid), "SIGKILL");
  removeDataDir(dataDir);
});

/** `npm start`, as somebody types it into a terminal, with a PATH on which a git stands that hangs while a file is there. */
async function start(shell: string, until: string, settings: Record<string, string> = {}): Promise<void> {
  const real = execFileSync("sh", ["-c", "command -v git"]).toString("utf8").trim();
  const program = join(dataDir, "git");
  writeFileSync(
    program,
    `#!/bin/sh\n[ ! -e "${dataDir}/hang" ] || exec tail -f "${dataDir}/hang"\nexec "${real}" "$@"\n`,
  );
  chmodSync(program, 0o700);
  const PORT = String(await freePort());
  const env = { ...process.env, DATA_DIR: dataDir, LIMITS: "off", PORT, npm_config_script_shell: shell, ...settings };
  const path = { PATH: `${dataDir}${delimiter}${process.env.PATH}` };
  child = spawn("npm", ["start"], {
    cwd: root,
    env: { ...env, ...path },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  output = "";
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  await expect.poll(() => output).toContain(until);
}

/** What still runs in the data folder: its path is in the environment of the service, and in the arguments of git and builds. */
function left(): string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid) || pid === String(process.pid)) return false;
    const read = (file: string) => {
      try {
        return readFileSync(`/proc/${pid}/${file}`, "utf8");
      } catch {
        return "";
      }
    };
    return !/^State:\s+[ZX]/m.test(read("status")) && (read("environ") + read("cmdline")).includes(dataDir);
  });
}

/** Resolves once a git hangs: every one that is started from now on does. */
async function hangGit(): Promise<void> {
  writeFileSync(join(dataDir, "hang"), "");
  const hangs = (pid: string) => readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("tail");
  await expect.poll(() => left().some(hangs)).toBe(true);
}

async function endBy(signal: NodeJS.Signals, reach: "npm" | "all"): Promise<void> {
  const ended = once(child, "exit");
  process.kill((reach === "npm" ? 1 : -1) * child.pid!, signal);
  await ended;
  await expect.poll(left).toEqual([]);
}

const origin = () => /^ready (\S+)\/$/m.exec(output)![1]!;

describe.each(["sh", "bash"])("npm start from %s ends, with all it has started,", (shell) => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "by %s to npm alone, before it is ready, while a git hangs",
    async (signal) => {
      await start(shell, "building the site");
      await hangGit();
      await endBy(signal, "npm");
      expect(output).not.toContain("ready ");
    },
  );

  it("by the terminal that closes", async () => {
    await start(shell, "\nready ");
    child.stdout!.destroy();
    child.stderr!.destroy();
    await endBy("SIGHUP", "all");
    // It came to its own end: the next start has nothing to mend.
    expect(existsSync(join(dataDir, "service.db-wal"))).toBe(false);
  });

  // What the shell does with signals shows above; these tell about the service.
  const inOneShell = it.runIf(shell === "sh");
  inOneShell.each(["npm", "all"] as const)(
    "while a git hangs that acceptance waits for, by SIGTERM to %s",
    async (reach) => {
      await start(shell, "\nready ");
      await hangGit();
      await endBy("SIGTERM", reach);
    },
  );

  inOneShell("while a mail server does not answer, by SIGINT to all", async () => {
    const connections: Server = createServer(() => {}).listen(0, "127.0.0.1");
    await once(connections, "listening");
    const { port } = connections.address() as { port: number };
    await start(shell, "\nready ", { MAIL_URL: `smtp://127.0.0.1:${port}` });
    const connected = once(connections, "connection");
    const { lang, name, place, email } = people.sara;
    await submit(origin(), { lang, shown: "name", name, place, email });
    await connected;
    await endBy("SIGINT", "all");
    connections.close();
  });
});
