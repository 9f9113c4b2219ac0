import { readFile } from "node:fs/promises";
import type { Finding } from "../outside/mail-domain-check.ts";

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
