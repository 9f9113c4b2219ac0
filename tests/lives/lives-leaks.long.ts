import { describe, expect, it } from "vitest";
import {
  asksNobody,
  bagOfTag,
  countsWrong,
  ignoresLists,
  keepsBags,
  keepsBuilds,
  keepsOpened,
  keepsRows,
  type Leak,
  losesRows,
} from "./leaks.ts";
import { live } from "./life.ts";
import type { Step } from "./steps.ts";
import type { Ending } from "./world.ts";

const join = { do: "join", shown: "name", lang: "en" } as const;
const leave = { do: "leave", who: 0, by: "code" } as const;
const signed: Step[] = [join, { ...join, shown: "initials", lang: "fa" }, { do: "approve" }];
const left: Step[] = [...signed, leave, { do: "check" }];
const restored: Step[] = [
  ...signed,
  { do: "backUp" },
  leave,
  { do: "check" },
  { do: "restore", which: 0, left: "list" },
];
const opened = (reseal: boolean): Step[] => [
  ...signed,
  { do: "handOver" },
  { do: "open", which: 0, reseal: false, split: true },
  leave,
  { do: "open", which: 0, reseal, split: true },
];

type Deliberate = {
  what: string;
  leak: Leak;
  steps: readonly Step[];
  found: RegExp;
  ending?: Ending;
};

/** Ten ways to break the promise, each with a life that shows it, and what the search says then. */
const LEAKS: readonly Deliberate[] = [
  {
    what: "a bag is made of the tag's record, and not of the present one",
    leak: bagOfTag,
    steps: [...signed, { do: "handOver" }, leave, { do: "end", again: false }],
    found: /trace 0 of person 0 is in .*handover-.*\.tar/,
  },
  {
    what: "a restoration does not ask who has left",
    leak: ignoresLists,
    steps: restored,
    found: /2 are listed, and not 1/,
  },
  {
    what: "the list of who left is not written",
    leak: losesRows("departed"),
    steps: restored,
    found: /2 are listed, and not 1/,
  },
  {
    what: "a purge keeps the bags",
    leak: keepsBags,
    steps: [...signed, { do: "end", again: true }],
    found: /trace \d of person 0 is in .*\.tar/,
  },
  {
    what: "an opened folder keeps a file of an earlier opening",
    leak: keepsOpened,
    steps: opened(false),
    found: /is in .*import-/,
  },
  {
    what: "records are sealed again without asking who has left",
    leak: asksNobody,
    steps: opened(true),
    found: /opened 2 and 0 have left, and not 1 and 1/,
  },
  {
    what: "the contact record is not deleted",
    leak: keepsRows("vault"),
    steps: left,
    found: /the table vault still holds person 0/,
  },
  {
    what: "the keyed address is not deleted",
    leak: keepsRows("address"),
    steps: left,
    found: /the table address still holds person 0/,
  },
  { what: "older builds stay", leak: keepsBuilds, steps: left, found: /trace 0 of person 0 is in .*kept-builds/ },
  {
    what: "a code says for ever that it was withdrawn",
    leak: keepsRows("code", "signature"),
    steps: [...left, { do: "later", days: 8 }],
    found: /still knows of person 0|says withdrawn/,
  },
  { what: "the count is wrong by one", leak: countsWrong, steps: left, found: /listed says/ },
  {
    what: "a withdrawal never gets to main",
    leak: losesRows("withdrawal"),
    steps: left,
    found: /2 are listed, and not 1/,
  },
];

describe("a deliberate leak", () => {
  it.each(LEAKS)("is found when $what", async ({ leak, steps, found, ending = "counts" }) => {
    await expect(live(steps, { ending, seed: "leaks", leak })).rejects.toThrow(found);
  });

  it("is in no version of any file once the history is erased, whether somebody left or was refused", async () => {
    const decided: Step[] = [join, join, { do: "approve", refuse: 0 }, join, { do: "file" }, { ...leave, who: 4 }];
    const steps: Step[] = [...signed, ...decided, leave, { do: "approve" }, { do: "erase" }, leave, { do: "erase" }];
    await live(steps, { ending: "names", seed: "erased" }, ({ erased, people }) => {
      expect(erased).toBe(true);
      expect(people.map(({ stage }) => stage)).toEqual(["left", "left", "refused", "accepted", "left"]);
    });
  });

  it("is all that is found: without it the same lives are clean", async () => {
    const old: Step[] = [...restored.slice(0, -1), { do: "restore", which: 0, left: "old" }];
    const all: Step[][] = [left, restored, opened(false), opened(true), [...signed, { do: "end", again: true }], old];
    for (const steps of all)
      for (const ending of ["counts", "names"] as const) await live(steps, { ending, seed: "leaks" });
  });
});
