import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBase64url } from "../../../scripts/letter/bytes/base64url.ts";
import { LetterError } from "../../../scripts/letter/bytes/error.ts";
import { isSheetAttested } from "../../../scripts/letter/ledger/attestation.ts";
import { attestationIn } from "../../../scripts/letter/review/filing-message.ts";
import { type Settled, settledBy } from "../../../scripts/letter/review/merge-message.ts";
import { decide, type Moderators, type ReviewAct } from "../../../scripts/letter/review/moderation.ts";
import { idOf } from "../../../scripts/letter/signature/derivation.ts";
import { formatSheet, type Sheet } from "../../../scripts/letter/signature/sheet.ts";
import { freshMain } from "../invented.ts";
import { acceptSheet, applyWithdrawals, type Main } from "../plain.ts";
import {
  copyOf,
  expectAccept,
  IDS,
  LISTED,
  leaveSheet,
  nothingExpected,
  type Step,
  sayingOf,
  stepsUntil,
  VERSIONS,
} from "./review-model.ts";

/** The campaign as the product sees it. */
type World = {
  main: Main;
  moderators: Moderators;
  sheets: { version: number; acts: ReviewAct[]; open: boolean; base: "main" | "other" }[];
  leaving: string[];
  /** sheets by somebody who can push, as they are on their branches; every moderator says the same about them */
  copies: { sheet: Sheet; message: string; said: ReviewAct[] }[];
};

const COPY = "f".repeat(40);
const commitOf = (sheet: number, version: number) => `${sheet}${version}`.padStart(40, "0");
const bySheet = <T extends { sheet: { sheet: string } }>(some: T[]) =>
  some.sort((a, b) => (a.sheet.sheet < b.sheet.sheet ? -1 : 1));

/** All that accept does in one run, at most so many commits. */
function accept(world: World, main: Main, commits: number): Main {
  let now = main;
  let left = commits;
  const advance = (
    next: { record: Main["record"]; refused: readonly (readonly [string, string])[]; leftOut: readonly string[] },
    sheet: string,
    approvedBy: readonly number[],
  ) => {
    now = { ...now, record: next.record, settled: settle(now.settled, sheet, next, approvedBy) };
    left--;
  };
  for (const { sheet } of bySheet(world.leaving.map((id, n) => ({ sheet: leaveSheet(n, id) })))) {
    if (left > 0 && !now.settled.sheets.has(sheet.sheet)) advance(applyWithdrawals(now, sheet), sheet.sheet, []);
  }
  // What readPendingSheet does with each branch: nothing on a sheet counts that the form service has not attested.
  for (const { sheet, message, said } of world.copies) {
    if (!isSheetAttested(sheet.sheet, formatSheet(sheet), attestationIn(message), now.attestationKey)) continue;
    if (sheet.kind === "withdrawals") {
      advance(applyWithdrawals(now, sheet), sheet.sheet, []);
      continue;
    }
    const ids = sheet.rows.map(({ id }) => id);
    const decision = decide(world.moderators, COPY, ids, said, sheet.sheet);
    if (decision.state === "approved" || decision.state === "rejected")
      advance(acceptSheet(now, sheet, decision), sheet.sheet, decision.approvedBy);
  }
  const open = world.sheets.map((one, number) => ({ ...one, number, sheet: VERSIONS[number]![one.version % 2]! }));
  for (const { number, version, acts, sheet, ...where } of bySheet(open)) {
    if (!where.open || where.base !== "main" || left === 0) continue;
    const ids = sheet.rows.map(({ id }) => id);
    const decision = decide(world.moderators, commitOf(number, version), ids, acts);
    if (decision.state !== "approved" && decision.state !== "rejected") continue;
    try {
      advance(acceptSheet(now, sheet, decision), sheet.sheet, decision.approvedBy);
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
  approvedBy: readonly number[],
): Settled {
  return settledBy([{ sheet, approvedBy, refused: refused as never, leftOut, size: 0, root: "" }], before);
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
    case "dismiss": {
      // As GitHub gives it: the review stays where it was, and what it was is not told.
      const acts = target!.acts;
      const at = acts.findLastIndex(
        (one) => one.by === step.by && ["approved", "changes-requested"].includes(one.state),
      );
      const review = acts[at];
      if (review) acts.splice(at, 1, ...dismissed(review));
      return;
    }
    case "block":
      say("changes-requested", "please wait");
      return;
    case "refuse":
      say("commented", `refuse ${IDS[step.row]} duplicate`);
      return;
    case "slip":
      say("commented", `refuse ${IDS[step.row]} duplikate`);
      return;
    case "mend":
      target!.acts = target!.acts.filter(({ by, body }) => by !== step.by || !body.includes("duplikate"));
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
    case "retarget":
      target!.base = step.base;
      return;
    case "remove moderator":
      world.moderators = {
        ...world.moderators,
        ids: new Set([...world.moderators.ids].filter((id) => id !== step.by)),
      };
      return;
    case "withdraw":
      world.leaving.push(IDS[step.row]!);
      return;
    case "copy": {
      const copy = copyOf(world.copies.length, step);
      const body = sayingOf(step.say, copy.sheet);
      const said = LISTED.map(
        (by): ReviewAct => ({ by, state: step.say === "reject" ? "commented" : "approved", commit: COPY, body }),
      );
      world.copies.push({ ...copy, said });
      return;
    }
    case "accept":
      world.main = accept(world, world.main, step.until);
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

/** What `actsOf` in `scripts/outside/github` makes of a dismissed review. */
function dismissed(review: ReviewAct): ReviewAct[] {
  const gone = { ...review, state: "dismissed", body: "" } as const;
  return review.body === "" ? [gone] : [gone, { ...review, state: "changes-requested" }];
}

// An acceptance that dies after so many commits.
const step = stepsUntil(fc.nat({ max: 4 }));

describe("whatever moderators, signatories and accept do, in whatever order", () => {
  it("the list holds exactly the approved rows that nobody refused or withdrew, each once", () => {
    const seen = { accepted: 0, refused: 0, withdrawn: 0 };
    fc.assert(
      fc.property(fc.array(step, { minLength: 8, maxLength: 32 }), (steps) => {
        const world: World = {
          main: freshMain(),
          moderators: { approvals: 2, ids: new Set(LISTED) },
          sheets: VERSIONS.map(() => ({ version: 0, acts: [], open: true, base: "main" as const })),
          leaving: [],
          copies: [],
        };
        const expected = nothingExpected();
        for (const [at, one] of steps.entries()) {
          act(world, one);
          if (one.do === "accept") expectAccept(expected, steps.slice(0, at), one.until);
          if (one.do === "accept twice at once") expectAccept(expected, steps.slice(0, at), 9);
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
  });
});
