/**
 * Returns the origin of an onion service from the `Host` of a request; undefined for any other host. Tor decides which
 * onion services exist, so that any name below `.onion` counts: what a page says about itself follows from how it was
 * reached, not from a setting. Only the characters of a host name pass, because the origin is written into pages.
 */
export function onionOrigin(host: string | null): string | undefined {
  return host !== null && ONION.test(host) ? `http://${host.toLowerCase()}` : undefined;
}

const ONION = /^([a-z0-9-]{1,63}\.){1,8}onion(:\d{1,5})?$/i;

/**
 * Stands for the onion address in a site that is built before it is known. It can belong to nobody: the address of an
 * onion service ends with "d" (rend-spec-v3, version 3).
 */
export const UNNAMED_ONION = `http://${"a".repeat(56)}.onion`;
