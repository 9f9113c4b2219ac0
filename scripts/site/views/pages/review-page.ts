import type { SettledBefore } from "../../../letter/review/acceptance.ts";
import { REFUSAL_CODES, type RefusalCode } from "../../../letter/review/order.ts";
import { CODE_WORDS, FLAG_WORDS } from "../../../letter/review/reasons.ts";
import type { Flag } from "../../../letter/signature/flag.ts";
import type { PublicFields } from "../../../letter/signature/row.ts";
import { showsName } from "../../../letter/signature/shown.ts";
import type { SiteContext } from "../context.ts";
import { dayInShort } from "../dates.ts";
import { fill, type Html, html, prose } from "../html.ts";
import { layout } from "../layout.ts";
import { numeral, plural } from "../numerals.ts";
import { type Lang, stringsIn } from "../strings.ts";

/** A row that a moderator reads. */
export type ReviewRow = PublicFields & {
  readonly id: string;
  readonly flags: readonly Flag[];
  readonly remark: { readonly settled: SettledBefore } | { readonly elsewhere: readonly string[] } | undefined;
  readonly refused: RefusalCode | undefined;
};

/** What became of the rows of a sheet, or will. */
export type ReviewCounts = { readonly accepted: number; readonly refused: number; readonly leftOut: number };

/** What a page of the review says above all else. Reasons are English sentences of the program. */
export type ReviewNews =
  | { readonly kind: "recorded" | "taken back" | "gone" | "strange" | "changed" | "no code" }
  | ({ readonly kind: "settled"; readonly sheet: string; readonly listed: number } & ReviewCounts)
  | { readonly kind: "waits"; readonly sheet: string; readonly approvals: number | undefined }
  | { readonly kind: "failed"; readonly sheet: string; readonly reason: string };

/** One sheet among those that wait. */
export type WaitingSheet = {
  readonly sheet: string;
  readonly quarantined: boolean;
} & (
  | { readonly state: "open"; readonly rows: number; readonly read: number; readonly held: boolean }
  | { readonly state: "withdrawals" }
  | { readonly state: "broken"; readonly reason: string }
);

/** A sheet with the rows of one page. */
export type SheetView = {
  readonly sheet: string;
  readonly commit: string;
  readonly quarantined: boolean;
  readonly counts: Readonly<Record<"rows" | "read" | "first" | "refused" | "unseen", number>>;
  /** the rows to look at first, and the others, as far as they are on this page */
  readonly first: readonly ReviewRow[];
  readonly others: readonly ReviewRow[];
  readonly page: number;
  readonly pages: number;
  /** whether rows that show nothing are among them */
  readonly all: boolean;
  readonly words: string;
  /** a decision that is not recorded yet, with what it would do; or one that is recorded while the sheet waits */
  readonly decided?: { readonly held: ReviewCounts | { readonly why: string } } | "waits" | undefined;
};

/** Renders the list of the sheets that wait. */
export function deskPage(
  site: SiteContext,
  lang: Lang,
  { sheets, news }: { sheets: readonly WaitingSheet[]; news: readonly ReviewNews[] },
): string {
  const { review } = stringsIn(lang);
  return reviewLayout(site, lang, {
    path: "",
    body: html`<h1>${review.title}</h1>
<p>${prose(review.own)}</p>
${news.map((one) => newsBox(lang, one))}${sheets.length === 0 && html`<p>${review.none}</p>`}${sheets.map((sheet) => waiting(site, lang, sheet))}`,
  });
}

function waiting(site: SiteContext, lang: Lang, sheet: WaitingSheet): Html {
  const { review } = stringsIn(lang);
  const name = isolated(sheet.sheet);
  const title = html`<h2>${fill(review.sheet, { sheet: name })}</h2>
${sheet.quarantined && html`<p><strong>${review.quarantine}</strong></p>\n`}`;
  if (sheet.state === "withdrawals") return html`${title}<p>${review.withdrawals}</p>\n`;
  if (sheet.state === "broken")
    return html`${title}<p>${review.broken} ${reason(sheet.reason)}</p>
<p>${review.broken_help} <bdi dir="ltr"><code>npm run moderate -- refile ${sheet.sheet}</code></bdi></p>\n`;
  const { rows, read, held } = sheet;
  const unread = plural(lang, rows - read, review.unseen);
  return html`${title}<p>${fill(unread, { n: numeral(lang, rows - read) })}${held && html` <strong>${review.held}.</strong>`}</p>
<p class="acts"><a class="btn alt" href="${site.siteUrl}/${lang}/sheet/${sheet.sheet}/"><span>${fill(review.open, { sheet: isolated(sheet.sheet.slice(0, 8)) })}</span></a></p>\n`;
}

