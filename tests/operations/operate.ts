import { pick } from "../lives/life.ts";
import { backUp } from "../lives/machines-lost.ts";
import { hours } from "../support/fixtures.ts";
import { checkTruth } from "./checks.ts";
import { checkDay } from "./day.ts";
import { beginOlder } from "./older.ts";
import { kill, killProgram } from "./slips/kills.ts";
import { forgetDatabase, moveTag, purge } from "./slips/purging.ts";
import { restoreBackup } from "./slips/restoring.ts";
import { loseDatabase, rollBack, twin } from "./slips/rolling-back.ts";
import { deleteBranch, spoilReview, spoilSheet } from "./slips/spoiling.ts";
import { wrongClock } from "./slips/wrong-clock.ts";
import type { Step } from "./steps.ts";
import { work } from "./work.ts";
import { beginOperations, keepDatabase, type Operated, type OperationsOptions, restart } from "./world.ts";

/** Takes the steps one after the other and checks after each, and lets a day pass at the end. */
export async function operate(
  steps: readonly Step[],
  options: OperationsOptions,
  look: (operated: Operated) => void | Promise<void> = () => {},
): Promise<void> {
  const operated = await beginOperations(options);
  try {
    if (options.older !== undefined) await beginOlder(operated, options.older);
    for (const [i, step] of steps.entries())
      await takeAndCheck(operated, step).catch((cause) => fail(cause, `step ${i + 1} (${JSON.stringify(step)})`));
    await checkDay(operated).catch((cause) => fail(cause, "the day after"));
    await look(operated);
  } finally {
    await operated.life.remove();
  }
}

function fail(cause: unknown, where: string): never {
  throw new Error(`${where}: ${(cause as Error).message}`, { cause });
}

async function takeAndCheck(operated: Operated, step: Step): Promise<void> {
  await take(operated, step);
  await checkTruth(operated);
}

function take(operated: Operated, step: Step): Promise<unknown> {
  const { life } = operated;
  switch (step.do) {
    case "later":
      life.clock.advance(hours(step.hours));
      return work(operated, { do: "round" });
    case "kill":
      return kill(operated, step.at, step.during);
    case "killProgram":
      return killProgram(operated, step.call);
    case "keep":
      return keepDatabase(operated);
    case "restart":
      return restart(operated);
    case "loseDatabase":
      return loseDatabase(operated);
    case "rollBack":
      return rollBack(operated, pick(operated.kept, step.which));
    case "twin":
      return twin(operated, step.joins);
    case "deleteBranch":
      return deleteBranch(life, step.which);
    case "spoilReview":
      return spoilReview(life, step.which);
    case "spoilSheet":
      return spoilSheet(life, step.which);
    case "backUp":
      return backUp(life);
    case "restore":
      return restoreBackup(operated, pick(life.backups, step.which), step.left);
    case "moveTag":
      return moveTag(operated);
    case "wrongClock":
      return wrongClock(operated, step.days);
    case "forgetDatabase":
      return forgetDatabase(operated, step.command);
    case "purge":
      return purge(operated);
    case "day":
      return checkDay(operated);
    default:
      return work(operated, step);
  }
}
