/**
 * Whether a form comes from a page of our own, as far as the browser says.
 *
 * A page with a form sends its origin, and no path, with the form (`referrerOf` in the layout). A browser sends `null`
 * for a sandboxed frame, a `data:` address or a file. Anyone can make one, so it is accepted only if `Sec-Fetch-Site`
 * says that the page is ours. The requested host counts as our own: over an onion address it differs from the settings.
 * A browser that sends neither header is accepted: there is no session that another site could exploit.
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
  if (from === null) return origin === null;
  return from === "same-origin" || from === "none";
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
