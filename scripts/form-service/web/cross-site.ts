/**
 * Whether a form comes from a page of our own, as far as the browser tells.
 *
 * A page with a form tells its origin, and no path, to whoever takes the form (`referrerOf` in the layout). `null` is
 * what a browser says for a frame in a sandbox, a `data:` address or a file: anybody can make one, so it is taken only
 * where `Sec-Fetch-Site` says that the page is ours. The host that was asked counts as our own: over an onion address
 * it is another than in the settings. A browser that sends neither header is let in: there is no session that another
 * site could ride on.
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
