import fc from "fast-check";
import { SHOWN, type Shown } from "../../scripts/letter/signature/shown.ts";
import type { Moment } from "./slips/power.ts";
import type { Left } from "./slips/restoring.ts";

/** What somebody does of whom it can be interrupted. `who` and `which` count among those who can at that moment. */
export type Work =
  | { readonly do: "join"; readonly shown: Shown; readonly lang: "en" | "fa" }
  | { readonly do: "leave"; readonly who: number; readonly by: "code" | "address" }
  | { readonly do: "moderate"; readonly refuse?: number | undefined }
  | { readonly do: "file" | "round" | "erase" | "handOver" };

/** A step of the operations. Nothing happens for nobody. */
export type Step =
  | Work
  | { readonly do: "later"; readonly hours: number }
  | { readonly do: "kill"; readonly during: Work; readonly at: Moment }
  /** the program itself is killed with all that it has started, at a call of git or some time after it is ready */
  | { readonly do: "killProgram"; readonly call: number }
  /** an image of the database, and one that is put back */
  | { readonly do: "keep" | "restart" | "loseDatabase" }
  | { readonly do: "rollBack"; readonly which: number }
  /** a second machine works for a while on a copy of the folder, with the same repository */
  | { readonly do: "twin"; readonly joins: number }
  | { readonly do: "deleteBranch" | "spoilReview" | "spoilSheet"; readonly which: number }
  | { readonly do: "backUp" | "moveTag" }
  | { readonly do: "restore"; readonly which: number; readonly left: Left }
  /** the machine starts with a wrong clock, runs a round, and starts again with the right one */
  | { readonly do: "wrongClock"; readonly days: number }
  /** a command in a shell that does not know where the database is */
  | { readonly do: "forgetDatabase"; readonly command: "purge" | "pause" | "backup" }
  | { readonly do: "purge" }
  /** moderators look at everything for a day; after it nobody may be stuck */
  | { readonly do: "day" };

const which = fc.nat({ max: 6 });
const simple = (name: Step["do"], more: Readonly<Record<string, fc.Arbitrary<unknown>>> = {}) =>
  fc.record({ do: fc.constant(name), ...more }) as unknown as fc.Arbitrary<Step>;
const withPrograms = (can: boolean, ...steps: fc.Arbitrary<Step>[]) =>
  can ? steps.map((arbitrary) => ({ weight: 1, arbitrary })) : [];

const join = simple("join", { shown: fc.constantFrom(...SHOWN), lang: fc.constantFrom("en", "fa") });
const leave = simple("leave", { who: which, by: fc.constantFrom("code", "address") });
const moderate = simple("moderate", { refuse: fc.option(which, { nil: undefined }) });
const work = fc.oneof(
  ...[join, leave, moderate, simple("file"), simple("round"), simple("handOver"), simple("erase")],
) as fc.Arbitrary<Work>;
const at = fc.record({
  of: fc.constantFrom("git", "commit", "database"),
  call: fc.integer({ min: 1, max: 12 }),
  when: fc.constantFrom("before", "after"),
});

/** What people and the service do, and what operators do to its memory and its branches. */
export const working = { join, leave, file: simple("file") };
export const keeping = {
  keep: simple("keep"),
  restart: simple("restart"),
  rollBack: simple("rollBack", { which }),
  deleteBranch: simple("deleteBranch", { which }),
  wrongClock: simple("wrongClock", { days: fc.constantFrom(-400, -2, 5, 400) }),
  kill: simple("kill", { during: fc.oneof(join, leave, simple("file")), at }),
};

/** Every step with how often it is taken. What costs seconds is rare. */
const anyStep = (programs: boolean) =>
  fc.oneof(
    { weight: 6, arbitrary: join },
    { weight: 4, arbitrary: leave },
    { weight: 5, arbitrary: moderate },
    { weight: 2, arbitrary: working.file },
    { weight: 2, arbitrary: simple("round") },
    { weight: 2, arbitrary: simple("later", { hours: fc.constantFrom(1, 7, 50, 200) }) },
    { weight: 5, arbitrary: simple("kill", { during: work, at }) },
    { weight: 2, arbitrary: keeping.restart },
    { weight: 3, arbitrary: keeping.keep },
    { weight: 4, arbitrary: keeping.rollBack },
    { weight: 1, arbitrary: simple("loseDatabase") },
    { weight: 2, arbitrary: simple("backUp") },
    {
      weight: 2,
      arbitrary: simple("restore", {
        which,
        left: fc.constantFrom("main", "copy", "site"),
      }),
    },
    { weight: 2, arbitrary: simple("handOver") },
    { weight: 1, arbitrary: simple("purge") },
    { weight: 2, arbitrary: simple("day") },
    { weight: 3, arbitrary: keeping.deleteBranch },
    { weight: 1, arbitrary: simple("spoilReview", { which }) },
    { weight: 1, arbitrary: simple("spoilSheet", { which }) },
    { weight: 2, arbitrary: simple("erase") },
    { weight: 2, arbitrary: simple("twin", { joins: fc.integer({ min: 0, max: 2 }) }) },
    { weight: 1, arbitrary: simple("moveTag") },
    { weight: 2, arbitrary: keeping.wrongClock },
    ...withPrograms(
      programs,
      simple("forgetDatabase", { command: fc.constantFrom("purge", "pause", "backup") }),
      simple("killProgram", { call: fc.integer({ min: 1, max: 40 }) }),
    ),
  );

/**
 * Operations of a campaign: some people sign, and then anything happens.
 *
 * @param programs whether the programs themselves are run too, which takes seconds each
 */
export const operations = (programs: boolean, most = 14) =>
  fc.record({
    ending: fc.constantFrom("counts" as const, "names" as const),
    number: fc.nat(),
    steps: fc
      .tuple(
        fc.array(join, { minLength: 1, maxLength: 3 }),
        fc.array(anyStep(programs), { minLength: 4, maxLength: most }),
      )
      .map(([first, more]) => [...first, ...more]),
  });
