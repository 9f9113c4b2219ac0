import fc from "fast-check";
import { readRecordAt } from "../../../scripts/outside/git/record-at.ts";
import { pick } from "../../lives/life.ts";
import { runRounds } from "../../lives/rounds.ts";
import { hours } from "../../support/fixtures.ts";
import { mustAsk } from "../../support/github/ask.ts";
import { checkEntries, checkRows, checkTold } from "../checks.ts";
import { noteDecided } from "../moderating.ts";
import { kill } from "../slips/kills.ts";
import { rollBack } from "../slips/rolling-back.ts";
import { wrongClock } from "../slips/wrong-clock.ts";
import { keeping, type Step, type Work, working } from "../steps.ts";
import { work } from "../work.ts";
import { keepDatabase, type OperationsOptions, restart } from "../world.ts";
import { beginOnGitHub, type OnGitHub } from "./world.ts";

/** What operators do to a campaign on GitHub: its form service loses its memory, a branch is deleted, a clock is wrong. */
export type GitHubStep =
  | Work
  | Extract<Step, { do: "kill" | "later" | "rollBack" | "wrongClock" }>
  | { readonly do: "approve" | "keep" | "restart" }
  | { readonly do: "deleteBranch"; readonly which: number };

/** Operations of a campaign on GitHub: somebody signs, and then anything happens. */
export const onGitHub = fc.record({
  number: fc.nat(),
  steps: fc
    .tuple(
      working.join,
      fc.array(
        fc.oneof(
          { weight: 4, arbitrary: working.join },
          { weight: 2, arbitrary: working.leave },
          { weight: 3, arbitrary: working.file },
          { weight: 3, arbitrary: fc.constant({ do: "approve" }) },
          { weight: 2, arbitrary: keeping.keep },
          { weight: 3, arbitrary: keeping.rollBack },
          { weight: 2, arbitrary: keeping.restart },
          { weight: 2, arbitrary: keeping.deleteBranch },
          { weight: 2, arbitrary: keeping.kill },
          { weight: 1, arbitrary: keeping.wrongClock },
        ),
        { minLength: 3, maxLength: 10 },
      ),
    )
    .map(([first, more]) => [first, ...more] as GitHubStep[]),
});

/** Takes the steps one after the other and checks after each, and lets a day pass at the end. */
export async function operateOnGitHub(steps: readonly GitHubStep[], options: OperationsOptions): Promise<void> {
  const world = await beginOnGitHub(options);
  const entries: string[] = [];
  try {
    for (const [i, step] of steps.entries()) {
      await take(world, step).then(
        () => checkTruth(world, entries),
        (cause) => fail(cause, `step ${i + 1} (${JSON.stringify(step)})`),
      );
    }
    await checkDay(world, entries).catch((cause) => fail(cause, "the day after"));
  } finally {
    await world.operated.life.remove();
  }
}

function fail(cause: unknown, where: string): never {
  throw new Error(`${where}: ${(cause as Error).message}`, { cause });
}

async function take(world: OnGitHub, step: GitHubStep): Promise<void> {
  const { operated, campaign } = world;
  const { life, kept } = operated;
  switch (step.do) {
    case "approve":
      return approve(world);
    case "later":
      life.clock.advance(hours(step.hours));
      return work(operated, { do: "round" });
    case "kill":
      return kill(operated, step.at, step.during);
    case "keep":
      return keepDatabase(operated);
    case "restart":
      return restart(operated);
    case "rollBack":
      return rollBack(operated, pick(kept, step.which));
    case "wrongClock":
      return wrongClock(operated, step.days);
    case "deleteBranch": {
      const { github, organiser } = campaign;
      const branch = pick(
        github.repository.branches().filter((name) => name.startsWith("pending/")),
        step.which,
      );
      if (branch) await mustAsk(github, organiser.token, "DELETE", `git/refs/heads/${branch}`);
      return;
    }
    default:
      return work(operated, step);
  }
}

/** Both moderators approve every open pull request, and the workflow accepts. */
async function approve({ operated, campaign }: OnGitHub): Promise<void> {
  const { github, moderators } = campaign;
  await runRounds(operated.life);
  for (const { number, state } of github.state.pulls)
    if (state === "open") for (const by of moderators) await campaign.review(by, number, "APPROVE");
  operated.life.quiet = false;
  await runRounds(operated.life);
  await noteDecided(operated.life);
  operated.life.quiet = false;
}

/** Main's ledger only grows, nobody is on it twice, and everybody reads what is so. */
async function checkTruth({ operated, campaign }: OnGitHub, entries: string[]): Promise<void> {
  const { life } = operated;
  const { path, git } = campaign.github.repository;
  const record = await readRecordAt(path, git("rev-parse", "main"));
  if (entries.some((entry, i) => record.entries[i] !== entry)) throw new Error("the ledger is another than it was");
  entries.push(...record.entries.slice(entries.length));
  checkEntries(entries);
  checkRows(life, new Set(record.rows.map(({ opening }) => opening)));
  for (const person of life.people) await checkTold(life, person);
}

/** After a day of rounds and reviews nobody waits any more. */
async function checkDay(world: OnGitHub, entries: string[]): Promise<void> {
  const { life } = world.operated;
  for (let round = 0; round < 5; round++) {
    life.clock.advance(hours(6));
    life.quiet = false;
    await approve(world);
  }
  await checkTruth(world, entries);
  const person = life.people.find(({ stage }) => stage === "confirmed");
  if (person) throw new Error(`person ${person.number} is stuck`);
}
