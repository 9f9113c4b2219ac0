import { vi } from "vitest";

let latest = 0;

/**
 * Lets time run faster for everything in this process that reads the clock or sets a timer, such as the pauses between
 * two calls; what is really done takes its real time.
 *
 * @param times how many times faster
 * @returns brings real time back
 */
export function hurryTime(times = 100): () => void {
  // Never back: whoever keeps the pace would wait until it has caught up.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: Math.max(Date.now(), latest) });
  const every = 5;
  const step = setInterval(() => vi.advanceTimersByTime(every * times), every);
  return () => {
    clearInterval(step);
    latest = Date.now();
    vi.useRealTimers();
  };
}
