import { dayAfter } from "../../letter/bytes/day.ts";
import type { Query, Store } from "./schema.ts";

/** Days that a signature waits which a backup brought back unfiled: its holder may have withdrawn it since the backup. */
export const WAITING_DAYS = 7;

/** How many signatures wait since a restoration, and the UTC day on which the last of them may be filed. */
export type RestoredRows = { readonly waiting: number; readonly until: string };

/**
 * Lets everything that the backup has undecided wait: what was on no sheet then, and what was put on one that the git
 * host had not taken. A sheet that was filed since the backup takes its rows back when main and its branches are read.
 *
 * @param day of the restoration, UTC
 */
export async function holdRestored(query: Query, day: string): Promise<void> {
  const unfiled = query
    .selectFrom("sheet")
    .select("sheet")
    .where("state", "=", "filing")
    .where("kind", "=", "signatures");
  await query.updateTable("signature").set({ state: "confirmed", sheet: null }).where("state", "=", "filing").execute();
  await query.deleteFrom("sheet").where("sheet", "in", unfiled).execute();
  await query
    .updateTable("signature")
    .set({ wait_until: dayAfter(day, WAITING_DAYS) })
    .where("state", "in", ["confirmed", "aside", "filed"])
    .execute();
}

/**
 * Lets nothing wait for longer than if it had been brought back today: a clock that was ahead has dated the restoration.
 *
 * @param today UTC, of a clock that may date
 */
export async function shortenWaiting({ change }: Pick<Store, "change">, today: string): Promise<void> {
  await change(async (query) => {
    await query
      .updateTable("signature")
      .set({ wait_until: dayAfter(today, WAITING_DAYS) })
      .where("wait_until", ">", dayAfter(today, WAITING_DAYS + 1))
      .execute();
  });
}

/** Returns what waits since a restoration; undefined if nothing does. @param today UTC */
export async function restoredRows(query: Query, today: string): Promise<RestoredRows | undefined> {
  const found = await query
    .selectFrom("signature")
    .select(({ fn }) => [fn.countAll<string>().as("waiting"), fn.max("wait_until").as("until")])
    .where("state", "in", ["confirmed", "aside"])
    .where("wait_until", ">", today)
    .executeTakeFirst();
  return found?.until ? { waiting: Number(found.waiting), until: found.until } : undefined;
}

/** Returns how many wait, in tens and rounded up: no number in a log or a graph changes by what one person does. */
export function inTens({ waiting }: Pick<RestoredRows, "waiting">): number {
  return Math.ceil(waiting / 10) * 10;
}
