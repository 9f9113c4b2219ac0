import { execFileSync } from "node:child_process";
import { existsSync, statfsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { isWorkedIn } from "./data-folder.ts";
import { makeWritableFolder } from "./folder.ts";
import type { Finding } from "./mail-domain-check.ts";
import type { Settings } from "./settings.ts";

/** Whether this Node.js runs the program. */
export function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const fits = major > 22 || (major === 22 && minor >= 18);
  return {
    what: `Node.js ${process.versions.node}`,
    mend: fits ? undefined : "22.18 or later is needed; npm ci brings 24 along on Linux and macOS",
  };
}

/** Whether there is a git that can keep the record. */
export function checkGit(): Finding {
  try {
    const version = execFileSync("git", ["--version"], { encoding: "utf8", timeout: 10_000 }).trim();
    return {
      what: version,
      mend: /version (\d{2,}|[3-9]|2\.([3-9]\d|\d{3,}))/.test(version) ? undefined : "2.30 or later is needed",
    };
  } catch {
    return { what: "git", mend: "install git; the letter's record is a git repository" };
  }
}

/** Whether the data folder can be written; makes it where it is missing. */
export function checkFolder({ dataDir }: Pick<Settings, "dataDir">): Finding {
  try {
    makeWritableFolder(dataDir);
    return { what: "the data folder can be written" };
  } catch (cause) {
    return { what: "the data folder cannot be written", mend: (cause as Error).message };
  }
}

/** With less room than this many bytes a form may not be kept. */
const ROOM = 2 ** 20;

/** Whether the disk of the data folder has room; a folder that is not there yet needs none. */
export function checkRoom({ dataDir }: Pick<Settings, "dataDir">): Finding {
  const what = "the disk of the data folder";
  if (!existsSync(dataDir)) return { what };
  const { bavail, bsize } = statfsSync(dataDir);
  const isFull = bavail * bsize < ROOM;
  return {
    what,
    mend: isFull ? "it is full: make room, since no form can be kept and no withdrawal be taken" : undefined,
  };
}

/** Whether the service could listen at its port now, or does already. */
export async function checkPort({
  port,
  host,
  dataDir,
}: Pick<Settings, "port" | "host" | "dataDir">): Promise<Finding> {
  const error = await new Promise<string | undefined>((resolve) => {
    const server = createServer();
    server.once("error", (cause: NodeJS.ErrnoException) => resolve(cause.code));
    server.listen({ port, host }, () => server.close(() => resolve(undefined)));
  });
  if (error === undefined) return { what: `port ${port}` };
  if (error === "EADDRINUSE" && (await isWorkedIn(dataDir)))
    return { what: `port ${port}: this campaign’s service runs there` };
  const elsewhere = "HOST is no address of this machine; write 0.0.0.0 or :: for all it has";
  const taken = "something listens there already; stop it, or set PORT to another number";
  return { what: `port ${port}`, mend: error === "EADDRNOTAVAIL" ? elsewhere : taken };
}

/** Whether a crash would write the memory of the process, with what people are just typing, to a file (Linux). */
export async function checkCoreFiles(proc = "/proc"): Promise<Finding> {
  const read = (path: string) => readFile(`${proc}/${path}`, "utf8").catch(() => "");
  const [limits, pattern] = await Promise.all([read("self/limits"), read("sys/kernel/core_pattern")]);
  const soft = /^Max core file size\s+(\S+)/m.exec(limits)?.[1];
  const what = "no core files";
  // A pipe is started whatever the limit says; /bin/false keeps nothing.
  if (pattern.startsWith("|") && !pattern.startsWith("|/bin/false")) {
    return { what, mend: "a crash hands memory to a program: sysctl kernel.core_pattern='|/bin/false'" };
  }
  if (soft === undefined || soft === "0" || pattern.startsWith("|")) return { what };
  return { what, mend: "a crash would write memory to a file: ulimit -c 0, or LimitCORE=0 for systemd" };
}
