import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findCanaries } from "../support/canaries.ts";
import { live } from "./life.ts";
import type { Step } from "./steps.ts";
import type { World } from "./world.ts";

const joins = { do: "join", shown: "name", lang: "en" } as const;
const initials = { ...joins, shown: "initials", lang: "fa" } as const;
const [hidden, counted] = [
  { ...joins, shown: "hidden" },
  { ...joins, shown: "counted", lang: "fa" },
] as const;
const signed: Step[] = [joins, initials, hidden, counted, { do: "approve" }];
const leave = { do: "leave", who: 0, by: "code" } as const;
const byAddress = { do: "leave", who: 0, by: "address" } as const;
const opens = { do: "open", which: 0, reseal: false, split: false } as const;

describe("somebody who left", () => {
  it("is in nothing that a purge keeps", async () => {
    const steps: Step[] = [...signed, { do: "handOver" }, leave, byAddress, { do: "end", again: false }];
    await live(steps, { ending: "counts", seed: "purge" }, (world) => {
      expect(world.purged).toBe(true);
      expect(canariesIn(world)).toEqual([]);
    });
  });

  it("can still go after a purge that left the names, and no backup that was forgotten brings anybody back", async () => {
    const copied = { do: "restore", which: 0, left: "copy" } as const;
    const steps: Step[] = [...signed, { do: "backUp" }, { do: "end", again: true }, leave, copied, leave, copied];
    await live(steps, { ending: "names", seed: "after" }, ({ people }) =>
      expect(people.map(({ stage }) => stage)).toEqual(["left", "left", "accepted", "accepted"]),
    );
  });

  it("is named to the recipient, whose new files and bag do not have them", async () => {
    const steps: Step[] = [...signed, { do: "handOver" }, { ...opens, split: true }, leave, byAddress];
    await live([...steps, opens, { ...opens, reseal: true }], { ending: "counts", seed: "opened" }, ({ received }) =>
      expect(received).toHaveLength(1),
    );
  });

  it.each(["main", "list"] as const)("does not come back with a backup, where %s is left", async (left) => {
    const unfiled: Step[] = [joins, hidden, { do: "backUp" }, leave, { do: "file" }, byAddress];
    const restored: Step[] = [{ do: "restore", which: 0, left }, { do: "later", days: 8 }, { do: "approve" }];
    await live([...signed, ...unfiled, ...restored], { ending: "counts", seed: left }, ({ people }) =>
      expect(people.map(({ stage }) => stage).sort()).toEqual([...Array(4).fill("accepted"), "left", "left"]),
    );
  });
});

it("tells of nobody from a backup that they left, once 48 hours are over", async () => {
  const backUp = { do: "backUp" } as const;
  const weeks: Step[] = [
    { do: "later", days: 8 },
    { do: "later", days: 8 },
  ];
  const [main, list, old] = (["main", "list", "old"] as const).map(
    (left) => ({ do: "restore", which: 1, left }) as const,
  );
  for (const [seed, steps] of Object.entries<Step[]>({
    "left since": [backUp, backUp, leave, ...weeks, list!],
    "left before": [leave, backUp, backUp, ...weeks, main!, main!],
    "left in between": [backUp, leave, backUp, ...weeks, old!],
  }))
    await live([joins, hidden, ...steps], { ending: "counts", seed });
});

it("tells nobody for ever that they were refused, once they have left", async () => {
  const week = { do: "later", days: 8 } as const;
  for (const by of ["code", "address"] as const) {
    const steps: Step[] = [joins, hidden, { do: "approve", refuse: 0 }, week, { ...leave, by }];
    await live(steps, { ending: "counts", seed: `refused ${by}` }, ({ people }) =>
      expect(people.map(({ stage }) => stage)).toEqual(["left", "accepted"]),
    );
  }
});

/** Everything of anybody that this machine still has, in every encoding, and in every object of its repository. */
function canariesIn({ machine, people }: World) {
  const secrets = people.flatMap(({ name, place, email }) => [name, place, email]);
  const kept = readdirSync(machine.dataDir).filter((name) => name !== "site");
  return findCanaries(
    secrets,
    kept.map((name) => join(machine.dataDir, name)),
  );
}
