import { type AcceptedDay, acceptedByDay, dayOfEntry, type LedgerDay } from "../letter/ledger/day.ts";
import { isOfKind, parseEntry } from "../letter/ledger/entry.ts";
import { TILE_WIDTH } from "../letter/ledger/tile.ts";
import { shardOf } from "../letter/signature/list.ts";
import { outlined, widthOf } from "../outside/picture.ts";
import { hasSafety, hasSupport, languagesOf, type SignedRow, type SiteContext } from "./views/context.ts";
import { badgeSvg } from "./views/drawn/badge.ts";
import { embedPage } from "./views/pages/embed-page.ts";
import { feed } from "./views/pages/feed.ts";
import { type Batch, howPage } from "./views/pages/how-page.ts";
import { languagesPage } from "./views/pages/languages-page.ts";
import { letterPage } from "./views/pages/letter-page.ts";
import { messagePage } from "./views/pages/message-page.ts";
import { type OfflineParts, offlinePage } from "./views/pages/offline-page.ts";
import { privacyPage } from "./views/pages/privacy-page.ts";
import { safetyPage } from "./views/pages/safety-page.ts";
import { sharePage } from "./views/pages/share-page.ts";
import { signPage } from "./views/pages/sign-page.ts";
import { shardPage, signaturesPage } from "./views/pages/signatures-page.ts";
import { supportPage } from "./views/pages/support-page.ts";
import { takenDownPage } from "./views/pages/taken-down-page.ts";
import { verifyPage } from "./views/pages/verify-page.ts";
import { withdrawPage } from "./views/pages/withdraw-page.ts";
import type { Lang } from "./views/strings.ts";

/** A page of the static site: its path, and the function that renders it. */
export type SitePage = { readonly path: string; readonly render: () => string };

/** The part of the record that pages are rendered from. */
export type SignedRecord = {
  readonly entries: readonly string[];
  readonly rows: readonly SignedRow[];
  /** empty when the days are not known */
  readonly days: readonly LedgerDay[];
};

/**
 * Lists every page of the static site. The form service renders the pages after a form, from the same views.
 *
 * @param offline the parts embedded in the page that is saved and opened without a network
 */
export function sitePages(site: SiteContext, record: SignedRecord, offline: OfflineParts): SitePage[] {
  const [first = "en"] = languagesOf(site);
  const shards = rowsByShard(record);
  const batches = batchesOf(record);
  const days = acceptedByDay(record.entries, record.days);
  return [
    { path: "/", render: () => languagesPage(site) },
    { path: "/404.html", render: () => messagePage(site, first, { kind: "not_found" }) },
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
  {
    shards,
    batches,
    days,
  }: { shards: readonly SignedRow[][]; batches: readonly Batch[]; days: readonly AcceptedDay[] },
): SitePage[] {
  // Once the keys are destroyed, the service can no longer do what a form asks for.
  const whileHeld = (path: string, page: (site: SiteContext, lang: Lang) => string) =>
    site.stage === "destroyed" ? messagePage(site, lang, { kind: "destroyed" }, path) : page(site, lang);
  return [
    { path: `/${lang}/`, render: () => letterPage(site, lang) },
    { path: `/${lang}/sign/`, render: () => whileHeld("sign/", signPage) },
    ...listPages(site, lang, { shards, days }),
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
    { path: `/${lang}/share/`, render: () => sharePage(site, lang) },
    { path: `/${lang}/feed.xml`, render: () => feed(site, lang, batches) },
    { path: `/embed/${lang}/`, render: () => embedPage(site, lang) },
    { path: `/embed/${lang}.svg`, render: () => badgeSvg(site, lang, { measure: widthOf, outlined }) },
  ];
}

/** After the list was taken down, its pages keep their addresses and say so. */
function listPages(
  site: SiteContext,
  lang: Lang,
  { shards, days }: { shards: readonly SignedRow[][]; days: readonly AcceptedDay[] },
): SitePage[] {
  const gone = (path: string) => takenDownPage(site, lang, path);
  return [
    {
      path: `/${lang}/signatures/`,
      render: () =>
        site.takenDown ? gone("signatures/") : signaturesPage(site, lang, { shards: shards.length, days }),
    },
    ...shards.map((rows, index) => ({
      path: `/${lang}/signatures/${index + 1}/`,
      render: () =>
        site.takenDown
          ? gone(`signatures/${index + 1}/`)
          : shardPage(site, lang, { number: index + 1, shards: shards.length, rows }),
    })),
  ];
}

function rowsByShard(record: SignedRecord): SignedRow[][] {
  const shards: SignedRow[][] = Array.from({ length: Math.ceil(record.entries.length / TILE_WIDTH) }, () => []);
  for (const row of record.rows) shards[shardOf(row.index)]?.push(row);
  return shards;
}

function batchesOf({ entries, days }: SignedRecord): Batch[] {
  return entries.flatMap((line, index) => {
    const entry = isOfKind("batch", line) ? parseEntry(line) : undefined;
    return entry?.kind === "batch" ? [{ ...entry, day: dayOfEntry(index, days) }] : [];
  });
}
