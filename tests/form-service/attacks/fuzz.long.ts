import { expect, inject, it } from "vitest";
import { sizeOf } from "../../support/project/budget.ts";
import { fuzz, MOST } from "./fuzz.ts";

const SECONDS = sizeOf("seconds of fuzzing");

it(
  "answers whatever is sent for minutes: no failure, little work, no growing memory",
  async () => {
    const seed = inject("seed");
    const { statuses, failures, cpu, slowest, heap } = await fuzz(`fuzz ${seed}`, SECONDS);
    const ms = (value: number) => `${value.toFixed(1)} ms`;
    const count = Object.values(statuses).reduce((sum, n) => sum + n, 0);
    console.log(
      `seed ${seed}: ${count} requests in ${SECONDS} s, ${JSON.stringify(statuses)}\n` +
        `processor time: median ${ms(cpu.median)}, p99 ${ms(cpu.p99)}, p99.9 ${ms(cpu.p999)}, most ${ms(cpu.most)} (${slowest})\n` +
        `heap: ${heap.map((bytes) => `${Math.round(bytes / 2 ** 20)} MB`).join(" after a quarter, ")} at the end`,
    );
    expect(failures).toEqual([]);
    // Time of the processor, not of the clock: what else the machine does is not in it.
    expect(cpu.most, slowest).toBeLessThan(MOST);
    expect(heap[1] - heap[0]).toBeLessThan(32 * 2 ** 20);
  },
  (SECONDS + 120) * 1000,
);
