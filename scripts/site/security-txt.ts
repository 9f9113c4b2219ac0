import { dayAfter } from "../letter/bytes/day.ts";
import type { LedgerDay } from "../letter/ledger/day.ts";
import type { SiteContext } from "./views/context.ts";

/** The days for which the contact address is assumed to be read; RFC 9116 recommends less than a year. */
const HOLDS = 360;

/**
 * Formats `/.well-known/security.txt` (RFC 9116 §2.5): where to report a vulnerability of this site.
 *
 * It expires some time after the last day on which the organisers are known to have been active: a day on which the
 * ledger grew, which takes moderators, or the day of `contact_checked` in `campaign.yaml`. If the expiry depended on
 * the clock, every build would write other bytes, and the file would stay valid when no one reads the address any more.
 *
 * @returns undefined when no such day is known
 */
export function securityTxt(site: SiteContext, days: readonly LedgerDay[]): string | undefined {
  const { contact, contact_checked, languages } = site.campaign;
  const known = [contact_checked, days.at(-1)?.day].flatMap((day) => day ?? []).sort();
  const last = known.at(-1);
  if (last === undefined) return undefined;
  const lines = {
    Contact: `mailto:${contact}`,
    Expires: `${dayAfter(last, HOLDS)}T00:00:00Z`,
    "Preferred-Languages": languages.join(", "),
    // RFC 9116 allows web addresses only with https.
    ...(site.publicUrl.startsWith("https:") ? { Canonical: `${site.publicUrl}.well-known/security.txt` } : {}),
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join("");
}
