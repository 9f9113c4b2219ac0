import { sha256 } from "../../letter/bytes/hash.ts";

/**
 * Returns the policy that a page loads from and sends forms to our own hosts only. It is in the head of every page,
 * because a static host may not let us set headers; the form service also sends it as a header.
 *
 * @param site the addresses of the site and of the form service; a path, or nothing, means the page's own host
 */
export function contentPolicy({ siteUrl, serviceUrl }: { siteUrl: string; serviceUrl: string }): string {
  const own = `'self'${elsewhere(siteUrl)}`;
  return [
    "default-src 'none'",
    `style-src ${own}`,
    `font-src ${own}`,
    `img-src ${own}`,
    `script-src ${own}`,
    `connect-src ${own}`,
    `form-action 'self'${elsewhere(serviceUrl)}`,
    "base-uri 'none'",
  ].join("; ");
}

/** What lets a policy take an inline style or script with exactly this text. */
export function inlineSource(text: string): string {
  return `'sha256-${Buffer.from(sha256(text)).toString("base64")}'`;
}

function elsewhere(url: string): string {
  return URL.canParse(url) ? ` ${new URL(url).origin}` : "";
}
