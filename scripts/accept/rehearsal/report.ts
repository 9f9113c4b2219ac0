import { z } from "zod";
import { isDay } from "../../letter/bytes/day.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { type Outcome, PARTS, type Step } from "./step.ts";

/** What a rehearsal has come to: of which repository, on which day, and what became of each step so far. */
export type Report = {
  readonly repository: string;
  /** the day on which it was written last */
  readonly day: string;
  readonly outcomes: readonly Outcome[];
};

const reportFields = z.strictObject({
  repository: z.string(),
  day: z.string().refine(isDay),
  outcomes: z.array(
    z.strictObject({ id: z.string(), state: z.enum(["ok", "failed", "skipped by hand"]), seen: z.string() }),
  ),
});

const MARKS = { ok: "✓", failed: "✕", "skipped by hand": "–" } as const;

/** Whether every step was gone through and none has failed. What was skipped by hand is for people to judge. */
export function hasPassed({ outcomes }: Report, steps: readonly Step[]): boolean {
  return outcomes.length === steps.length && outcomes.every(({ state }) => state !== "failed");
}

/** The report in Markdown, for the organisers: no key, token, account or name is in it. */
export function formatReport(report: Report, steps: readonly Step[]): string {
  const byId = new Map(report.outcomes.map((outcome) => [outcome.id, outcome]));
  const parts = PARTS.map((part) => {
    const mine = steps.filter((step) => step.part === part);
    return mine.length === 0
      ? ""
      : `\n## ${part}\n\n${mine.map((step) => formatStep(step, byId.get(step.id))).join("\n")}`;
  });
  return `# Rehearsal of ${report.repository}, ${report.day}\n\n${sumOf(report, steps)}\n${parts.join("")}`;
}

/** How many steps came to what, in one line. */
export function sumOf({ outcomes }: Report, steps: readonly Step[]): string {
  const count = (state: Outcome["state"]) => outcomes.filter((one) => one.state === state).length;
  const left = steps.length - outcomes.length;
  return `${count("ok")} ok, ${count("failed")} failed, ${count("skipped by hand")} skipped by hand, ${left} not tried yet`;
}

function formatStep({ id, tries, believed, otherwise }: Step, outcome: Outcome | undefined): string {
  const lines = [
    `- ${outcome ? MARKS[outcome.state] : "·"} **${id}**: ${tries}`,
    `  - believed: ${believed}`,
    `  - ${outcome ? `${outcome.state}: ${escaped(outcome.seen)}` : "not tried yet"}`,
    ...(outcome?.state === "failed" ? [`  - to do: ${otherwise}`] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** The report for programs; it is also where a rehearsal goes on from. */
export function reportAsJson(report: Report): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

/** Reads what `reportAsJson` wrote. @throws LetterError `rehearsal` when it is of another repository, or not a report */
export function parseReport(text: string, repository: string): Report {
  let parsed: ReturnType<typeof reportFields.safeParse> | undefined;
  try {
    parsed = reportFields.safeParse(JSON.parse(text));
  } catch {}
  if (!parsed?.success)
    throw new LetterError(
      "rehearsal",
      "the file beside the report is not one of this program: name another with --out",
    );
  if (parsed.data.repository !== repository)
    throw new LetterError("rehearsal", `the report is about ${parsed.data.repository}: name another file with --out`);
  return parsed.data;
}

/** What people typed is shown as they typed it. */
function escaped(text: string): string {
  return text.replace(/[<>|`*_[\]]/g, (sign) => `\\${sign}`);
}
