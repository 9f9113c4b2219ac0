import { PILE } from "../../../scripts/form-service/filing/filing.ts";
import { drawFrom } from "../../../scripts/form-service/limits/lot.ts";
import { SHEET_ROWS } from "../../../scripts/letter/signature/sheet.ts";
import { LEFT_TO_OTHERS, LONGEST, MOST_ANSWERS } from "../../../scripts/outside/github/accept-host.ts";
import type { Settings } from "../../../scripts/outside/settings.ts";
import { fixedRandomness } from "../../support/fixtures.ts";

/** A day on which everybody comes, and the people who review. */
export type Rush = {
  readonly aMinute: number;
  /** the share of signatures that show a name or initials, from 0 to 1 */
  readonly shown: number;
  /** each reviews eight hours a day, spread so that equally many do at any hour */
  readonly moderators: number;
  /** approvals that a sheet needs */
  readonly approvals: number;
  readonly settings: Pick<Settings, "fileEvery" | "fileAtLeast" | "fileAtMost" | "fileAtLatest">;
  readonly seed: number;
};

/** What a signature waits for. */
export const STAGES = ["the next round of filing", "GitHub to take its sheet", "moderators", "accept"] as const;

/**
 * Hours from the confirmation until the signature is on the published list, for half of all signatures and for the last;
 * of those that show nothing, and of those that show a name. `most`: the stage at which all of them waited longest.
 */
export type Waits = {
  readonly quiet: { readonly half: number; readonly last: number };
  readonly reading: { readonly half: number; readonly last: number };
  readonly most: (typeof STAGES)[number];
};

const KINDS = ["quiet", "reading"] as const;
const HOUR = 3_600_000;
/** Hours for which signatures come. */
const DAY = 24;
const SHIFT = 8 / 24;
/** Rows that a moderator reads in an hour: 30 a minute. */
const ROWS_AN_HOUR = 30 * 60;
/** Acts of a moderator in an hour that need no reading: a minute to open a sheet, to look at its counts and to approve it. */
const ACTS_AN_HOUR = 60;

/** docs.github.com, "Rate limits for the REST API": 500 content-creating requests an hour, and 1,000 calls of a workflow's token. */
const GITHUB = { creates: 500, workflowCalls: 1_000 };
/** A list of pull requests, and a query for their reviews, hold 100 each (docs.github.com, "Using pagination", and decision 48). */
const PAGE = 100;
/** Seconds between two pull requests or comments, as `@octokit/plugin-throttling` keeps them apart. */
const APART = 3;
/** Seconds of a push to main or to a sheet's branch. GitHub promises none: this is an assumption. */
const PUSH = 2;
/** Minutes after the hour at which accept begins, and by how much GitHub may delay it; the delay is an assumption. */
const ACCEPT = { at: 17, late: 15 };
/** Minutes that the publication takes at most: docs.github.com, "GitHub Pages limits", on deployments. */
const PUBLISH = 10;

/** Signatures that were confirmed within one hour, and the sheet that holds them. */
type Part = { readonly hour: number; readonly count: number };
type Sheet = {
  readonly kind: "quiet" | "reading";
  readonly rows: number;
  readonly parts: readonly Part[];
  readonly made: number;
  readonly place: number;
  filed: number;
  /** hours of work left until its last approval */
  work: number;
  approved: number;
};

/**
 * Simulates filing, review and acceptance hour by hour until the last signature is on the list. Everybody confirms at
 * once, the mail provider takes all codes, and no row is refused.
 */
