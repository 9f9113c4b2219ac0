import type { Step } from "../steps.ts";

/** A sequence that something grave was once found by. */
export type Told = {
  readonly what: string;
  readonly steps: readonly Step[];
};

const join = { do: "join", shown: "name", lang: "en" } as const;
const hidden = { do: "join", shown: "hidden", lang: "fa" } as const;
const moderate = { do: "moderate" } as const;
const leave = { do: "leave", who: 0, by: "code" } as const;
const day = { do: "day" } as const;
const signed: Step[] = [join, hidden, moderate];

/** A sheet is fixed, and the power goes before the repository has it. */
const unfiled: Step = { do: "kill", during: { do: "file" }, at: { of: "commit", call: 1, when: "before" } };

/** The gravest that operators ever did, by what they did. The names are used by `breakages.ts`. */
export const CORPUS = {
  forgotten: {
    what: "purge in a shell without DATABASE_URL",
    steps: [...signed, { do: "handOver" }, { do: "forgetDatabase", command: "purge" }],
  },
  paused: {
    what: "pause and backup in a shell without DATABASE_URL",
    steps: [join, { do: "forgetDatabase", command: "pause" }, { do: "forgetDatabase", command: "backup" }],
  },
  rolledBack: {
    what: "a database that is older than main",
    steps: [join, hidden, { do: "keep" }, moderate, { do: "rollBack", which: 0 }, join, hidden, day],
  },
  twins: {
    what: "two machines on copies of one folder",
    steps: [join, hidden, { do: "twin", joins: 1 }, moderate, join, day],
  },
  branchGone: {
    what: "the branch of a pending sheet is deleted",
    steps: [join, hidden, { do: "round" }, { do: "deleteBranch", which: 0 }, day],
  },
  reviewSpoiled: {
    what: "a review that cannot be read",
    steps: [join, { do: "round" }, { do: "spoilReview", which: 0 }, { do: "restart" }, join, day],
  },
  sheetLost: {
    what: "the text of a pending sheet is lost from the disk",
    steps: [join, { do: "round" }, { do: "spoilSheet", which: 0 }, { do: "restart" }, hidden, day],
  },
  restoredOlder: {
    what: "yesterday's backup on one machine that was lost",
    steps: [join, hidden, moderate, { do: "backUp" }, leave, join, moderate, { do: "restore", which: 0, left: "site" }],
  },
  emptied: {
    what: "an empty database",
    steps: [...signed, { do: "loseDatabase" }, join, day],
  },
  erased: {
    what: "the history is erased",
    steps: [...signed, leave, { do: "round" }, { do: "erase" }, day],
  },
  baseErased: {
    what: "the history is erased below a sheet that was not filed yet",
    steps: [...signed, leave, { do: "round" }, join, unfiled, { do: "erase" }, day],
  },
  tagMoved: {
    what: "the tag of a handover is moved",
    steps: [...signed, { do: "handOver" }, join, moderate, { do: "moveTag" }, { do: "purge" }],
  },
  clockAhead: {
    what: "a boot with the clock days ahead",
    steps: [join, { do: "wrongClock", days: 5 }, { do: "wrongClock", days: -2 }, day],
  },
} as const satisfies Record<string, Told>;
