import { runRounds } from "../lives/rounds.ts";
import type { World } from "../lives/world.ts";
import { hours } from "../support/fixtures.ts";
import { checkTruth } from "./checks.ts";
import { moderate } from "./moderating.ts";
import { runProgram } from "./programs.ts";
import type { Operated } from "./world.ts";

/** Rounds of a day in which moderators look at everything. Rounds are oftener; what is checked every six hours is not. */
const TIMES = [1, 6, 12, 18, 24];

/** Days that what a backup brought back waits. */
const WAITING = 7;

/**
 * Lets a day pass in which moderators approve whatever they can, and checks that everybody who was told that they have
 * signed is on the list or was refused. Where somebody is not, `doctor` has to name a command that mends it.
 */
export async function checkDay(operated: Operated): Promise<void> {
  await day(operated.life);
  await checkTruth(operated);
  if (stuck(operated.life).length === 0) return;
  await mend(operated);
  await day(operated.life);
  await checkTruth(operated);
  const [person] = stuck(operated.life);
  if (person) throw new Error(`person ${person.number} is stuck, also after what doctor says`);
}

async function day(life: World): Promise<void> {
  let before = 0;
  for (const hour of TIMES) {
    life.clock.advance(hours(hour - before));
    before = hour;
    life.quiet = false;
    await runRounds(life);
    await moderate(life);
  }
}

/** Those who were told that they have signed, and about whom nobody can decide. */
function stuck({ people, purged }: World) {
  return purged ? [] : people.filter(({ stage }) => stage === "confirmed");
}

/** Does what `doctor` says, word for word. */
async function mend(operated: Operated): Promise<void> {
  const { life } = operated;
  const { stdout, stderr } = await runProgram(operated, "doctor");
  const [person] = stuck(life);
  // What a backup brought back waits for a week, and everybody is told.
  if (/that a backup brought back wait until/.test(stdout)) {
    for (let days = 0; days < WAITING; days++) await day(life);
    return;
  }
  const named = commandsIn(mendsOf(stdout));
  if (named.length === 0)
    throw new Error(
      `person ${person!.number} is stuck, and doctor names no command:\n${mendsOf(stdout).join("\n")}${stderr}`,
    );
  for (const { command, args } of named) await runProgram(operated, command, args);
}

/** The commands that are named, a sheet by its id also where the words say SHEET. */
function commandsIn(lines: readonly string[]): { command: string; args: string[] }[] {
  return lines.flatMap((line) => {
    const [, command, sub] = /npm run ([\w:]+)(?: -- ([a-z-]+))?/.exec(line) ?? [];
    const sheets = line.match(/\b[0-9a-hjkmnp-tv-z]{26}\b/g) ?? [];
    if (command === undefined || sub === undefined) return [];
    return sheets.map((sheet) => ({ command, args: [sub, sheet] }));
  });
}

/** The lines of what is not well. */
function mendsOf(said: string): string[] {
  return said.split("\n").filter((line) => line.startsWith("✕"));
}
