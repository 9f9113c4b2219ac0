import type { Stage } from "../../letter/ledger/signing.ts";
import type { PublicKeys } from "../../letter/published/files.ts";
import type { ListRow } from "../../letter/signature/list.ts";
import type { Totals } from "../../letter/signature/record.ts";
import type { Campaign } from "../../letter/text/campaign.ts";
import type { Letter } from "../../letter/text/letter-text.ts";
import type { Settings } from "../../outside/settings.ts";
import type { PageTexts } from "./page-texts.ts";
import type { Lang } from "./strings.ts";

/** What every page needs to know; the same for the site's build and for the form service. */
export type SiteContext = {
  readonly campaign: Campaign;
  readonly letters: Readonly<Record<Lang, Letter>>;
  readonly texts: Readonly<Record<Lang, PageTexts>>;
  /** Put before a path of the site, without a slash at the end: "" on one origin, "https://…" or "/folder" otherwise. */
  readonly siteUrl: string;
  /** Put before a path of the form service, likewise. */
  readonly serviceUrl: string;
  /** Address that a reader can give to `npm run verify`. */
  readonly publicUrl: string;
  readonly keys: PublicKeys;
  /** The sealed details can be opened by whoever has this machine. */
  readonly demoCustodian: boolean;
  /** Mails are shown under /inbox/ and not sent. */
  readonly capturedMail: boolean;
  /** What the record held when the page was made; the service may not know. */
  readonly totals?: Totals | undefined;
  readonly newest?: readonly SignedRow[] | undefined;
  /** how far the ledger says that the letter has come; the service looks it up when it is asked */
  readonly stage?: Stage | undefined;
  /** live rows that signed an earlier text than the letter shown */
  readonly earlier?: number | undefined;
};

/** A row of the list, and the edition of the letter that it signed. */
export type SignedRow = ListRow & { readonly edition: string };

/** The context of pages that the site or the form service answers with. */
export function siteContext(given: {
  content: Pick<SiteContext, "campaign" | "letters" | "texts">;
  settings: Pick<Settings, "siteUrl" | "serviceUrl" | "mail">;
  keys: PublicKeys;
  at: "site" | "service";
  totals?: Totals;
  newest?: readonly SignedRow[];
  stage?: Stage;
  earlier?: number;
}): SiteContext {
  const { content, settings, keys, at, totals, newest, stage, earlier } = given;
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
    earlier,
  };
}

// On one origin a path is enough, so that the same pages work under another name too, such as an onion address.
function prefix(url: string, here: string): string {
  const { origin, pathname } = new URL(url);
  return origin === new URL(here).origin ? pathname.replace(/\/$/, "") : url;
}

/** The languages of the campaign, the default one first. */
export function languagesOf(site: SiteContext): Lang[] {
  return site.campaign.languages as unknown as Lang[];
}
