import { availableParallelism, loadavg } from "node:os";

/**
 * Milliseconds that something may take which is ended when it does not end by itself: as given where nothing else runs,
 * and longer in proportion to what waits for a processor.
 */
export function onBusyMachine(milliseconds: number): number {
  return milliseconds * (1 + loadavg()[0]! / availableParallelism());
}

/** Milliseconds of processor time that some work takes: those of the clock say more about the machine. */
export function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user / 1000;
}
