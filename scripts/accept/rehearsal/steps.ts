import { FILING } from "./filing-steps.ts";
import { HOSTILE } from "./hostile-steps.ts";
import { BY_PEOPLE } from "./people-steps.ts";
import { REVIEWS } from "./review-steps.ts";
import { REFUSALS } from "./rule-steps.ts";
import { RUNS } from "./run-steps.ts";
import { SETTINGS } from "./setting-steps.ts";
import { PARTS, type Step } from "./step.ts";

/** All steps, in the order in which they are gone through. */
export const STEPS: readonly Step[] = [
  ...FILING,
  ...SETTINGS,
  ...REFUSALS,
  ...HOSTILE,
  ...REVIEWS,
  ...RUNS,
  ...BY_PEOPLE,
];

const WHO = { program: "the program", people: "people", both: "both" } as const;

/** The table of a part or all, as `.github/rehearsal.md` has it. */
export function formatSteps(steps: readonly Step[]): string {
  const cell = (text: string) => text.replaceAll("|", "\\|");
  const row = ({ id, who, tries, believed, otherwise }: Step) =>
    `| \`${id}\` | ${WHO[who]} | ${cell(tries)} | ${cell(believed)} | ${cell(otherwise)} |`;
  return PARTS.map((part) =>
    [
      `### ${part}`,
      "",
      "| step | who | try | must happen | if not |",
      "|---|---|---|---|---|",
      ...steps.filter((step) => step.part === part).map(row),
      "",
    ].join("\n"),
  ).join("\n");
}
