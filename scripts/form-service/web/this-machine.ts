/** Whether an address of a socket is this machine's own: 127.0.0.0/8, ::1, and the former written as IPv6. */
export function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address);
}

/** Whether a browser on this machine asked for this machine; a proxy or a Tor program on it brings in people from everywhere. */
export function isAskedHere(request: Request): boolean {
  if (HOPS.some((header) => request.headers.has(header))) return false;
  return isOwnHost(new URL(request.url).hostname);
}

/**
 * Whether this is one of the names of this machine that nobody else can give it: any other site may let its own name
 * lead to 127.0.0.1, and would then read the answer as its own (DNS rebinding).
 *
 * @param hostname as `URL` gives it, an IPv6 address in brackets
 */
export function isOwnHost(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return host === "localhost" || host.endsWith(".localhost") || isLoopback(host);
}

/** What proxies add. */
const HOPS = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];
