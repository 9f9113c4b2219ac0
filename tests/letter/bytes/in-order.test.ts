import fc from "fast-check";
import { expect, inject, it } from "vitest";
import { inOrder } from "../../../scripts/letter/bytes/in-order.ts";

/** Jobs that end in the order of `ends`, as far as they have begun: each gives its number, or fails with it. */
function jobs(ends: readonly number[], fails: readonly number[]) {
  const begun: number[] = [];
  const due = [...ends];
  const open = new Map<number, () => void>();
  const endThoseDue = () => {
    const next = due.findIndex((one) => open.has(one));
    if (next < 0) return;
    const [one = 0] = due.splice(next, 1);
    open.get(one)!();
    queueMicrotask(endThoseDue);
  };
  const begin = (one: number) => {
    begun.push(one);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    open.set(one, () => (fails.includes(one) ? reject(new Error(`${one}`)) : resolve(one)));
    setImmediate(endThoseDue);
    return promise;
  };
  return { begun, begin };
}

it("gives what comes of each in their order, and the first error in that order, whichever was there first", async () => {
  const cases = fc.integer({ min: 1, max: 12 }).chain((size) => {
    const numbers = Array.from({ length: size }, (_, i) => i);
    return fc.record({
      numbers: fc.constant(numbers),
      ends: fc.shuffledSubarray(numbers, { minLength: size }),
      fails: fc.subarray(numbers, { maxLength: Math.min(3, size) }),
      atOnce: fc.integer({ min: 1, max: 14 }),
    });
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ numbers, ends, fails, atOnce }) => {
      const { begun, begin } = jobs(ends, fails);
      const taken: number[] = [];
      const read = async () => {
        for await (const one of inOrder(numbers, begin, atOnce)) {
          taken.push(one);
          expect(begun.length - taken.length).toBeLessThan(atOnce);
        }
      };
      const [first = numbers.length] = fails;
      if (fails.length === 0) await read();
      else await expect(read()).rejects.toThrow(new Error(`${first}`));
      expect(taken).toEqual(numbers.slice(0, first));
    }),
    { seed: inject("seed") },
  );
});

it("begins nothing more after an error, and leaves no rejection unhandled", async () => {
  const { begun, begin } = jobs([2, 1, 0, 3, 4, 5], [1, 2]);
  const unhandled: unknown[] = [];
  const note = (cause: unknown) => void unhandled.push(cause);
  process.on("unhandledRejection", note);
  const read = async () => {
    for await (const _ of inOrder([0, 1, 2, 3, 4, 5], begin, 3));
  };
  await expect(read()).rejects.toThrow(new Error("1"));
  await new Promise((done) => setImmediate(done));
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
  expect(begun).toEqual([0, 1, 2, 3]);
});
