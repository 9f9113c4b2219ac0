import { existsSync, renameSync, rmSync } from "node:fs";
import { eraseRepository } from "../../scripts/handover/erased-repository.ts";
import { LetterError } from "../../scripts/letter/bytes/error.ts";
import { days } from "../support/fixtures.ts";
import { check, checkHistory } from "./checks.ts";
import { end, handOver, open, throwAway } from "./handing-over.ts";
import { backUp, type Left, restore } from "./machines-lost.ts";
import type { Person } from "./person.ts";
import { checkOpened } from "./received.ts";
import { approve, remove, runRounds } from "./rounds.ts";
import { confirm, leaveByAddress, leaveByCode, signForm } from "./signing.ts";
import type { Step } from "./steps.ts";
import { beginWorld, type Options, type World } from "./world.ts";

/**
 * Lives a life, and checks at its end, and whenever something was made, that nobody who left is anywhere.
 *
 * @param look is shown the world at its end
 */
export async function live(
  steps: readonly Step[],
  options: Options,
  look: (world: World) => void | Promise<void> = () => {},
): Promise<void> {
  const world = await beginWorld(options);
  try {
    for (const [i, step] of steps.entries()) await take(world, step).catch((cause) => fail(cause, i, step));
    await check(world).catch((cause) => fail(cause, steps.length, { do: "check" }));
    await look(world);
  } finally {
    await world.remove();
  }
}

function fail(cause: unknown, i: number, step: Step): never {
  throw new Error(`step ${i + 1} (${JSON.stringify(step)}): ${(cause as Error).message}`, { cause });
}

async function take(world: World, step: Step): Promise<void> {
  const { people, backups, received } = world;
  if (step.do !== "check" && step.do !== "open") world.quiet = false;
  switch (step.do) {
    case "sign":
      await signForm(world, step.shown, step.lang);
      return;
    case "join": {
      const person = await signForm(world, step.shown, step.lang);
      if (person) await confirm(world, person);
      return;
    }
    case "confirm": {
      const person = pick(
        people.filter((one) => mayConfirm(world, one)),
        step.who,
      );
      if (person) await confirm(world, person);
      return;
    }
    case "file":
      return world.machine.service.file();
    case "approve": {
      await runRounds(world);
      const waiting = people.filter(({ stage }) => stage === "confirmed");
      return approve(world, step.refuse === undefined ? undefined : pick(waiting, step.refuse));
    }
    case "leave": {
      const person = pick(
        people.filter((one) => mayLeave(world, one)),
        step.who,
      );
      if (person)
        await (step.by === "address" && isReached(world, person) ? leaveByAddress : leaveByCode)(world, person);
      return;
    }
    case "remove": {
      const isListed = !world.purged || world.options.ending === "names";
      await runRounds(world);
      const person = pick(
        people.filter(({ stage }) => stage === "accepted" && isListed),
        step.who,
      );
      if (person) await remove(world, person);
      return;
    }
    case "backUp":
      return backUp(world);
    case "restore":
      return takeRestore(world, pick(backups, step.which), step.left);
    case "handOver":
      if ((await handOver(world)) !== undefined) await check(world);
      return;
    case "open": {
      const one = pick(
        received.filter(({ forked }) => !forked),
        step.which,
      );
      if (one) await takeOpen(world, one, step);
      return;
    }
    case "end":
      if (!world.purged) await takeEnd(world, step.again);
      return;
    case "erase":
      return takeErase(world);
    case "later":
      world.clock.advance(days(step.days));
      return runRounds(world);
    case "check":
      return check(world);
    default:
      return step satisfies never;
  }
}

export function pick<T>(some: readonly T[], number: number): T | undefined {
  return some[number % some.length];
}

/** Whose mailed code is still good: it is for 48 hours. */
function mayConfirm({ purged, clock }: World, { stage, signedAt }: Person): boolean {
  return stage === "submitted" && !purged && clock.now().getTime() - signedAt.getTime() < days(2);
}

/** Whether the service still finds somebody by the address. */
export function isReached({ clock }: World, { known, refusedAt }: Person): boolean {
  return known && (refusedAt === undefined || clock.now().getTime() - refusedAt.getTime() < days(6));
}

/** Whose withdrawal is answered: anyone whom the database knows, or main or an open sheet shows by the code. */
export function mayLeave({ purged, options }: World, { stage, code }: Person): boolean {
  if (code === "") return false;
  if (purged) return options.ending === "names" && stage === "accepted";
  return stage === "accepted" || stage === "refused" || stage === "confirmed";
}

async function takeRestore(world: World, backup: World["backups"][number] | undefined, left: Left): Promise<void> {
  if (backup === undefined) return;
  // The purge has destroyed every backup that was listed, and the copies that somebody restored; only a forgotten one is left.
  if (world.purged && !existsSync(backup.copy)) return;
  const what = world.purged ? "copy" : left;
  // Beside a forgotten copy is no list that somebody keeps: main has to know already who has left.
  if (what === "copy") await runRounds(world);
  await restore(world, backup, what);
  await check(world);
}

async function takeOpen(
  world: World,
  one: World["received"][number],
  how: { reseal: boolean; split: boolean },
): Promise<void> {
  await runRounds(world);
  const counts = await open(world, one, how);
  checkOpened(world, one, counts, how.reseal);
  if (how.reseal) throwAway(one);
}

/** Organisers decide about everybody, also after what a backup brought back has waited, and then hand over and purge. */
async function takeEnd(world: World, again: boolean): Promise<void> {
  const { clock, received } = world;
  clock.advance(days(8));
  world.quiet = false;
  await runRounds(world);
  await approve(world);
  const last = again ? undefined : received.findLast(({ forked }) => !forked);
  // What has come since the last handover is in no bag: then there has to be another one.
  if (!(last && (await end(world, last)))) {
    const another = await handOver(world);
    if (!another || !(await end(world, another))) return;
  }
  await check(world);
  await checkHistory(world, world.people);
}

async function takeErase(world: World): Promise<void> {
  await runRounds(world);
  const { machine } = world;
  const { repository } = machine.local().host;
  try {
    await eraseRepository(repository, `${repository}.erased`);
  } catch (cause) {
    // A sheet is open: it has to be decided first.
    if (cause instanceof LetterError && cause.code === "erase") return;
    throw cause;
  }
  const { settings, dataDir } = machine;
  await machine.stop();
  rmSync(repository, { recursive: true });
  renameSync(`${repository}.erased`, repository);
  world.machine = await world.open(dataDir, settings.database.kind === "postgres" ? settings.database.url : undefined);
  world.quiet = false;
  world.erased = true;
  await checkHistory(
    world,
    world.people.filter(({ stage }) => stage === "left" || stage === "refused"),
  );
}
