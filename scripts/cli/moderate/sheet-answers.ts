import type { HeldDecisions } from "../../accept/desk/held-decisions.ts";
import { findRows, hasDecided, pageOf, type ReadRow, readingList } from "../../accept/desk/reading-list.ts";
import type { LocalCampaign } from "../../accept/local-campaign.ts";
import {
  approvalOf,
  assertReviewable,
  foreseeReview,
  recordReview,
  rejectionOf,
  TAKEN_BACK,
  type Verdict,
} from "../../accept/local-review.ts";
import type { ReviewDesk, ReviewedSheet } from "../../accept/open-sheets.ts";
import { UNATTESTED } from "../../accept/sheet-notes.ts";
import { page, seeOther } from "../../form-service/web/answers.ts";
import { readForm } from "../../form-service/web/form-body.ts";
import { printable } from "../../letter/bytes/printable.ts";
import { isRefusalCode } from "../../letter/review/order.ts";
import type { SignaturesSheet } from "../../letter/signature/sheet.ts";
import { showsName } from "../../letter/signature/shown.ts";
import type { SiteContext } from "../../site/views/context.ts";
import {
  newsPage,
  type ReviewNews,
  type SheetView,
  sheetPage,
  type WaitingSheet,
} from "../../site/views/pages/review-page.ts";
import type { Lang } from "../../site/views/strings.ts";

/** What the review needs of a campaign. */
export type ReviewCampaign = Pick<LocalCampaign, "host" | "acceptor" | "day">;

/** What the answer to a request for a sheet is made of. */
type Asked = {
  readonly site: SiteContext;
  readonly lang: Lang;
  readonly campaign: ReviewCampaign;
  readonly desk: ReviewDesk;
  readonly held: HeldDecisions;
  /** what is to be said on the next page */
  readonly news: ReviewNews[];
  /** as in the address */
  readonly sheet: string;
};

/** Which rows of a sheet are on a page. */
type Part = { readonly page: number; readonly all: boolean; readonly words: string };

/** Returns the open sheets for the first page. */
export function waitingSheets({ sheets }: Pick<ReviewDesk, "sheets">, held: HeldDecisions): WaitingSheet[] {
  return sheets.map((reviewed): WaitingSheet => {
    const { open, sheet, quarantined, judgement } = reviewed;
    const common = { sheet: printable(open.sheet), quarantined };
    if (judgement.state === "unattested") return { ...common, state: "broken", reason: UNATTESTED };
    if (judgement.state === "invalid" && !judgement.mayReview)
      return { ...common, state: "broken", reason: printable(judgement.reason) };
    if (sheet?.kind !== "signatures") return { ...common, state: "withdrawals" };
    const read = sheet.rows.filter(({ shown }) => showsName(shown)).length;
    return { ...common, state: "open", rows: sheet.rows.length, read, held: held.of(open.sheet) !== undefined };
  });
}

/** Answers a request for a sheet: shows it, or does what its form says. */
export async function answerSheet(asked: Asked, request: Request): Promise<Response> {
  const { site, lang, desk, news } = asked;
  const reviewed = desk.sheets.find(({ open }) => open.sheet === asked.sheet);
  if (reviewed === undefined) return page(newsPage(site, lang, news.pop() ?? { kind: "gone" }), 404);
  const sheet = assertReviewable(reviewed);
  if (request.method === "GET") {
    const query = new URL(request.url).searchParams;
    const part = { page: Number(query.get("page")), all: query.get("all") === "1", words: "" };
    return page(sheetPage(site, lang, viewOf(asked, reviewed, sheet, part), news.pop()));
  }
  const body = await readForm(request);
  if ("refused" in body) return page(newsPage(site, lang, { kind: "strange" }), body.refused);
  if (body.form.get("commit") !== reviewed.open.commit) return page(newsPage(site, lang, { kind: "changed" }), 409);
  return act(asked, reviewed, sheet, body.form);
}

