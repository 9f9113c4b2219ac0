import { createHistogram } from "node:perf_hooks";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { dayOf } from "../letter/bytes/day.ts";
import type { PromisedDay } from "../letter/ledger/promised-days.ts";
import type { Clock } from "../outside/clock.ts";
import type { LeftRows } from "../outside/git/left-rows.ts";
import { causeOf, type Log } from "../outside/log.ts";
import { sheetsSetAside } from "./filing/sheets.ts";
import type { SheetFindings } from "./filing/stuck-sheets.ts";
import type { MailQueue } from "./mail/queue.ts";
import type { ClockWatch } from "./store/clock-watch.ts";
import { inTens, restoredRows } from "./store/restored-rows.ts";
import { rowsSetAside } from "./store/rows-set-aside.ts";
import type { Store } from "./store/schema.ts";

/** What is counted for the operator. No number changes by what one person does. */
export type Metrics = {
  /** Counts an answer, and how many milliseconds it took. */
  noteAnswer(request: Request, answer: Response, milliseconds: number): void;
  /** Runs a round of work, and counts whether it failed. */
  round<T>(name: Round, work: () => Promise<T>): Promise<T>;
  /** Tells from now on how many days are left until each day that the pages promise. */
  watchPromises(left: () => ReadonlyMap<PromisedDay, number>): void;
  /** Tells from now on how many exits of Tor are known, and how old their list is. */
  watchExits(counts: () => { readonly addresses: number; readonly days: number | undefined }): void;
  /** Tells from now on what is stuck at the git host. */
  watchSheets(found: () => SheetFindings): void;
  /** Returns the text of `/metrics`. */
  read(): Promise<string>;
};

/** The kinds of repeated work. */
export type Round = (typeof ROUNDS)[number];
const ROUNDS = ["filing", "looking", "expiry"] as const;

/**
 * A reader who collects the numbers every few seconds must not learn when a signer signed. Counts of what people do are
 * given in tens, rounded down; counts of what machines do are exact.
 */
const STEP = 10;
const rounded = (count: number) => Math.floor(count / STEP) * STEP;

/** How far the quantiles of answer times look back, in milliseconds. */
const WINDOW = 10 * 60_000;

