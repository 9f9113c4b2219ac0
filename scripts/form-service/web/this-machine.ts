/** Whether a socket address is this machine's own: 127.0.0.0/8, ::1, or the former written as IPv6. */
export function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address);
}

/** Whether a browser here asked for this machine. A proxy or Tor program forwards requests from elsewhere. */
export function isAskedHere(request: Request): boolean {
  return !isPassedOn(request) && isOwnHost(new URL(request.url).hostname);
}

/** Whether a request says that a proxy has passed it on. */
export function isPassedOn(request: Request): boolean {
  return HOPS.some((header) => request.headers.has(header));
}

/**
 * Whether this is one of the names that only this machine can have. Any other site may let its own name resolve to
 * 127.0.0.1, and would then read the answer as its own (DNS rebinding).
 *
 * @param hostname as `URL` returns it, an IPv6 address in brackets
 */
export function isOwnHost(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return host === "localhost" || host.endsWith(".localhost") || isLoopback(host);
}

/** Headers that proxies add. */
const HOPS = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];