async function act(
  asked: Asked,
  reviewed: ReviewedSheet,
  sheet: SignaturesSheet,
  form: URLSearchParams,
): Promise<Response> {
  const { site, lang, campaign, desk, held, news } = asked;
  const { open } = reviewed;
  const wanted = form.get("do");
  const part = { page: Number(form.get("page")), all: form.get("all") === "1", words: form.get("words") ?? "" };
  const hold = (verdict: Verdict) => {
    held.hold({ sheet: open.sheet, commit: open.commit, verdict });
    return seeOther(addressOf(asked, { ...part, page: 1 }));
  };
  if (wanted === "now") {
    // The next page waits for it.
    void held.recordNow(open.sheet);
    return seeOther(`${site.siteUrl}/${lang}/`);
  }
  if (wanted === "back") {
    // What is recorded and not gone from here waits, and is taken back there.
    if (!held.takeBack(open.sheet)) await recordReview(campaign, desk, reviewed, TAKEN_BACK);
    news.push({ kind: "taken back" });
    return seeOther(addressOf(asked, part));
  }
  // Whatever button was pressed: nobody who has chosen a reason beside a row may see that row on the list.
  const orders = ordersIn(form, sheet);
  if (orders === undefined) return page(newsPage(site, lang, { kind: "strange" }), 400);
  if (orders.length > 0) await recordReview(campaign, desk, reviewed, { state: "commented", body: orders.join("\n") });
  switch (wanted) {
    case "approve":
      return hold(approvalOf(reviewed, []));
    case "reject": {
      const code = form.get("reject") ?? "";
      if (isRefusalCode(code)) return hold(rejectionOf(reviewed, code));
      news.push({ kind: "no code" });
      return seeOther(addressOf(asked, part));
    }
    case "next":
    case "previous":
    case "record":
    case "search":
    case "all":
    case "read": {
      if (orders.length > 0) news.push({ kind: "recorded" });
      const next = { ...part, ...TURNS[wanted](part) };
      if (part.words.trim() === "") return seeOther(addressOf(asked, next));
      // The words are somebody's name: they must not be in an address, so this answer is a page and no redirect.
      const again = await withOrders(asked, reviewed, orders);
      return page(sheetPage(site, lang, viewOf(asked, again, sheet, next), news.pop()));
    }
    default:
      return page(newsPage(site, lang, { kind: "strange" }), 400);
  }
}

/** Which part a button shows next. */
type Turn = "next" | "previous" | "record" | "search" | "all" | "read";
const TURNS: Readonly<Record<Turn, (part: Part) => Partial<Part>>> = {
  next: ({ page }) => ({ page: page + 1 }),
  previous: ({ page }) => ({ page: page - 1 }),
  record: () => ({}),
  search: () => ({ page: 1 }),
  all: () => ({ all: true }),
  read: () => ({ all: false }),
};

/** The sheet with the orders that were recorded just now. */
async function withOrders(
  { campaign }: Asked,
  reviewed: ReviewedSheet,
  orders: readonly string[],
): Promise<ReviewedSheet> {
  if (orders.length === 0) return reviewed;
  const open = (await campaign.host.openSheets()).find(({ sheet }) => sheet === reviewed.open.sheet);
  return { ...reviewed, open: open ?? reviewed.open };
}

/**
 * Reads what a moderator has chosen beside rows, as orders; undefined when it names a reason that there is not. Only what
 * differs from what the page showed counts: a page that was opened earlier in another tab must not take a refusal back.
 */
function ordersIn(form: URLSearchParams, { rows }: SignaturesSheet): string[] | undefined {
  const was = new Map((form.get("was") ?? "").split(" ").map((one) => one.split(":") as [string, string]));
  const chosen = rows.flatMap(({ id }) => {
    const code = form.get(id);
    return code === null || code === (was.get(id) ?? "") ? [] : [{ id, code }];
  });
  if (chosen.some(({ code }) => code !== "" && !isRefusalCode(code))) return undefined;
  return chosen.map(({ id, code }) => (code === "" ? `keep ${id}` : `refuse ${id} ${code}`));
}

function viewOf(
  { desk, held }: Asked,
  reviewed: ReviewedSheet,
  sheet: SignaturesSheet,
  { page, all, words }: Part,
): SheetView {
  const { open, quarantined } = reviewed;
  const list = readingList(desk, reviewed, sheet);
  const found = findRows(list, words);
  const first = new Set<ReadRow>(found.first);
  const shown = pageOf([...found.first, ...found.more, ...(all ? found.unseen : [])], page);
  const read = sheet.rows.filter((row) => showsName(row.shown)).length;
  const everyRow = [...list.first, ...list.more, ...list.unseen];
  return {
    sheet: open.sheet,
    commit: open.commit,
    quarantined,
    all,
    words,
    counts: {
      rows: sheet.rows.length,
      read,
      first: list.first.length,
      unseen: list.unseen.length,
      refused: everyRow.filter(({ refused }) => refused !== undefined).length,
    },
    first: shown.rows.filter((row) => first.has(row)),
    others: shown.rows.filter((row) => !first.has(row)),
    page: shown.page,
    pages: shown.pages,
    decided: decidedOn(desk, held, reviewed),
  };
}

function decidedOn(desk: ReviewDesk, held: HeldDecisions, reviewed: ReviewedSheet): SheetView["decided"] {
  const decision = held.of(reviewed.open.sheet);
  if (decision === undefined) return hasDecided(desk, reviewed) ? "waits" : undefined;
  const foreseen = foreseeReview(desk, reviewed, decision.verdict);
  if (foreseen.state === "waiting") return { held: { why: foreseen.why } };
  const { accepted, refused, withdrawn, elsewhere } = foreseen;
  return { held: { accepted, refused, leftOut: withdrawn + elsewhere } };
}

function addressOf({ site, lang, sheet }: Asked, { page, all }: Part): string {
  const query = [...(page > 1 ? [`page=${page}`] : []), ...(all ? ["all=1"] : [])].join("&");
  return `${site.siteUrl}/${lang}/sheet/${sheet}/${query && `?${query}`}`;
}