export function simulate(rush: Rush): Waits {
  const { settings, approvals } = rush;
  const draw = drawFrom(fixedRandomness(`rush ${rush.seed}`, ""));
  const every = Math.max(1, Math.round(settings.fileEvery / HOUR));
  const waiting = { quiet: [] as Part[], reading: [] as Part[] };
  const unfiled: Sheet[] = [];
  const toReview = { quiet: [] as Sheet[], reading: [] as Sheet[] };
  let toAccept: Sheet[] = [];
  let open = 0;
  const waits = { quiet: [] as Part[], reading: [] as Part[] };
  const stages = STAGES.map(() => 0);

  for (let hour = 0; hour < DAY || open > 0 || waiting.quiet.length + waiting.reading.length > 0; hour++) {
    if (hour % every === 0)
      for (const kind of KINDS) {
        const isOverdue = hour - (waiting[kind][0]?.hour ?? hour) >= settings.fileAtLatest / HOUR;
        const atLeast = isOverdue ? 1 : settings.fileAtLeast;
        for (const parts of cut(waiting[kind], () => sheetRows(kind, open, settings.fileAtMost), atLeast)) {
          const rows = parts.reduce((sum, { count }) => sum + count, 0);
          const work = approvals * (1 / ACTS_AN_HOUR + (kind === "reading" ? rows / ROWS_AN_HOUR : 0));
          unfiled.push({ kind, rows, parts, made: hour, place: draw(), filed: 0, work, approved: 0 });
          open++;
        }
      }
    // Filing takes sheets in the order of their ids, which are random.
    unfiled.sort((a, b) => a.place - b.place);
    for (const sheet of unfiled.splice(0, Math.min(GITHUB.creates, 3_600 / APART))) {
      sheet.filed = hour;
      toReview[sheet.kind].push(sheet);
    }
    let hours = rush.moderators * SHIFT;
    for (const kind of KINDS) {
      for (const sheet of toReview[kind]) {
        const done = Math.min(sheet.work, hours);
        sheet.work -= done;
        hours -= done;
        if (sheet.work > 0) break;
        sheet.approved = hour;
      }
      const left = toReview[kind].findIndex(({ work }) => work > 0);
      toAccept.push(...toReview[kind].splice(0, left < 0 ? toReview[kind].length : left));
    }
    if (hour < DAY) {
      const shown = Math.round(rush.aMinute * 60 * rush.shown);
      if (shown > 0) waiting.reading.push({ hour, count: shown });
      if (shown < rush.aMinute * 60) waiting.quiet.push({ hour, count: rush.aMinute * 60 - shown });
    }
    // A run begins at any sheet.
    const calls = GITHUB.workflowCalls - LEFT_TO_OTHERS - 2 * Math.ceil(open / PAGE);
    const seconds = APART + 2 * PUSH;
    const most = Math.max(0, Math.floor(Math.min(MOST_ANSWERS, calls, LONGEST / 1000 / seconds)));
    const from = Math.floor(draw() * toAccept.length);
    const turned = [...toAccept.slice(from), ...toAccept.slice(0, from)];
    const taken = turned.splice(0, most);
    const listed = hour + 1 + (ACCEPT.at + draw() * ACCEPT.late + (taken.length * seconds) / 60 + PUBLISH) / 60;
    toAccept = turned;
    open -= taken.length;
    for (const { kind, parts, made, filed, approved } of taken)
      for (const { hour: confirmed, count } of parts) {
        // On average in the midst of the hour.
        waits[kind].push({ hour: listed - confirmed - 0.5, count });
        const reached = [confirmed + 0.5, made, filed, approved, listed];
        for (const i of STAGES.keys()) stages[i]! += count * (reached[i + 1]! - reached[i]!);
      }
  }
  return {
    quiet: spread(waits.quiet),
    reading: spread(waits.reading),
    most: STAGES[stages.indexOf(Math.max(...stages))]!,
  };
}

/** How many rows the next sheet may have (decision 53). */
function sheetRows(kind: Sheet["kind"], open: number, fileAtMost: number): number {
  return kind === "quiet" || open > PILE ? SHEET_ROWS : fileAtMost;
}

/** Takes sheets out of what waits, until less is left than one may have at least. */
function* cut(waiting: Part[], atMost: () => number, atLeast: number): Generator<Part[]> {
  let left = waiting.reduce((sum, { count }) => sum + count, 0);
  while (left > 0 && left >= atLeast) {
    const parts: Part[] = [];
    let room = atMost();
    while (room > 0 && waiting.length > 0) {
      const [first] = waiting as [Part];
      const count = Math.min(room, first.count);
      if (count > 0) parts.push({ hour: first.hour, count });
      if (count === first.count) waiting.shift();
      else waiting[0] = { hour: first.hour, count: first.count - count };
      room -= count;
      left -= count;
    }
    yield parts;
  }
}

function spread(waits: readonly Part[]): { half: number; last: number } {
  const sorted = [...waits].sort((a, b) => a.hour - b.hour);
  const all = sorted.reduce((sum, { count }) => sum + count, 0);
  let sum = 0;
  const half = sorted.find(({ count }) => {
    sum += count;
    return sum >= all / 2;
  });
  return { half: half?.hour ?? 0, last: sorted.at(-1)?.hour ?? 0 };
}
