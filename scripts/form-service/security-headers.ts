import { contentPolicy } from "../site/views/content-policy.ts";

/**
 * The headers of every answer: nothing is loaded from elsewhere, framed, sniffed or told to other sites.
 *
 * @param siteOrigin where style and fonts lie
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
