import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAnswer, parseAnswers } from "../../../scripts/accept/rehearsal/answers.ts";
import { rehearse } from "../../../scripts/accept/rehearsal/rehearsal.ts";
import { formatReport, hasPassed, parseReport, reportAsJson } from "../../../scripts/accept/rehearsal/report.ts";
import type { Stage } from "../../../scripts/accept/rehearsal/stage.ts";
import { type Answer, type Outcome, PARTS, type Question, type Step } from "../../../scripts/accept/rehearsal/step.ts";
import { formatSteps, STEPS } from "../../../scripts/accept/rehearsal/steps.ts";
import { LetterError } from "../../../scripts/letter/bytes/error.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { root } from "../../support/source.ts";
import { BROKEN } from "./broken-settings.ts";

/** None of these steps looks at it. */
const nowhere = {} as Stage;
const secret = Buffer.from(fixedRandomness("a token")(24)).toString("base64url");
const step = (id: string, run?: Step["run"]): Step => ({
  ...{ id, part: "Filing", who: "program", tries: `try ${id}`, believed: `believe ${id}`, otherwise: `do ${id}` },
  ...(run ? { run } : {}),
});
const fine = async () => ({ ok: true, seen: "fine" });
const nobody = async (): Promise<Answer> => ({ done: true });

describe("the steps of a rehearsal", () => {
  const page = readFileSync(join(root, ".github/rehearsal.md"), "utf8");

  it("begin with the SHA of the first sheet, and have names of their own", () => {
    expect(STEPS[0]?.id).toBe("first-sheet");
    expect(new Set(STEPS.map(({ id }) => id)).size).toBe(STEPS.length);
    expect([...new Set(STEPS.map(({ part }) => part))]).toEqual([...PARTS]);
    for (const { id, who, run } of STEPS) expect([id, run === undefined]).toEqual([id, who === "people"]);
  });

  it("are those of .github/rehearsal.md, word for word", () => {
    expect(page.slice(page.indexOf(`### ${PARTS[0]}`))).toBe(formatSteps(STEPS));
  });

  it("were tried with ten settings broken, which the page names", () => {
    expect(BROKEN).toHaveLength(10);
    for (const { what } of BROKEN) expect(page).toContain(what);
  });
});

describe("a rehearsal", () => {
  it("goes on after a step that fails, and says no more of a mistake than its kind", async () => {
    const broken = async () => {
      throw new LetterError("rehearsal", `GitHub says 404 to ${secret}`);
    };
    const mistaken = async () => {
      throw new TypeError(`cannot read ${secret}`);
    };
    const steps = [step("a", broken), step("b", mistaken), step("c", fine)];
    const outcomes = await rehearse(nowhere, steps, { people: nobody, secrets: [secret] });
    expect(outcomes).toEqual([
      { id: "a", state: "failed", seen: "GitHub says 404 to …" },
      { id: "b", state: "failed", seen: "unexpected: TypeError" },
      { id: "c", state: "ok", seen: "fine" },
    ]);
  });

  it("asks people for what only they can do, and takes their word", async () => {
    const asked: Question[] = [];
    const answers: Answer[] = [
      { done: true },
      { seen: "a name was in it" },
      { skipped: "no phone" },
      { skipped: "late" },
    ];
    const both = step("d", async (_stage, ask) => {
      await ask("press Approve", { pull: 7 });
      return fine();
    });
    const outcomes = await rehearse(nowhere, [step("a"), step("b"), step("c"), both], {
      people: async (question) => {
        asked.push(question);
        return answers[asked.length - 1]!;
      },
    });
    expect(outcomes.map(({ state, seen }) => [state, seen])).toEqual([
      ["ok", "as it must be, by people’s word"],
      ["failed", "a name was in it"],
      ["skipped by hand", "no phone"],
      ["skipped by hand", "late"],
    ]);
    expect(asked.map(({ kind }) => kind)).toEqual(["look", "look", "look", "do"]);
    expect(asked[3]).toEqual({ step: "d", kind: "do", words: "press Approve", pull: 7 });
  });

  it("ends when nobody answers any more; the step that asked has no outcome", async () => {
    const written: string[][] = [];
    const people = async () => {
      throw new LetterError("rehearsal", "it ended here");
    };
    const end = async (_step: Step, so: readonly Outcome[]) => void written.push(so.map(({ id }) => id));
    const steps = [step("a", fine), step("b"), step("c", fine)];
    await expect(rehearse(nowhere, steps, { people, end })).rejects.toThrow("it ended here");
    expect(written).toEqual([["a"]]);
  });

  it("goes on where it ended: what was done or skipped stays, what failed is tried again", async () => {
    const tried: string[] = [];
    const steps = ["a", "b", "c", "d"].map((id) =>
      step(id, async () => {
        tried.push(id);
        return { ok: true, seen: "now" };
      }),
    );
    const before: Outcome[] = [
      { id: "a", state: "ok", seen: "then" },
      { id: "b", state: "failed", seen: "then" },
      { id: "c", state: "skipped by hand", seen: "then" },
    ];
    const written: number[] = [];
    const outcomes = await rehearse(nowhere, steps, {
      ...{ people: nobody, before },
      end: async (_step, so) => void written.push(so.length),
    });
    expect(tried).toEqual(["b", "d"]);
    expect(outcomes.map(({ id, seen }) => `${id} ${seen}`)).toEqual(["a then", "b now", "c then", "d now"]);
    expect(written).toEqual([3, 4]);
  });
});

