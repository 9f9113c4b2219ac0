import { dayAfter, dayOf } from "../letter/bytes/day.ts";
import { type Clock, doubtOf, formatDoubt } from "../outside/clock.ts";
import { writeClockRow } from "../outside/database/clock-row.ts";
import { type DaysPlace, readKnownDays } from "../outside/known-days.ts";
import type { Finding } from "../outside/mail-domain-check.ts";
import { systemRandom } from "../outside/random.ts";
import { withCampaignStore } from "./store/campaign-database.ts";

/** Whether the days that the campaign has had contradict the clock. */
export async function checkClock(place: DaysPlace, clock: Clock): Promise<Finding> {
  const today = dayOf(clock.now());
  const what = `the clock: ${today} UTC`;
  try {
    const known = await readKnownDays(place);
    const doubt = doubtOf(today, known);
    return doubt ? { what, mend: formatDoubt(doubt, today, known) } : { what };
  } catch {
    // Database or repository do not answer: other findings say so.
    return { what };
  }
}

/**
 * Notes the word of an operator that the clock is right, for the service and the commands.
 *
 * @returns what is believed from now on, in a line
 * @throws LetterError as `withCampaignStore` does
 */
export async function believeClock(place: DaysPlace, clock: Clock): Promise<string> {
  const day = dayOf(clock.now());
  const { main = "" } = await readKnownDays(place);
  const overruled = main > dayAfter(day, 1) ? main : "";
  // With a mark, so that a service hears the second word of a day too.
  const told = `${day} ${Buffer.from(systemRandom(4)).toString("hex")}`;
  await withCampaignStore(place, (store) => store.change((query) => writeClockRow(query, { day, told, overruled })));
  const of = overruled === "" ? "" : `; that main has a commit of ${overruled} counts no more`;
  return `noted: today is ${day} UTC${of}; a service that runs hears of it within a minute, and takes forms again then`;
}