export function openMetrics(
  deps: {
    store: Store;
    mails: MailQueue;
    clock: Clock;
    watch: Pick<ClockWatch, "judge">;
    leftRows(): Promise<LeftRows>;
  },
  log: Log,
): Metrics {
  const { store, mails, clock, leftRows } = deps;
  const register = new Registry();
  collectDefaultMetrics({ register });
  const answers = new Map<string, number>();
  // Two windows, so that the quantiles never start from nothing.
  let [current, before, since] = [createHistogram(), createHistogram(), clock.now().getTime()];
  const registers = [register];
  const gauge = (name: string, help: string, labelNames: string[], collect: (gauge: Gauge) => void | Promise<void>) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        return collect(this);
      },
    });

  gauge("undersigned_answers", "answers since the start, in tens", ["kind", "status"], (all) => {
    for (const [key, count] of answers) {
      const [kind = "", status = ""] = key.split(" ");
      all.set({ kind, status }, rounded(count));
    }
  });
  gauge("undersigned_answer_seconds", "time of an answer, of the last minutes", ["quantile"], (all) => {
    for (const quantile of [50, 99]) {
      const slowest = Math.max(...[current, before].map((one) => (one.count === 0 ? 0 : one.percentile(quantile))));
      all.set({ quantile: String(quantile / 100) }, slowest / 1e6);
    }
  });
  gauge(
    "undersigned_mails",
    "mails that wait or were put off, and of the others what became of them, in tens",
    ["state"],
    (all) => {
      for (const [state, count] of Object.entries(mails.counts())) all.set({ state }, rounded(count));
    },
  );
  gauge("undersigned_mail_trouble", "1 while mail leaves late, 2 while the mail server does not answer", [], (one) => {
    one.set({ well: 0, late: 1, away: 2 }[mails.flow()]);
  });
  gauge(
    "undersigned_clock_doubt",
    "1 while nothing is deleted for its age, 2 while no form is taken either",
    [],
    (one) => {
      const { mayDate, mayDelete } = deps.watch.judge();
      one.set(mayDate ? (mayDelete ? 0 : 1) : 2);
    },
  );
  gauge("undersigned_signatures", "signatures on their way, in tens", ["state"], async (all) => {
    const rows = await store.query
      .selectFrom("signature")
      .select(({ fn }) => ["state", fn.countAll<string>().as("count")])
      .where("state", "in", ["confirmed", "filing", "filed"])
      .groupBy("state")
      .execute();
    for (const state of ["confirmed", "filing", "filed"]) {
      all.set({ state }, rounded(Number(rows.find((row) => row.state === state)?.count ?? 0)));
    }
  });
  gauge("undersigned_sheets", "sheets that wait for the git host, and for review", ["state"], async (all) => {
    for (const { state, count } of await sheets()) all.set({ state }, count);
  });
  gauge("undersigned_oldest_sheet_days", "age of the oldest of these sheets, by its day", ["state"], async (all) => {
    for (const { state, day } of await sheets()) {
      all.set({ state }, day === undefined ? 0 : daysSince(day));
    }
  });
  gauge("undersigned_set_aside", "what cannot be filed: look at npm run doctor", ["what"], async (all) => {
    all.set({ what: "sheets" }, (await sheetsSetAside(store.query)).length);
    all.set({ what: "signatures" }, (await rowsSetAside(store.query)).length);
  });
  gauge("undersigned_restored", "signatures that wait since a restoration, in tens, rounded up", [], async (one) => {
    one.set(inTens(await waiting()));
  });
  gauge("undersigned_restored_days", "days until the last of them may be filed", [], async (one) => {
    const { until } = await waiting();
    one.set(until === undefined ? 0 : (Date.parse(until) - Date.parse(dayOf(clock.now()))) / 86_400_000);
  });
  gauge(
    "undersigned_left_rows",
    "rows in main's history of people who left or were refused, in tens",
    [],
    async (one) => {
      const found = await left();
      if (found) one.set(rounded(found.rows));
    },
  );
  gauge("undersigned_oldest_left_row_days", "days since the first of them left or was refused", [], async (one) => {
    const found = await left();
    if (found) one.set(found.oldest === undefined ? 0 : Math.max(0, daysSince(found.oldest)));
  });
  const failed = new Counter({
    name: "undersigned_failed_answers_total",
    help: "answers with 500 and more",
    registers,
  });
  const rounds = new Counter({
    name: "undersigned_rounds_total",
    help: "rounds of work, and whether they failed",
    labelNames: ["round", "outcome"],
    registers,
  });
  // A series that begins only with the first event has no increase, and an alert that asks for one sees nothing.
  for (const round of ROUNDS) for (const outcome of ["done", "failed"]) rounds.inc({ round, outcome }, 0);
  for (const kind of ["form", "page", "file"])
    for (const status of ["2xx", "3xx", "4xx", "5xx"]) answers.set(`${kind} ${status}`, 0);

  async function waiting(): Promise<{ waiting: number; until?: string }> {
    return (await restoredRows(store.query, dayOf(clock.now()))) ?? { waiting: 0 };
  }

  /** A repository that cannot be read takes no other number away; that main cannot be read is told by the rounds. */
  function left(): Promise<LeftRows | undefined> {
    return leftRows().catch((error) => {
      log.warn(causeOf(error), "the history of main could not be looked at");
      return undefined;
    });
  }

  function daysSince(day: string): number {
    return (clock.now().getTime() - Date.parse(day)) / 86_400_000;
  }

  async function sheets(): Promise<{ state: string; count: number; day: string | undefined }[]> {
    const rows = await store.query
      .selectFrom("sheet")
      .select(({ fn }) => ["state", fn.countAll<string>().as("count"), fn.min("day").as("day")])
      .groupBy("state")
      .execute();
    return ["filing", "filed"].map((state) => {
      const row = rows.find((found) => found.state === state);
      return { state, count: Number(row?.count ?? 0), day: row?.day };
    });
  }

  return {
    noteAnswer(request, { status, headers }, milliseconds) {
      if (status >= 500) failed.inc();
      const isPage = headers.get("content-type")?.startsWith("text/html");
      const key = `${request.method === "POST" ? "form" : isPage ? "page" : "file"} ${Math.floor(status / 100)}xx`;
      answers.set(key, (answers.get(key) ?? 0) + 1);
      const now = clock.now().getTime();
      if (now - since > WINDOW) [before, current, since] = [current, createHistogram(), now];
      current.record(Math.max(1, Math.round(milliseconds * 1000)));
    },
    async round(name, work) {
      try {
        const done = await work();
        rounds.inc({ round: name, outcome: "done" });
        return done;
      } catch (error) {
        rounds.inc({ round: name, outcome: "failed" });
        throw error;
      }
    },
    watchPromises(left) {
      gauge(
        "undersigned_promised_days_left",
        "days until a promised day, below 0 when it is over",
        ["promise"],
        (all) => {
          all.reset();
          for (const [promise, days] of left()) all.set({ promise }, days);
        },
      );
    },
    watchExits(counts) {
      gauge("undersigned_tor_exits", "addresses of Tor's exits that are known", [], (one) => {
        one.set(counts().addresses);
      });
      gauge("undersigned_tor_exits_days", "age of their list in days; nothing without one", [], (one) => {
        const { days } = counts();
        if (days === undefined) one.remove();
        else one.set(days);
      });
    },
    watchSheets(found) {
      gauge("undersigned_stuck_sheets", "sheets that nobody can decide: look at npm run doctor", [], (one) => {
        one.set(found().stuck.length);
      });
      gauge(
        "undersigned_unknown_signatures",
        "signatures on the list and on open sheets that the database has no row of, in tens, rounded up",
        [],
        (one) => one.set(inTens({ waiting: found().unknown })),
      );
    },
    async read() {
      try {
        return await register.metrics();
      } catch (error) {
        log.warn(causeOf(error), "the numbers could not be read");
        throw error;
      }
    },
  };
}