describe("the report", () => {
  const steps = [step("a"), step("b"), step("c")];
  const outcomes: Outcome[] = [
    { id: "a", state: "ok", seen: "fine" },
    { id: "b", state: "failed", seen: "a <b> was there" },
  ];
  const report = { repository: "org/letter-rehearsal", day: "2026-11-29", outcomes };

  it("says what was believed, what was seen, and what to do where that differs", () => {
    expect(formatReport(report, steps)).toBe(
      `# Rehearsal of org/letter-rehearsal, 2026-11-29

1 ok, 1 failed, 0 skipped by hand, 1 not tried yet

## Filing

- ✓ **a**: try a
  - believed: believe a
  - ok: fine

- ✕ **b**: try b
  - believed: believe b
  - failed: a \\<b\\> was there
  - to do: do b

- · **c**: try c
  - believed: believe c
  - not tried yet
`,
    );
    expect(hasPassed(report, steps)).toBe(false);
    expect(hasPassed({ ...report, outcomes: outcomes.slice(0, 1) }, steps.slice(0, 1))).toBe(true);
  });

  it("can be read again, for the same repository only", () => {
    expect(parseReport(reportAsJson(report), report.repository)).toEqual(report);
    expect(() => parseReport(reportAsJson(report), "org/other")).toThrow(/is about org\/letter-rehearsal/);
    expect(() => parseReport("{}", report.repository)).toThrow(/--out/);
    expect(() => parseReport("no json", report.repository)).toThrow(/--out/);
  });
});

describe("answers", () => {
  it.each<[string, Answer]>([
    ["", { done: true }],
    [" done ", { done: true }],
    ["s", { skipped: "no reason was given" }],
    ["s no second phone", { skipped: "no second phone" }],
    ["skip: no time", { skipped: "no time" }],
    ["somebody saw a name", { seen: "somebody saw a name" }],
  ])("are typed as “%s”", (typed, answer) => {
    expect(parseAnswer(typed)).toEqual(answer);
  });

  it("come from a file, one a step; a step without one is skipped", async () => {
    const text = JSON.stringify({ repository: "o/r-rehearsal", steps: { fork: "done", hourly: "late" } });
    const { people, repository } = parseAnswers(text, STEPS);
    const of = (id: string) => people({ step: id, kind: "look", words: "" });
    expect(repository).toBe("o/r-rehearsal");
    expect([await of("fork"), await of("hourly"), await of("erase")]).toEqual([
      { done: true },
      { seen: "late" },
      { skipped: "nobody was asked" },
    ]);
    expect(() => parseAnswers(JSON.stringify({ repository: "o/r", steps: { nothing: "" } }), STEPS)).toThrow(/not/);
    expect(() => parseAnswers("[]", STEPS)).toThrow(/answers are/);
  });
});