/** Renders a sheet: its rows with a choice beside each, and the decision about the whole sheet. */
export function sheetPage(site: SiteContext, lang: Lang, view: SheetView, news?: ReviewNews): string {
  const { review } = stringsIn(lang);
  const { counts, decided } = view;
  const numbers = Object.fromEntries(Object.entries(counts).map(([key, n]) => [key, numeral(lang, n)]));
  return reviewLayout(site, lang, {
    path: `sheet/${view.sheet}/`,
    failed: news?.kind === "no code",
    body: html`<p><a href="${site.siteUrl}/${lang}/">${review.all_sheets}</a></p>
${news && newsBox(lang, news)}<h1>${fill(review.sheet, { sheet: isolated(view.sheet) })}</h1>
${view.quarantined && html`<div class="bad"><p>${review.quarantine}</p></div>\n`}<p>${fill(review.counts, numbers)}</p>
${decided === undefined ? choices(site, lang, view) : decision(site, lang, view, decided)}`,
  });
}

/** Renders a page that only says something. */
export function newsPage(site: SiteContext, lang: Lang, news: ReviewNews): string {
  const { review } = stringsIn(lang);
  return reviewLayout(site, lang, {
    path: "",
    body: html`<h1>${review.title}</h1>
${newsBox(lang, news)}<p><a href="${site.siteUrl}/${lang}/">${review.all_sheets}</a></p>`,
  });
}

function reviewLayout(site: SiteContext, lang: Lang, page: { path: string; body: Html; failed?: boolean }): string {
  // Neutral: nothing in the tab, the history or the frame says which letter is reviewed here.
  const { title } = stringsIn(lang).review;
  return layout(site, lang, { title, neutral: true, at: "site", broad: true, ...page });
}

function decision(
  site: SiteContext,
  lang: Lang,
  view: SheetView,
  decided: Exclude<SheetView["decided"], undefined>,
): Html {
  const { review } = stringsIn(lang);
  const held = decided === "waits" ? undefined : decided.held;
  const would = held && ("why" in held ? html`${review.would_wait} ${reason(held.why)}` : counted(lang, held));
  const said =
    held === undefined
      ? html`<p>${review.waits}</p>`
      : html`<h2>${review.held}</h2>
<p>${would}</p>
<p>${review.held_text}</p>`;
  return html`<div class="note">${said}</div>
${form(site, lang, view)}<p class="acts">${held && html`<button type="submit" class="btn" name="do" value="now">${review.record_now}</button>`}
<button type="submit" class="btn alt" name="do" value="back">${review.take_back}</button></p>
</form>`;
}

function choices(site: SiteContext, lang: Lang, view: SheetView): Html {
  const { review } = stringsIn(lang);
  const { counts, first, others, all, page, pages, words } = view;
  const was = [...first, ...others].flatMap(({ id, refused }) => (refused === undefined ? [] : [`${id}:${refused}`]));
  const empty = first.length + others.length === 0;
  const here = numeral(lang, page);
  // The first button of a form is the one that the Enter key presses.
  return html`${form(site, lang, view)}<div class="f"><label for="words">${review.search}</label>
<input id="words" name="words" type="text" dir="auto" autocomplete="off" spellcheck="false" maxlength="200" value="${words}"></div>
<p class="acts"><button type="submit" class="btn alt" name="do" value="search">${review.search_button}</button></p>
<input type="hidden" name="was" value="${was.join(" ")}">
${empty && html`<p>${words === "" ? review.nothing_to_read : review.nothing_found}</p>\n`}${rowsOf(lang, review.first, first, review.hints)}${rowsOf(lang, first.length > 0 ? review.others : "", others)}
${
  counts.unseen > 0 &&
  html`<p>${fill(plural(lang, counts.unseen, review.unseen), { n: numeral(lang, counts.unseen) })}
<button type="submit" class="plain" name="do" value="${all ? "read" : "all"}">${all ? review.show_read : review.show_all}</button></p>\n`
}${pages > 1 && html`<p>${fill(review.page, { page: here, pages: numeral(lang, pages) })}</p>\n`}${
  !empty &&
  html`<p class="acts"><button type="submit" class="btn alt" name="do" value="record">${review.record}</button>
${page > 1 && html`<button type="submit" class="btn alt" name="do" value="previous">${review.previous}</button>\n`}${page < pages && html`<button type="submit" class="btn alt" name="do" value="next">${review.next}</button>`}</p>\n`
}<h2 id="decide">${review.decide}</h2>
<p>${review.decide_text}</p>
<p class="acts"><button type="submit" class="btn" name="do" value="approve">${review.approve}</button></p>
<h2>${review.reject}</h2>
<div class="f"><label for="reject">${review.reject_code}</label>
${select(lang, { name: "reject", none: review.reject_choose })}</div>
<p class="acts"><button type="submit" class="btn alt" name="do" value="reject">${review.reject}</button></p>
</form>`;
}

