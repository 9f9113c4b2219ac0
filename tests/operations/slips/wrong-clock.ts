import { LetterError } from "../../../scripts/letter/bytes/error.ts";
import type { Person } from "../../lives/person.ts";
import { runRounds } from "../../lives/rounds.ts";
import { confirm, signForm } from "../../lives/signing.ts";
import { days } from "../../support/fixtures.ts";
import { noteDecided } from "../moderating.ts";
import { addressOf, type Operated, restart } from "../world.ts";

/** The machine starts with a wrong clock, as one without a battery does, and somebody notices later. */
export async function wrongClock(operated: Operated, wrong: number): Promise<void> {
  const { life } = operated;
  // Somebody who has the mail already, and will type the code when the clock is right again.
  const waiting = life.purged ? undefined : await signForm(life, "name", "en");
  const { dataDir, settings } = life.machine;
  life.clock.advance(days(wrong));
  let refused = false;
  let early: Person | undefined;
  try {
    await restart(operated);
    early = await joinIfPossible(operated);
    await runRounds(life);
  } catch (cause) {
    // That nothing starts, or is filed, until the clock is right is a way to keep what is there.
    if (!(cause instanceof LetterError)) throw cause;
    refused = true;
  }
  life.clock.advance(-days(wrong));
  if (refused) {
    await life.machine.stop().catch(() => {});
    life.machine = await life.open(dataDir, addressOf(settings.database));
  } else await restart(operated);
  await noteDecided(life);
  if (early?.stage === "submitted") early.stage = "lost";
  if (waiting) await confirm(life, waiting);
}

/** Somebody fills in the form meanwhile; a form that takes nothing does no harm. */
async function joinIfPossible({ life }: Operated): Promise<Person | undefined> {
  const person = life.purged ? undefined : await signForm(life, "name", "en").catch(() => undefined);
  if (person) await confirm(life, person).catch(() => {});
  return person;
}
