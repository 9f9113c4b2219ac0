import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acceptSheet, applyWithdrawals, type Main } from "../../scripts/letter/acceptance.ts";
import { parseBase64url } from "../../scripts/letter/base64url.ts";
import { idOf } from "../../scripts/letter/derivation.ts";
import { LetterError } from "../../scripts/letter/error.ts";
import { type Settled, settledBy } from "../../scripts/letter/merge-message.ts";
import { decide, type Moderators, type ReviewAct } from "../../scripts/letter/moderation.ts";
import type { Row } from "../../scripts/letter/row.ts";
import type { SignaturesSheet } from "../../scripts/letter/sheet.ts";
import { freshMain, invent, sheetOf, withdrawalsOf } from "./invented.ts";

// Two sheets; a push exchanges the rows of a sheet for others. Six people, the last on both versions of the first sheet.
const rows: Row[] = Array.from({ length: 6 }, (_, i) => invent(i).row);
const byId = (some: Row[]) => some.sort((a, b) => (a.id < b.id ? -1 : 1));
const VERSIONS: SignaturesSheet[][] = [
  [sheetOf(1, byId([rows[0]!, rows[1]!, rows[5]!])), sheetOf(1, byId([rows[2]!, rows[5]!]))],
  [sheetOf(2, byId([rows[3]!, rows[4]!])), sheetOf(2, byId([rows[4]!]))],
];
const IDS = rows.map(({ id }) => id);
const LISTED = [11, 12, 13];
const OUTSIDER = 99;

type Step =
  | { do: "push"; sheet: number }
  | { do: "approve"; sheet: number; by: number; stale: boolean }
  | { do: "dismiss" | "block"; sheet: number; by: number }
  | { do: "refuse" | "keep"; sheet: number; by: number; row: number }
  | { do: "reject"; sheet: number; by: number }
  | { do: "close" | "reopen"; sheet: number }
  | { do: "remove moderator"; by: number }
  | { do: "withdraw"; row: number }
  | { do: "accept"; commits: number }
  | { do: "accept twice at once" };

