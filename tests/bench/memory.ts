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
