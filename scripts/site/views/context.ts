import type { Stage } from "../../letter/ledger/signing.ts";
import type { PublicKeys } from "../../letter/published/files.ts";
import type { ListRow } from "../../letter/signature/list.ts";
import type { Totals } from "../../letter/signature/record.ts";
import type { Campaign } from "../../letter/text/campaign.ts";
import type { Letter } from "../../letter/text/letter-text.ts";
import type { Settings } from "../../outside/settings.ts";
import type { PageTexts } from "./page-texts.ts";
import type { Lang } from "./strings.ts";

/** What every page needs, both in the site's build and in the form service. */
export type SiteContext = {
  readonly campaign: Campaign;
  readonly letters: Readonly<Record<Lang, Letter>>;
  readonly texts: Readonly<Record<Lang, PageTexts>>;
  /** Prefix of the site's paths, without a slash at the end: "" on one origin, "https://…" or "/folder" otherwise. */
  readonly siteUrl: string;
  /** Prefix of the form service's paths, likewise. */
  readonly serviceUrl: string;
  /** The address that a reader can pass to `npm run verify`. */
  readonly publicUrl: string;
  readonly keys: PublicKeys;
  /** No recipient is named: details are sealed for the demonstration identities, which anyone with this machine can open. */
  readonly demoCustodian: boolean;
  /** Mails are shown under /inbox/ instead of being sent. */
  readonly capturedMail: boolean;
  /** The totals of the record when the page was rendered; the service may not know them. */
  readonly totals?: Totals | undefined;
  /** Some rows of the list, the newest first. */
  readonly newest?: readonly SignedRow[] | undefined;
  /** The stage of the letter according to the ledger; the service looks it up for each request. */
  readonly stage?: Stage | undefined;
  /** The list was taken down with the purge, on this day if it is known; undefined while there is a list. */
  readonly takenDown?: TakenDown | undefined;
  /** The number of live rows that signed an earlier text than the letter shown. */
  readonly earlier?: number | undefined;
};

/** When the list was taken down. */
export type TakenDown = { readonly day?: string | undefined };

/** A row of the list with the edition of the letter that it signed. */
export type SignedRow = ListRow & { readonly edition: string };

/** Creates the context for the pages of the site or of the form service. */
export function siteContext(given: {
  content: Pick<SiteContext, "campaign" | "letters" | "texts">;
  settings: Pick<Settings, "siteUrl" | "serviceUrl" | "mail">;
  keys: PublicKeys;
  at: "site" | "service";
  totals?: Totals;
  newest?: readonly SignedRow[];
  stage?: Stage;
  takenDown?: TakenDown | undefined;
  earlier?: number;
}): SiteContext {
  const { content, settings, keys, at, totals, newest, stage, takenDown, earlier } = given;
  const here = at === "site" ? settings.siteUrl : settings.serviceUrl;
  return {
    campaign: content.campaign,
    letters: content.letters,
    texts: content.texts,
    siteUrl: prefix(settings.siteUrl, here),
    serviceUrl: prefix(settings.serviceUrl, here),
    publicUrl: `${settings.siteUrl}/`,
    keys,
    demoCustodian: content.campaign.recipient.age.length === 0,
    capturedMail: settings.mail.kind === "capture",
    totals,
    newest,
    stage,
    takenDown,
    earlier,
  };
}

/**
 * Returns the same site as an onion service: everything is on one origin, and nothing links to its other addresses. Nor
 * does it offer the onion service to Tor Browser: the reader is already there.
 */
export function onOneOrigin(site: SiteContext, origin: string): SiteContext {
  const { onion: _, ...campaign } = site.campaign;
  return { ...site, campaign, siteUrl: "", serviceUrl: "", publicUrl: `${origin}/` };
}

// On one origin a path is enough, and the same pages also work under another name, such as an onion address.
function prefix(url: string, here: string): string {
  const { origin, pathname } = new URL(url);
  return origin === new URL(here).origin ? pathname.replace(/\/$/, "") : url;
}

/** Whether the site has the page about staying safe. */
export function hasSafety(site: SiteContext, lang: Lang): boolean {
  return site.texts[lang]["staying-safe"] !== "";
}

/** Whether the site has the page that says where to find support. */
export function hasSupport(site: SiteContext, lang: Lang): boolean {
  return site.texts[lang].support !== "";
}

/** Whether there is any news of the letter. */
export function hasUpdates(site: SiteContext, lang: Lang): boolean {
  return site.texts[lang].updates !== "";
}

/** Returns the languages of the campaign, the default one first. */
export function languagesOf(site: SiteContext): Lang[] {
  return site.campaign.languages as unknown as Lang[];
}
