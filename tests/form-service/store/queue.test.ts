import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, inject, it } from "vitest";
import { openQueue } from "../../../scripts/form-service/store/queue.ts";
import { openStore, type Store } from "../../../scripts/form-service/store/schema.ts";
import { formatCrockford128 } from "../../../scripts/letter/bytes/crockford.ts";
import { dayAfter, dayOf } from "../../../scripts/letter/bytes/day.ts";
import { days, fixedClock, fixedRandomness, hours } from "../../support/fixtures.ts";

const AT_LATEST = hours(72);
const random = fixedRandomness(`queue ${inject("seed")}`);

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-queue-"));
  store = await openStore({ kind: "sqlite", path: join(folder, "service.db") });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const group = { edition: "e", kind: "quiet" } as const;
/** A signature that was confirmed, and whose row tells no day. */
const add = (wait_until: string | null, shown = "hidden", flood = 0) => {
  const values = { id: formatCrockford128(random(16)), row: JSON.stringify({ shown }), flood, wait_until };
  return store.change((query) =>
    query
      .insertInto("signature")
      .values({ ...values, state: "confirmed", edition: "e", day: null })
      .execute(),
  );
};

it("files nobody early because of a row that a restoration holds back", async () => {
  const clock = fixedClock();
  const queue = openQueue(store, clock);
  await add(dayAfter(dayOf(clock.now()), 2));
  await queue.look();
  clock.advance(days(4));
  // Its day has come, and the clock that says so may not release it yet.
  expect(await queue.isOverdue(group, AT_LATEST, "")).toBe(false);
  expect(await queue.isOverdue(group, AT_LATEST, dayOf(clock.now()))).toBe(true);
});

it("lets nobody wait for longer because a clock that was ahead has seen the signature first", async () => {
  const clock = fixedClock();
  const queue = openQueue(store, clock);
  await queue.look();
  clock.advance(days(400));
  await add(null);
  await queue.look();
  clock.advance(-days(400));
  expect(await queue.isOverdue(group, AT_LATEST, "")).toBe(false);
  clock.advance(AT_LATEST);
  expect(await queue.isOverdue(group, AT_LATEST, "")).toBe(true);
});

it("counts the wait of each kind of signatures apart: one that is late files none of another kind early", async () => {
  const clock = fixedClock();
  const queue = openQueue(store, clock);
  await queue.look();
  await add(null, "initials");
  await queue.look();
  clock.advance(hours(1));
  await add(null, "counted");
  await add(null, "name", 1);
  await queue.look();
  const late = async () => {
    const kinds = ["reading", "quiet", "flood"] as const;
    const overdue = await Promise.all(kinds.map((kind) => queue.isOverdue({ edition: "e", kind }, AT_LATEST, "")));
    return kinds.filter((_, i) => overdue[i]);
  };
  clock.advance(AT_LATEST - hours(1));
  expect(await late()).toEqual(["reading"]);
  clock.advance(hours(1));
  expect(await late()).toEqual(["reading", "quiet", "flood"]);
});
