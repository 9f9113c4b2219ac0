import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

/** What a process held in memory, so many minutes after the start. */
export type Memory = { readonly at: number; readonly mebibytes: number };

/** Mebibytes a minute, by least squares over the second half: at first every program grows. */
export function slope(all: readonly Memory[]): number {
  const half = all.slice(Math.floor(all.length / 2));
  const mean = (of: (one: (typeof half)[number]) => number) =>
    half.reduce((sum, one) => sum + of(one), 0) / half.length;
  const [at, size] = [mean((one) => one.at), mean((one) => one.mebibytes)];
  return mean((one) => (one.at - at) * (one.mebibytes - size)) / mean((one) => (one.at - at) ** 2);
}

/** What the process holds in memory, as Linux counts it. */
export function mebibytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

/** What a program printed, how it ended, how long it took, and the most memory that it has held. */
export type Watched = {
  readonly said: string;
  readonly code: number | null;
  readonly seconds: number;
  readonly mebibytes: number;
};

/** Runs a program of Node.js to its end, and looks at the most memory that it has held, as Linux counts it. */
export async function watched(args: readonly string[]): Promise<Watched> {
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let [said, most] = ["", 0];
  child.stdout.on("data", (text) => {
    said += text;
  });
  const looking = setInterval(() => {
    most = Math.max(most, mostMebibytes(child.pid));
  }, 50);
  const [code] = await once(child, "close");
  clearInterval(looking);
  return { said, code, seconds: (performance.now() - start) / 1000, mebibytes: most };
}

function mostMebibytes(pid: number | undefined): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    // It has just ended.
    return 0;
  }
}
