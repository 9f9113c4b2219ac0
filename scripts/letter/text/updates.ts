import { isDay } from "../bytes/day.ts";
import { withAsciiDigits } from "../bytes/digits.ts";

/** One piece of news of the letter. */
export type Update = {
  /** `YYYY-MM-DD` */
  readonly day: string;
  /** HTML, as `body` is */
  readonly title: string;
  readonly body: string;
};

/**
 * Parses `content/LANG/updates.md` after it was rendered as HTML. Each piece of news begins with a heading of the second
 * level, `## 2026-12-03 The petition is live`; a Persian text may have Persian digits there.
 *
 * @returns the news, the newest first, those of one day in the order of the file; and the first words of each part of the
 *   text that belongs to none
 */
export function parseUpdates(markup: string): { updates: Update[]; strays: string[] } {
  const updates: Update[] = [];
  const strays: string[] = [];
  for (const part of markup.split(/(?=<h2>)/).filter((each) => each.trim() !== "")) {
    const [, written = "", title = "", body = ""] = /^<h2>(\S{10}) (.+?)<\/h2>\s*([\s\S]*)$/.exec(part) ?? [];
    const day = withAsciiDigits(written);
    if (isDay(day)) updates.push({ day, title, body: body.trim() });
    else strays.push(wordsOf(part).slice(0, 40));
  }
  return { updates: updates.toSorted((a, b) => Number(a.day < b.day) - Number(a.day > b.day)), strays };
}

function wordsOf(markup: string): string {
  return markup.replace(/<[^<>]*>/g, "").trim();
}
