import { expect, it } from "vitest";
import { firstBytesOf, formatCrockford128 } from "../../../scripts/letter/bytes/crockford.ts";
import { openFinder } from "../../../scripts/letter/bytes/finder.ts";
import { fixedRandomness } from "../../support/fixtures.ts";

const random = fixedRandomness("a finder");

it("finds each number under its name, and all of them where names begin alike", () => {
  const finder = openFinder();
  const names = Array.from({ length: 5000 }, (_, i) => (i % 5 === 0 ? Buffer.of(255, 255, 255, i % 2) : random(16)));
  for (const [number, name] of names.entries()) finder.add(name, number);
  for (const [number, name] of names.entries()) {
    const found = finder.find(name);
    expect(found).toContain(number);
    for (const other of found) expect(names[other]!.subarray(0, 4)).toEqual(name.subarray(0, 4));
  }
  expect(finder.find(Buffer.of(255, 255, 255, 2))).toEqual([]);
});

it("an id begins with the bytes that it was made of", () => {
  for (let time = 0; time < 200; time++) {
    const bytes = random(16);
    expect([...firstBytesOf(formatCrockford128(bytes))]).toEqual([...bytes.subarray(0, 4)]);
  }
});
