import { type AcceptedDay, acceptedByDay, dayOfEntry, type LedgerDay } from "../letter/ledger/day.ts";
import { isOfKind, parseEntry } from "../letter/ledger/entry.ts";
import type { LedgerOutline } from "../letter/ledger/outline.ts";
import { TILE_WIDTH } from "../letter/ledger/tile.ts";
import { outlined, widthOf } from "../outside/picture.ts";
import { hasSafety, hasSupport, hasUpdates, languagesOf, type SiteContext } from "./views/context.ts";
import { badgeSvg } from "./views/drawn/badge.ts";
import { embedPage } from "./views/pages/embed-page.ts";
import { feed } from "./views/pages/feed.ts";
import { type Batch, howPage } from "./views/pages/how-page.ts";
import { languagesPage } from "./views/pages/languages-page.ts";
import { letterPage } from "./views/pages/letter-page.ts";
import { messagePage } from "./views/pages/message-page.ts";
import { notFoundPage } from "./views/pages/not-found-page.ts";
import { type OfflineParts, offlinePage } from "./views/pages/offline-page.ts";
import { pressPage } from "./views/pages/press-page.ts";
import { privacyPage } from "./views/pages/privacy-page.ts";
import { safetyPage } from "./views/pages/safety-page.ts";
import { sharePage } from "./views/pages/share-page.ts";
import { signPage } from "./views/pages/sign-page.ts";
import { signaturesPage } from "./views/pages/signatures-page.ts";
import { supportPage } from "./views/pages/support-page.ts";
import { takenDownPage } from "./views/pages/taken-down-page.ts";
import { updatesPage } from "./views/pages/updates-page.ts";
import { verifyPage } from "./views/pages/verify-page.ts";
import { withdrawPage } from "./views/pages/withdraw-page.ts";
import type { Lang } from "./views/strings.ts";

/** A page of the static site: its path, and the function that renders it. */
export type SitePage = { readonly path: string; readonly render: () => string };

/** The ledger as pages tell of it. */
export type ToldLedger = {
  readonly outline: LedgerOutline;
  /** empty when the days are not known */
  readonly days: readonly LedgerDay[];
};

/**
 * Lists every page of the static site but the numbered ones of the list, which `writeList` writes. The form service
 * renders the pages after a form, from the same views.
 *
 * @param offline the parts embedded in the page that is saved and opened without a network
 */
export function sitePages(site: SiteContext, ledger: ToldLedger, offline: OfflineParts): SitePage[] {
  const [first = "en"] = languagesOf(site);
  const shards = Math.ceil(ledger.outline.size / TILE_WIDTH);
  const batches = batchesOf(ledger);
  const days = acceptedByDay(ledger.outline, ledger.days);
  return [
    { path: "/", render: () => languagesPage(site) },
    { path: "/404.html", render: () => notFoundPage(site) },
    ...(site.takenDown ? [{ path: "/list/", render: () => takenDownPage(site, first) }] : []),
    { path: "/embed/", render: () => embedPage(site, first) },
    ...languagesOf(site).flatMap((lang) => pagesIn(site, lang, { shards, batches, days })),
    ...languagesOf(site).map((lang) => ({
      path: `/${lang}/verify/offline.html`,
      render: () => offlinePage(lang, site.keys.ledger, offline),
    })),
  ];
}

function pagesIn(
  site: SiteContext,
  lang: Lang,
  { shards, batches, days }: { shards: number; batches: readonly Batch[]; days: readonly AcceptedDay[] },
): SitePage[] {
  // Once the keys are destroyed, the service can no longer do what a form asks for.
  const whileHeld = (path: string, page: (site: SiteContext, lang: Lang) => string) =>
    site.stage === "destroyed" ? messagePage(site, lang, { kind: "destroyed" }, path) : page(site, lang);
  return [
    { path: `/${lang}/`, render: () => letterPage(site, lang) },
    { path: `/${lang}/sign/`, render: () => whileHeld("sign/", signPage) },
    // After the list was taken down, its pages keep their addresses and say so.
    {
      path: `/${lang}/signatures/`,
      render: () => (site.takenDown ? takenDownPage(site, lang) : signaturesPage(site, lang, { shards, days })),
    },
    { path: `/${lang}/verify/`, render: () => verifyPage(site, lang) },
    { path: `/${lang}/how/`, render: () => howPage(site, lang, { batches }) },
    // Whose name is still public can leave with the code, for which nothing that was destroyed is needed.
    {
      path: `/${lang}/withdraw/`,
      render: () => (site.takenDown ? whileHeld("withdraw/", withdrawPage) : withdrawPage(site, lang)),
    },
    { path: `/${lang}/privacy/`, render: () => privacyPage(site, lang) },
    ...(hasSafety(site, lang) ? [{ path: `/${lang}/safety/`, render: () => safetyPage(site, lang) }] : []),
    ...(hasSupport(site, lang) ? [{ path: `/${lang}/support/`, render: () => supportPage(site, lang) }] : []),
    ...(hasUpdates(site, lang) ? [{ path: `/${lang}/updates/`, render: () => updatesPage(site, lang) }] : []),
    { path: `/${lang}/press/`, render: () => pressPage(site, lang) },
    { path: `/${lang}/share/`, render: () => sharePage(site, lang) },
    { path: `/${lang}/feed.xml`, render: () => feed(site, lang, batches) },
    { path: `/embed/${lang}/`, render: () => embedPage(site, lang) },
    { path: `/embed/${lang}.svg`, render: () => badgeSvg(site, lang, { measure: widthOf, outlined }) },
  ];
}

function batchesOf({ outline, days }: ToldLedger): Batch[] {
  return outline.others.flatMap(({ index, line }) => {
    const entry = isOfKind("batch", line) ? parseEntry(line) : undefined;
    return entry?.kind === "batch" ? [{ ...entry, day: dayOfEntry(index, days) }] : [];
  });
}
