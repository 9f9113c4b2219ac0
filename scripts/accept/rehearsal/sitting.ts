import { dayOf } from "../../letter/bytes/day.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { readIfThere, replaceFile } from "../../outside/data-folder.ts";
import type { Answers } from "./answers.ts";
import { rehearse } from "./rehearsal.ts";
import { formatReport, hasPassed, parseReport, type Report, reportAsJson, sumOf } from "./report.ts";
import type { Stage } from "./stage.ts";
import type { Outcome, Step } from "./step.ts";
import { assertThrowAway } from "./throw-away.ts";

/** One sitting of a rehearsal: it begins, or goes on where another ended. */
export type Sitting = Answers & {
  /** the report in Markdown; `OUT.json` is where the next sitting goes on from */
  readonly out: string;
  /** a step that is tried again whatever came of it */
  readonly again?: string | undefined;
  readonly secrets: readonly string[];
  readonly say: (line: string) => void;
};

/**
 * Rehearses on a throw-away repository. The report is written again after each step, so that nothing is lost whenever the
 * sitting ends.
 *
 * @throws LetterError `rehearsal`, and nothing is done, when the repository may be a real campaign's
 */
export async function rehearseThrowAway(
  stage: Stage,
  steps: readonly Step[],
  { repository: typed, out, again, people, secrets, say }: Sitting,
): Promise<{ report: string; passed: boolean }> {
  const repository = `${stage.organiser.owner}/${stage.organiser.repo}`;
  if (typed !== repository)
    throw new LetterError("rehearsal", `not begun: the name that was typed is not ${repository}`);
  const kept = await readIfThere(`${out}.json`);
  const begun = kept === undefined ? undefined : parseReport(kept, repository);
  await assertThrowAway(stage, begun !== undefined);
  let report: Report = { repository, day: dayOf(stage.clock.now()), outcomes: begun?.outcomes ?? [] };
  const write = async (outcomes: readonly Outcome[]) => {
    report = { repository, day: dayOf(stage.clock.now()), outcomes };
    await replaceFile(`${out}.json`, reportAsJson(report));
    await replaceFile(out, formatReport(report, steps));
  };
  // Once a sheet is filed, only this file tells that the signatures of this repository are invented.
  await write(report.outcomes);
  await rehearse(stage, steps, {
    ...{ people, secrets, before: report.outcomes.filter(({ id }) => id !== again) },
    begin({ id, tries, believed }) {
      const number = steps.findIndex((step) => step.id === id) + 1;
      say(`\n[${number} of ${steps.length}] ${id}: ${tries}\n  must happen: ${believed}`);
    },
    async end({ id, otherwise }, outcomes) {
      await write(outcomes);
      const { state, seen } = outcomes.find((one) => one.id === id)!;
      say(`  ${state}: ${seen}${state === "failed" ? `\n  to do: ${otherwise}` : ""}`);
    },
  });
  say(`\n${sumOf(report, steps)}; the report is ${out}`);
  return { report: reportAsJson(report).trimEnd(), passed: hasPassed(report, steps) };
}