const sheet = fc.nat({ max: 1 });
const by = fc.constantFrom(...LISTED, ...LISTED, OUTSIDER);
const row = fc.nat({ max: 5 });
const stale = fc.constantFrom(true, ...Array<boolean>(9).fill(false));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("push" as const), sheet }) },
  { weight: 36, arbitrary: fc.record({ do: fc.constant("approve" as const), sheet, by, stale }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("dismiss" as const, "block" as const), sheet, by }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constantFrom("refuse" as const, "keep" as const), sheet, by, row }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("reject" as const), sheet, by }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("close" as const, "reopen" as const), sheet }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove moderator" as const), by }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("withdraw" as const), row }) },
  // An acceptance that dies after so many commits.
  { weight: 9, arbitrary: fc.record({ do: fc.constant("accept" as const), commits: fc.nat({ max: 4 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("accept twice at once" as const) }) },
);

/** The campaign as the product sees it. */
type World = {
  main: Main;
  moderators: Moderators;
  sheets: { version: number; acts: ReviewAct[]; open: boolean }[];
  leaving: { number: number; id: string }[];
};

const commitOf = (sheet: number, version: number) => `${sheet}${version}`.padStart(40, "0");

/** All that accept does in one run, at most so many commits. */
function accept(world: World, main: Main, commits: number): Main {
  let now = main;
  let left = commits;
  const advance = (
    next: { record: Main["record"]; refused: readonly (readonly [string, string])[]; leftOut: readonly string[] },
    sheet: string,
  ) => {
    now = { ...now, record: next.record, settled: settle(now.settled, sheet, next) };
    left--;
  };
  for (const { number, id } of world.leaving) {
    const sheet = withdrawalsOf(number, [id]);
    if (left > 0 && !now.settled.sheets.has(sheet.sheet)) advance(applyWithdrawals(now, sheet), sheet.sheet);
  }
  for (const [number, { version, acts, open }] of world.sheets.entries()) {
    const sheet = VERSIONS[number]![version % 2]!;
    if (!open || left === 0) continue;
    const ids = sheet.rows.map(({ id }) => id);
    const decision = decide(world.moderators, commitOf(number, version), ids, acts);
    if (decision.state !== "approved" && decision.state !== "rejected") continue;
    try {
      advance(acceptSheet(now, sheet, decision), sheet.sheet);
    } catch (cause) {
      if (!(cause instanceof LetterError)) throw cause;
    }
  }
  return now;
}

function settle(
  before: Settled,
  sheet: string,
  { refused, leftOut }: { refused: readonly (readonly [string, string])[]; leftOut: readonly string[] },
): Settled {
  const own = settledBy([{ sheet, approvedBy: [], refused: refused as never, leftOut, size: 0, root: "" }]);
  return {
    sheets: new Set([...before.sheets, ...own.sheets]),
    refused: new Map([...before.refused, ...own.refused]),
    leftOut: new Set([...before.leftOut, ...own.leftOut]),
  };
}

/** What the rules of review say, told from the steps alone and without the code under test. */
type Expected = { listed: Set<string>; gone: Set<string>; settled: Set<number>; left: Set<number> };

function expectAccept(expected: Expected, world: World, history: readonly Step[], commits: number): void {
  let left = commits;
  const removed = new Set(history.flatMap((one) => (one.do === "remove moderator" ? [one.by] : [])));
  const voices = LISTED.filter((id) => !removed.has(id));
  for (const [i, { id }] of world.leaving.entries()) {
    if (left === 0 || expected.left.has(i)) continue;
    expected.left.add(i);
    expected.listed.delete(id);
    expected.gone.add(id);
    left--;
  }
  for (const [number, { version, open }] of world.sheets.entries()) {
    if (left === 0 || !open || expected.settled.has(number)) continue;
    const said = history.map((one, at) => ({ one, at })).filter(({ one }) => "sheet" in one && one.sheet === number);
    const last = (who: number, kinds: string[]) =>
      said.findLast(({ one }) => kinds.includes(one.do) && "by" in one && one.by === who);
    const versionAt = (at: number) =>
      history.slice(0, at).filter((one) => one.do === "push" && one.sheet === number).length;
    const approves = (who: number) => {
      const found = last(who, ["approve", "dismiss", "block"]);
      if (found?.one.do !== "approve") return false;
      return versionAt(found.at) - (found.one.stale ? 1 : 0) === version;
    };
    const rejecting = voices.filter((who) => last(who, ["approve", "reject"])?.one.do === "reject").length >= 2;
    const blocked = voices.some((who) => last(who, ["approve", "dismiss", "block"])?.one.do === "block");
    if (!rejecting && (blocked || voices.filter(approves).length < 2)) continue;
    const ids = VERSIONS[number]![version % 2]!.rows.map(({ id }) => id);
    const refuses = (id: string) =>
      voices.some(
        (who) =>
          said.findLast(
            ({ one }) => (one.do === "refuse" || one.do === "keep") && one.by === who && IDS[one.row] === id,
          )?.one.do === "refuse",
      );
    expected.settled.add(number);
    left--;
    for (const id of ids) {
      if (rejecting || refuses(id)) expected.gone.add(id);
      else if (!expected.gone.has(id)) expected.listed.add(id);
    }
  }
}

function act(world: World, step: Step): void {
  const target = "sheet" in step ? world.sheets[step.sheet]! : undefined;
  const say = (state: ReviewAct["state"], body = "", commit = "") =>
    target?.acts.push({ by: (step as { by: number }).by, state, commit, body });
  switch (step.do) {
    case "push":
      target!.version++;
      return;
    case "approve":
      say("approved", "", commitOf(step.sheet, target!.version - (step.stale ? 1 : 0)));
      return;
    case "dismiss":
      say("dismissed");
      return;
    case "block":
      say("changes-requested");
      return;
    case "refuse":
      say("commented", `refuse ${IDS[step.row]} duplicate`);
      return;
    case "keep":
      say("commented", `Sorry, my mistake.\nkeep ${IDS[step.row]}`);
      return;
    case "reject":
      say("commented", "reject advert");
      return;
    case "close":
    case "reopen":
      target!.open = step.do === "reopen";
      return;
    case "remove moderator":
      world.moderators = {
        ...world.moderators,
        ids: new Set([...world.moderators.ids].filter((id) => id !== step.by)),
      };
      return;
    case "withdraw":
      world.leaving.push({ number: 100 + world.leaving.length, id: IDS[step.row]! });
      return;
    case "accept":
      world.main = accept(world, world.main, step.commits);
      return;
    case "accept twice at once": {
      // Both read the same main; the second finds that main has moved, throws its work away and begins again.
      const [first] = [accept(world, world.main, 9), accept(world, world.main, 9)];
      world.main = accept(world, first, 9);
      return;
    }
    default:
      step satisfies never;
  }
}

describe("whatever moderators, signatories and accept do, in whatever order", () => {
  it("the list holds exactly the approved rows that nobody refused or withdrew, each once", () => {
    const seen = { accepted: 0, refused: 0, withdrawn: 0 };
    fc.assert(
      fc.property(fc.array(step, { minLength: 8, maxLength: 32 }), (steps) => {
        const world: World = {
          main: freshMain(),
          moderators: { approvals: 2, ids: new Set(LISTED) },
          sheets: VERSIONS.map(() => ({ version: 0, acts: [], open: true })),
          leaving: [],
        };
        const expected: Expected = { listed: new Set(), gone: new Set(), settled: new Set(), left: new Set() };
        for (const [at, one] of steps.entries()) {
          act(world, one);
          if (one.do === "accept") expectAccept(expected, world, steps.slice(0, at), one.commits);
          if (one.do === "accept twice at once") expectAccept(expected, world, steps.slice(0, at), 9);
          const listed = world.main.record.rows.map(({ opening }) => idOf(parseBase64url(opening, 32)));
          expect(listed.toSorted()).toEqual([...expected.listed].sort());
        }
        seen.accepted += expected.listed.size;
        seen.refused += world.main.settled.refused.size;
        seen.withdrawn += world.main.record.entries.filter((line) => line.includes(" withdraw ")).length;
      }),
      { numRuns: 10_000 },
    );
    // A model that never got so far would prove nothing.
    expect(Math.min(seen.accepted, seen.refused, seen.withdrawn)).toBeGreaterThan(100);
  }, 240_000);
});
