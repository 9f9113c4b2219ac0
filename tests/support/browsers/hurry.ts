import { subscribe } from "node:diagnostics_channel";
import { inject, vi } from "vitest";

let latest = 0;
let asking = 0;
subscribe("undici:request:create", () => asking++);
for (const end of ["trailers", "error"]) subscribe(`undici:request:${end}`, () => asking--);

/**
 * Lets time pass at once for everything in this process that reads the clock or sets a timer, such as the pauses between
 * two calls: while the process waits for nothing else, the clock jumps to the next timer that is due. So no token of an hour
 * expires because a machine is slow: what is really done takes no time at all, unless `passTime` says how much.
 *
 * @returns brings real time back
 */
export function hurryTime(): () => void {
  // The pace of calls to GitHub is kept by the process: files that came after it would wait for hours.
  if (!inject("isolated")) throw new Error("time is hurried for the whole process: name the file in vitest.config.ts");
  // Never back: what keeps the pace would wait until it has caught up.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: Math.max(Date.now(), latest) });
  const others = openPipes();
  let idle = 0;
  const step = setInterval(() => {
    // Between two steps of the same work nothing may seem to be going on: twice in a row is enough to be sure.
    idle = isBusy() || openPipes() > others ? 0 : idle + 1;
    if (idle > 1 && vi.getTimerCount() > 0) vi.advanceTimersToNextTimer();
  }, 2);
  return () => {
    clearInterval(step);
    latest = Date.now();
    vi.useRealTimers();
  };
}

/** Lets hurried time pass for something that is done at once here, and takes time where it is really done. */
export function passTime(milliseconds: number): void {
  vi.advanceTimersByTime(milliseconds);
}

/** What a program wrote may wait to be read after the program has ended. */
function openPipes(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "PipeWrap").length;
}

/** Whether a request, another program or a file is waited for. */
function isBusy(): boolean {
  return asking > 0 || process.getActiveResourcesInfo().some((kind) => /^(ProcessWrap|FSReq)/.test(kind));
}
