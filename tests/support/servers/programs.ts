import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { connect } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Where a program of the machine is; undefined where there is none. Daemons are not on everybody's PATH. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin"];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** A server that runs, and everything it has printed. */
export type Running = { readonly output: () => string; stop(): Promise<void> };

/** Starts a server and waits until it takes connections at these ports of 127.0.0.1. */
export async function startProgram(
  program: string,
  args: readonly string[],
  { ports, cwd }: { ports: readonly number[]; cwd: string },
): Promise<Running> {
  const child = spawn(program, args, { cwd, env: { PATH: process.env.PATH, HOME: cwd }, stdio: "pipe" });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const ended = once(child, "exit");
  const running = {
    output: () => output,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
  for (const port of ports) {
    while (!(await takesConnections(port))) {
      if (hasEnded(child)) throw new Error(`${program} has ended:\n${output}`);
      await sleep(20);
    }
  }
  return running;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const opened = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return opened;
}
