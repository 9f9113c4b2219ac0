import type { SiteContext } from "../context.ts";
import { barChart } from "../drawn/chart.ts";
import { endDays, staysAfter } from "../end-days.ts";
import { fill, type Html, html, prose, trusted } from "../html.ts";
import { layout } from "../layout.ts";
import { numeral, plural, told } from "../numerals.ts";
import { type Lang, stringsIn } from "../strings.ts";
import { takenDownSection } from "../taken-down.ts";
import { verifyCommand } from "../verify-tools.ts";
import { checkpoint } from "./verify-page.ts";

/** A batch of the ledger, and the day on which it was published if that is known. */
export type Batch = {
  readonly filed: number;
  readonly refused: number;
  readonly leftOut: number;
  readonly day?: string | undefined;
};

/** The page that explains what happens to a signature, what became of every batch, and how to check it without us. */
export function howPage(site: SiteContext, lang: Lang, { batches }: { batches: readonly Batch[] }): string {
  const { how, privacy } = stringsIn(lang);
  return layout(site, lang, {
    title: how.title,
    path: "how/",
    at: "site",
    lasting: true,
    body: html`<h1>${how.title}</h1>
${takenDownSection(site, lang)}${trusted(site.texts[lang].how)}
<h2>${privacy.end}</h2>
${endDays(site, lang) ?? html`<p>${privacy.no_days}</p>`}
<p>${staysAfter(site, lang)}</p>
<h2>${how.batches}</h2>
${batches.length === 0 ? html`<p>${how.no_batches}</p>` : html`${chart(lang, batches)}\n${table(lang, batches)}`}
${withdrawn(site, lang)}
<h2>${how.without_us}</h2>
${checkpoint(site, lang)}
<p>${prose(how.without_us_text)}</p>
<p class="command" dir="ltr"><code>${verifyCommand(site)}</code></p>
<p><a href="${site.siteUrl}/${lang}/verify/">${how.to_verify}</a></p>`,
  });
}

const accepted = ({ filed, refused, leftOut }: Batch) => filed - refused - leftOut;

function chart(lang: Lang, batches: readonly Batch[]): Html {
  const { how } = stringsIn(lang);
  const sum = (of: (batch: Batch) => number) =>
    numeral(
      lang,
      batches.reduce((total, batch) => total + of(batch), 0),
    );
  const description = fill(how.chart_text, {
    batches: numeral(lang, batches.length),
    filed: sum(({ filed }) => filed),
    accepted: sum(accepted),
    refused: sum(({ refused }) => refused),
    left_out: sum(({ leftOut }) => leftOut),
  });
  return barChart(lang, {
    id: "batches",
    title: how.chart,
    description: description.toString().replace(/<[^<>]*>/g, ""),
    parts: [how.accepted, how.refused, how.left_out],
    bars: batches.map((batch, i) => ({
      label: numeral(lang, i + 1),
      values: [accepted(batch), batch.refused, batch.leftOut],
    })),
  });
}

function table(lang: Lang, batches: readonly Batch[]): Html {
  const { how } = stringsIn(lang);
  const heads = [how.batch, how.filed, how.accepted, how.refused, how.left_out];
  const rows = batches.map((batch, index) =>
    [index + 1, batch.filed, accepted(batch), batch.refused, batch.leftOut].map((cell) => numeral(lang, cell)),
  );
  return html`<section class="scroll" aria-label="${how.batches}" tabindex="0"><table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map(([first, ...cells]) => html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody></table></section>`;
}

function withdrawn(site: SiteContext, lang: Lang): Html {
  if (!site.totals) return html``;
  const { how, signatures } = stringsIn(lang);
  const n = site.totals.withdrawn;
  return html`<h2>${how.withdrawn}</h2>
<p>${fill(plural(lang, n, signatures.withdrawn), { n: told(lang, "withdrawn", n) })} ${prose(how.withdrawn_text)}</p>`;
}
