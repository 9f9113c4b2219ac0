import { isIPv4, isIPv6 } from "node:net";

/**
 * Returns the canonical spelling of an IP address as sockets and proxies write it: with a port, in brackets, with a
 * zone, or IPv4 written as IPv6. IPv6 is returned as eight groups; undefined for anything else.
 */
export function parseAddress(text: string): string | undefined {
  const bare = text
    .trim()
    .replace(/^\[(.*)\](:\d+)?$/, "$1")
    .replace(/^([\d.]+):\d+$/, "$1")
    .replace(/%.*/s, "");
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return undefined;
  if (bare === "::1") return bare;
  // A URL normalises all spellings of an address.
  const [head = "", tail] = new URL(`http://[${bare}]/`).hostname.slice(1, -1).split("::");
  const groups = (part: string | undefined) => part?.split(":").filter(Boolean) ?? [];
  const [first, last] = [groups(head), groups(tail)];
  const all = [...first, ...Array<string>(8 - first.length - last.length).fill("0"), ...last];
  if (all.slice(0, 6).join(":") !== "0:0:0:0:0:ffff") return all.join(":");
  return all
    .slice(6)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 255])
    .join(".");
}

/**
 * Returns the networks around an address, the narrowest first.
 *
 * IPv4: the address itself, because all customers of a mobile operator may share a few of them and a wider prefix would
 * join whole towns; around it /24. IPv6: /64, the least that a customer gets (RFC 6177, RIPE-690), with countless
 * addresses in it; around it /56 and /48, which customers get too, and /32, which is a whole operator's.
 */
export function levelsOf(address: string): readonly string[] {
  if (isIPv4(address)) return [address, networkOf(address)];
  const groups = address.split(":");
  const half = Number.parseInt(groups[3] ?? "0", 16) >> 8;
  return [
    `${groups.slice(0, 4).join(":")}/64`,
    `${groups.slice(0, 3).join(":")}:${half.toString(16)}/56`,
    networkOf(address),
    `${groups.slice(0, 2).join(":")}/32`,
  ];
}

/** Returns the network that an address belongs to: /24, or /48 in IPv6. */
export function networkOf(address: string): string {
  if (isIPv4(address)) return `${address.split(".").slice(0, 3).join(".")}/24`;
  return `${address.split(":").slice(0, 3).join(":")}/48`;
}
