import { createHash, timingSafeEqual } from "node:crypto";
import { type HeldDecision, openHeldDecisions } from "../../accept/desk/held-decisions.ts";
import { decideSheet } from "../../accept/local-review.ts";
import { type ReviewDesk, readReviewDesk } from "../../accept/open-sheets.ts";
import { seeOther } from "../../form-service/web/answers.ts";
import { isOwnPost } from "../../form-service/web/cross-site.ts";
import { preferredLanguage } from "../../form-service/web/preferred-language.ts";
import { securityHeaders } from "../../form-service/web/security-headers.ts";
import { staticFile } from "../../form-service/web/static-files.ts";
import { isAskedHere } from "../../form-service/web/this-machine.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { causeOf, type Log } from "../../outside/log.ts";
import { languagesOf, type SiteContext } from "../../site/views/context.ts";
import { deskPage, newsPage, type ReviewNews } from "../../site/views/pages/review-page.ts";
import { isLang, type Lang } from "../../site/views/strings.ts";
import { answerSheet, type ReviewCampaign, waitingSheets } from "./sheet-answers.ts";

/** What the review of a campaign is made of. */
export type ReviewParts = {
  /** Opens the campaign as it is now, with today's day. */
  readonly open: () => Promise<ReviewCampaign>;
  readonly site: SiteContext;
  /** the secret part of every address */
  readonly token: string;
  /** the folder with the site's style, fonts and script */
  readonly assets: string;
  readonly later: Parameters<typeof openHeldDecisions>[1];
  readonly log: Log;
};

/** The pages on which a moderator reviews the sheets of this machine. */
export type ReviewApp = {
  fetch(request: Request): Promise<Response>;
  /** records every decision that is still held */
  close(): Promise<void>;
};

/**
 * Creates the review. Only who knows the token gets an answer: other users of this machine can connect too, and so can any
 * page in a browser here. Each of these is refused before anything of the campaign is read:
 *
 * - a request for a name that is not this machine's own, such as a name of somebody else's that resolves to 127.0.0.1 (DNS
 *   rebinding), and one that a proxy passes on;
 * - an address without the token;
 * - a form from another origin.
 */
export function createReviewApp(parts: ReviewParts): ReviewApp {
  const { token, log } = parts;
  const site = { ...parts.site, siteUrl: `/${token}`, serviceUrl: `/${token}` };
  const headers = { ...securityHeaders("", ""), "Cache-Control": "no-store" };
  const news: ReviewNews[] = [];
  const held = openHeldDecisions(async (decision) => {
    news.push(await record(parts, decision));
  }, parts.later);
  const readDesk = deskReader(parts);

  async function answer(request: Request): Promise<Response> {
    if (!isAskedHere(request)) return refusal(403);
    const [first = "", second = "", ...rest] = new URL(request.url).pathname.slice(1).split("/");
    if (!isSame(first, token)) return refusal(404);
    const languages = languagesOf(site);
    if (second === "")
      return seeOther(`/${token}/${preferredLanguage(languages, request.headers.get("accept-language"))}/`);
    if (second === "assets") return (await asset(parts.assets, request, rest)) ?? refusal(404);
    const lang = languages.find((known) => known === second);
    if (lang === undefined || !isLang(lang)) return refusal(404);
    if (!["GET", "POST"].includes(request.method)) return refusal(405);
    if (request.method === "POST" && !isOwnPost(request, []))
      return page(newsPage(site, lang, { kind: "strange" }), 403);
    // Nobody is told that something is taken back or refused while the sheet is being accepted.
    return held.inTurn(() => inLanguage(request, lang, rest));
  }

  async function inLanguage(request: Request, lang: Lang, [room, sheet = "", end]: string[]): Promise<Response> {
    const now = await readDesk();
    if (room === "" && request.method === "GET")
      return page(deskPage(site, lang, { sheets: waitingSheets(now.desk, held), news: news.splice(0) }));
    if (room !== "sheet" || end !== "") return refusal(404);
    return answerSheet({ site, lang, held, news, ...now, sheet }, request);
  }

  return {
    async fetch(request) {
      const response = await answer(request).catch((cause) => {
        log.warn(causeOf(cause), "a page of the review failed");
        const reason =
          cause instanceof LetterError ? cause.message : "unexpected: the log on the terminal may say more";
        const [lang = "en"] = languagesOf(site);
        return page(newsPage(site, lang, { kind: "failed", sheet: "", reason }), 500);
      });
      for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
      return response;
    },
    close: held.recordAll,
  };
}

/** Returns what reads the open sheets, and reads them again only when something was filed, reviewed or merged. */
function deskReader({ open }: ReviewParts) {
  let known: { campaign: ReviewCampaign; desk: ReviewDesk; refs: string } | undefined;
  return async () => {
    const campaign = await open();
    const refs = `${campaign.day} ${await campaign.host.refs()}`;
    if (known?.refs !== refs) known = { campaign, desk: await readReviewDesk(campaign), refs };
    return known;
  };
}

/** Records a decision for the sheet as it is now, and says what came of it. */
async function record({ open, log }: ReviewParts, { sheet, commit, verdict }: HeldDecision): Promise<ReviewNews> {
  try {
    const campaign = await open();
    const desk = await readReviewDesk(campaign);
    const reviewed = desk.sheets.find(({ open }) => open.sheet === sheet && open.commit === commit);
    if (reviewed === undefined) return { kind: "gone" };
    const outcome = await decideSheet(campaign, desk, reviewed, verdict);
    if (outcome.state !== "settled")
      return { kind: "waits", sheet, approvals: outcome.state === "waiting" ? outcome.approvals : undefined };
    const { accepted, refused, withdrawn, elsewhere, listed } = outcome;
    return { kind: "settled", sheet, accepted, refused, leftOut: withdrawn + elsewhere, listed };
  } catch (cause) {
    log.warn(causeOf(cause), "a decision could not be recorded");
    return { kind: "failed", sheet, reason: cause instanceof LetterError ? cause.message : "unexpected" };
  }
}

async function asset(folder: string, request: Request, path: readonly string[]): Promise<Response | undefined> {
  if (request.method !== "GET") return undefined;
  return staticFile(folder, new Request(new URL(`/${path.join("/")}`, request.url), { headers: request.headers }));
}

function page(html: string, status = 200): Response {
  return new Response(html, { status, headers: { "Content-Type": "text/html; charset=utf-8" } });
}

/** An answer that says nothing about what is here. */
function refusal(status: 403 | 404 | 405): Response {
  return new Response(`${status}\n`, { status, headers: { "Content-Type": "text/plain; charset=utf-8" } });
}

// Digests, so that the time that the comparison takes says nothing about the token, nor its length.
function isSame(typed: string, token: string): boolean {
  const [a, b] = [typed, token].map((text) => createHash("sha256").update(text).digest()) as [Buffer, Buffer];
  return timingSafeEqual(a, b);
}
