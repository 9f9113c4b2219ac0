/**
 * Whether a form comes from a page of our own, as far as the browser tells.
 *
 * Our pages send no referrer, so browsers say `Origin: null` even for their own forms; `Sec-Fetch-Site` then decides.
 * The host that was asked counts as our own: over an onion address it is another than in the settings. A browser that
 * sends neither header is let in: there is no session that another site could ride on.
 *
 * @param origins of the site and the service, as in the settings
 */
export function isOwnPost(request: Request, origins: readonly string[]): boolean {
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== "null") {
    const host = request.headers.get("host") ?? new URL(request.url).host;
    return origins.includes(origin) || hostOf(origin) === host;
  }
  const from = request.headers.get("sec-fetch-site");
  if (from === null || from === "same-origin" || from === "none") return true;
  // Where site and service have two origins, forms of the site come from another one, and say null.
  return new Set(origins).size > 1;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
