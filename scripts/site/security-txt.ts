import { dayAfter } from "../letter/bytes/day.ts";
import type { LedgerDay } from "../letter/ledger/day.ts";
import type { SiteContext } from "./views/context.ts";

/** How long somebody's word that the address is read holds, in days; RFC 9116 recommends less than a year. */
const HOLDS = 360;

/**
 * `/.well-known/security.txt` (RFC 9116 §2.5): where to tell what is wrong with this site.
 *
 * It expires some time after the last day on which the organisers are known to have been there: on which the ledger grew,
 * which takes people who approve, or which `contact_checked` in `campaign.yaml` names. A clock would give other bytes at
 * every build, and would promise for ever that somebody reads the address, whether anybody is left or not.
 *
 * @returns undefined where no such day is known
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
    // The standard takes addresses of the web by https alone.
    ...(site.publicUrl.startsWith("https:") ? { Canonical: `${site.publicUrl}.well-known/security.txt` } : {}),
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join("");
}
