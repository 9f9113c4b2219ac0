import { runRounds } from "../lives/rounds.ts";
import { confirm, signForm } from "../lives/signing.ts";
import { days } from "../support/fixtures.ts";
import { type Operated, restart } from "./world.ts";

/** The machine starts with a wrong clock, as one without a battery does, and a day later somebody notices. */
export async function wrongClock(operated: Operated, wrong: number): Promise<void> {
  const { life } = operated;
  // Somebody who has the mail already, and will type the code when the clock is right again.
  const waiting = life.purged ? undefined : await signForm(life, "name", "en");
  life.clock.advance(days(wrong));
  await restart(operated);
  await runRounds(life);
  life.clock.advance(-days(wrong));
  await restart(operated);
  if (waiting) await confirm(life, waiting);
}
