const NONE = "none.invalid";

/** The domain in ASCII as `node:url` gives it; empty for one that is not valid. */
export function domainToASCII(domain: string): string {
  const url = new URL(`ws://${NONE}`);
  // A browser passes over a host that is not valid.
  url.hostname = domain;
  return url.hostname === NONE ? "" : url.hostname;
}
