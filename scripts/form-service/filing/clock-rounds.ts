import { dayAfter, dayOf } from "../../letter/bytes/day.ts";
import type { Clock } from "../../outside/clock.ts";
import { readClockRow, writeClockRow } from "../../outside/database/clock-row.ts";
import type { MainState } from "../../outside/git/host.ts";
import type { Log } from "../../outside/log.ts";
import type { ClockJudgement, ClockWatch } from "../store/clock-watch.ts";
import type { Store } from "../store/schema.ts";

/** What compares the clock with database and main. `probe` asks the mail server, which may tell the time. */
export type ClockRounds = {
  readonly store: Store;
  readonly clock: Clock;
  readonly watch: ClockWatch;
  readonly log: Log;
  probe(): Promise<void>;
};

/** A doubt that lasts is logged again after this many rounds, which is about an hour. */
const SAY_AGAIN = 60;

/**
 * Returns a round that lets the watch know what main and the database say, keeps the day with the database as long as
 * nothing contradicts the clock, and logs when that changes.
 */
export function openClockRounds(
  { store, clock, watch, log, probe }: ClockRounds,
  main: () => Pick<MainState, "day"> | undefined,
): () => Promise<ClockJudgement> {
  let [told, said, rounds] = ["", "", 0];
  let isStart = true;

  /** An operator's word counts once. The row outlives it, and the clock may be set to something else tomorrow. */
  function hear(row: { told: string; overruled: string }): void {
    const today = dayOf(clock.now());
    const day = row.told.slice(0, 10);
    const isOfNow = day >= dayAfter(today, -1) && day <= dayAfter(today, 1);
    if (row.told !== told && isOfNow && !isStart) watch.believe(row.overruled);
    told = row.told;
  }

  return async () => {
    watch.judge();
    const row = await readClockRow(store.query);
    if (isStart) watch.know({ run: row?.day ?? (await lastDayHere(store)), overruled: row?.overruled || undefined });
    watch.know({ main: main()?.day });
    if (row) hear(row);
    isStart = false;
    let judged = watch.judge();
    if (judged.doubt !== undefined && judged.doubt !== "set") {
      // No form is taken, so no mail would make the service talk to the server.
      await probe().catch(() => {});
      judged = watch.judge();
    }
    const { run } = watch.known();
    if (judged.mayDelete && run !== undefined && run !== row?.day)
      await store.change((query) => writeClockRow(query, { day: run }));
    if (judged.reason !== said || (said !== "" && ++rounds >= SAY_AGAIN)) {
      if (judged.reason !== "") log[judged.mayDate ? "warn" : "error"]({}, judged.reason);
      else log.info({}, "nothing contradicts the clock any more");
      [said, rounds] = [judged.reason, 0];
    }
    return judged;
  };
}

/** The day of the youngest form, in a database without the day of the last run, as a restored one is. */
export async function lastDayHere({ query }: Pick<Store, "query">): Promise<string | undefined> {
  const row = await query
    .selectFrom("submission")
    .select(({ fn }) => fn.max("day").as("day"))
    .executeTakeFirst();
  return row?.day ?? undefined;
}
