import { contentPolicy } from "../../site/views/content-policy.ts";
import type { SiteContext } from "../../site/views/context.ts";
import { EMBED_POLICY } from "../../site/views/pages/embed-page.ts";
import { robotsHeader } from "../../site/views/robots.ts";

/**
 * Returns the headers of every answer: nothing is loaded from elsewhere, framed, sniffed or leaked to other sites.
 *
 * @param siteOrigin the origin of style and fonts
 */
export function securityHeaders(siteOrigin: string, serviceOrigin: string): Readonly<Record<string, string>> {
  const siteUrl = siteOrigin === serviceOrigin ? "" : siteOrigin;
  const policy = `${contentPolicy({ siteUrl, serviceUrl: "" })}; frame-ancestors 'none'`;
  return {
    "Content-Security-Policy": policy,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy":
      "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()",
    ...(serviceOrigin.startsWith("https:") ? { "Strict-Transport-Security": "max-age=63072000" } : {}),
  };
}

/**
 * Returns the headers that differ by address. Search engines learn what they may list, other sites may frame the
 * counter, show its picture and read the counts, and Tor Browser learns where the onion service is. It does not learn
 * addresses that may hold a secret.
 *
 * @param status of the answer
 */
export function headersAt(
  path: string,
  status: number,
  site: Pick<SiteContext, "campaign">,
): Readonly<Record<string, string>> {
  return { ...robotsHeader(path, status), ...headersFor(path, site) };
}

function headersFor(path: string, { campaign }: Pick<SiteContext, "campaign">): Readonly<Record<string, string>> {
  const shared = { "Cross-Origin-Resource-Policy": "cross-origin" };
  if (path.startsWith("/embed/")) return { ...shared, "Content-Security-Policy": EMBED_POLICY };
  if (path === "/count.json") return { ...shared, "Access-Control-Allow-Origin": "*" };
  const page = /^(\/[\w-]+)*\/$/.test(path) && !path.includes("/confirm/") && !path.includes("/not-me/");
  return page && campaign.onion ? { "Onion-Location": `${campaign.onion}${path}` } : {};
}