function form(site: SiteContext, lang: Lang, { sheet, commit, page, all }: SheetView): Html {
  // A browser must neither remember what was typed, since it is a name, nor put old choices into a page that it loads again.
  return html`<form method="post" action="${site.siteUrl}/${lang}/sheet/${sheet}/" autocomplete="off">
<input type="hidden" name="commit" value="${commit}"><input type="hidden" name="page" value="${page}"><input type="hidden" name="all" value="${all && "1"}">
`;
}

function rowsOf(lang: Lang, title: string, rows: readonly ReviewRow[], hint?: string): Html {
  if (rows.length === 0) return html``;
  return html`${title !== "" && html`<h2>${title}</h2>\n`}${hint !== undefined && html`<p>${hint}</p>\n`}${rows.map((row) => rowOf(lang, row))}`;
}

function rowOf(lang: Lang, row: ReviewRow): Html {
  const { review } = stringsIn(lang);
  const { id, shown, name, place, signed, refused } = row;
  const why = [...row.flags.map((flag) => html`${FLAG_WORDS[lang][flag]}`), ...remarkOn(lang, row)];
  // A name is in whatever language; its own letters say the direction.
  const title = showsName(shown)
    ? html`<bdi>${name}</bdi>${place !== "" && html` <small><bdi>${place}</bdi></small>`}`
    : html`${review.shown[shown]}`;
  return html`<div class="${refused === undefined ? "f" : "f no"}"><label for="${id}">${title}</label>
${why.map((one) => html`<p class="err">${one}</p>\n`)}<p class="hint" id="${id}-hint">${shown === "initials" && html`${review.shown.initials} · `}${signed !== "" && html`${dayInShort(lang, signed)} · `}${isolated(id)}</p>
${select(lang, { name: id, none: review.not_refused, chosen: refused, described: `${id}-hint` })}</div>
`;
}

function remarkOn(lang: Lang, { remark }: ReviewRow): Html[] {
  const { review } = stringsIn(lang);
  if (remark === undefined) return [];
  if ("settled" in remark) return [html`${review.settled[remark.settled]}`];
  return [fill(review.elsewhere, { sheets: isolated(remark.elsewhere.join(", ")) })];
}

function select(
  lang: Lang,
  {
    name,
    none,
    chosen,
    described,
  }: { name: string; none: string; chosen?: RefusalCode | undefined; described?: string },
): Html {
  const options = REFUSAL_CODES.map(
    (code) => html`<option value="${code}"${code === chosen && html` selected`}>${CODE_WORDS[lang][code]}</option>`,
  );
  return html`<select id="${name}" name="${name}" autocomplete="off"${described !== undefined && html` aria-describedby="${described}"`}><option value="">${none}</option>${options}</select>`;
}

function newsBox(lang: Lang, news: ReviewNews): Html {
  const { review } = stringsIn(lang);
  switch (news.kind) {
    case "recorded":
      return box("good", html`<p>${review.recorded}</p>`);
    case "taken back":
      return box("good", html`<p>${review.taken_back}</p>`);
    case "gone":
      return box("bad", html`<p>${review.gone}</p>`);
    case "strange":
      return box("bad", html`<p>${review.strange}</p>`);
    case "changed":
      return box("bad", html`<p>${review.changed}</p>`);
    case "no code":
      return box("bad", html`<ul><li><a href="#reject">${review.reject_none}</a></li></ul>`);
    case "settled":
      return box(
        "good",
        html`<h2>${review.done}</h2>
<p>${fill(review.sheet, { sheet: isolated(news.sheet) })}: ${counted(lang, news)} ${fill(review.listed, { n: numeral(lang, news.listed) })}</p>`,
      );
    case "waits":
      return box(
        "note",
        html`<p>${fill(review.sheet, { sheet: isolated(news.sheet) })}: ${review.waits} ${news.approvals === undefined ? review.held_back : fill(review.waits_for, { n: numeral(lang, news.approvals) })}</p>`,
      );
    case "failed":
      return box(
        "bad",
        html`<p>${fill(review.sheet, { sheet: isolated(news.sheet) })}: ${review.failed} ${reason(news.reason)}</p>`,
      );
    default:
      return news satisfies never;
  }
}

function box(look: "good" | "bad" | "note", body: Html): Html {
  return html`<div class="${look}" role="${look === "bad" ? "alert" : "status"}">${body}</div>\n`;
}

function counted(lang: Lang, { accepted, refused, leftOut }: ReviewCounts): Html {
  const [n, m, o] = [accepted, refused, leftOut].map((count) => numeral(lang, count)) as [string, string, string];
  return fill(stringsIn(lang).review.would, { accepted: n, refused: m, left_out: o });
}

/** An id or the name of a branch, which anyone who can push may have chosen. */
function isolated(text: string): Html {
  return html`<bdi dir="ltr"><code>${text}</code></bdi>`;
}

/** What the program says about a fault; it says that in English. */
function reason(text: string): Html {
  return html`<bdi lang="en" dir="ltr">${text}</bdi>`;
}
