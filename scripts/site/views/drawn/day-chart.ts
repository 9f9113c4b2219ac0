import { dayAfter } from "../../../letter/bytes/day.ts";
import type { AcceptedDay } from "../../../letter/ledger/day.ts";
import { dayElement, dayInShort, dayInWords } from "../dates.ts";
import { fill, type Html, html } from "../html.ts";
import { numeral } from "../numerals.ts";
import { type Lang, stringsIn } from "../strings.ts";
import { barChart } from "./chart.ts";

/** Renders the signatures by the day of their batch's publication, as chart and table; nothing if no day is known. */
export function dayChart(lang: Lang, days: readonly AcceptedDay[]): Html {
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return html``;
  const { by_day, by_day_text, by_day_table, day, count } = stringsIn(lang).signatures;
  const most = days.reduce((a, b) => (b.accepted > a.accepted ? b : a));
  const description = fill(by_day_text, {
    first: dayInWords(lang, first.day),
    last: dayInWords(lang, last.day),
    n: numeral(lang, most.accepted),
    most: dayInWords(lang, most.day),
  });
  const chart = barChart(lang, {
    id: "by-day",
    title: by_day,
    description: description.toString().replace(/<[^<>]*>/g, ""),
    parts: [by_day],
    bars: everyDay(first.day, last.day).map((each) => ({
      label: dayInShort(lang, each),
      values: [days.find(({ day }) => day === each)?.accepted ?? 0],
    })),
  });
  const rows = days.toReversed();
  return html`${chart}
<details><summary>${by_day_table}</summary><table><caption class="hidden">${by_day}</caption><thead><tr><th scope="col">${day}</th><th scope="col">${count}</th></tr></thead>
<tbody>${rows.map((each) => html`<tr><th scope="row">${dayElement(lang, each.day)}</th><td>${numeral(lang, each.accepted)}</td></tr>\n`)}</tbody></table></details>`;
}

// Days without a batch keep their place, so that the chart shows the gaps.
function everyDay(first: string, last: string): string[] {
  const days = [first];
  while (days.at(-1)! < last) days.push(dayAfter(days.at(-1)!, 1));
  return days;
}
