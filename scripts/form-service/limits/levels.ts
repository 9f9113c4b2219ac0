import type { Client } from "./client.ts";

/** One of the circles around a client in which forms are counted: its line, and the networks around it. */
export type Level = {
  /** the key under which the level is counted */
  readonly key: string;
  /** forms a minute that need no proof of work */
  readonly allowance: number;
  /** forms an hour above which proofs get harder */
  readonly easy: number;
};

type Numbers = Omit<Level, "key">;

/**
 * IPv4. One address may carry thousands of people (operators, VPN exits), so 2,000 forms an hour make nothing harder.
 * 36 a minute without proof let 600 people an hour pass unnoticed, and half of them next to 5 hostile forms a second.
 * The /24 around it may hold several such addresses, but not many that are busy in the same hour.
 */
const IPV4: readonly Numbers[] = [
  { allowance: 36, easy: 2_000 },
  { allowance: 60, easy: 6_000 },
];

/**
 * IPv6. A /64 is a household or a phone, but also the exit of a VPN: up to /56 the same holds as for an IPv4 address.
 * Anyone can rent a /48, and the holder of a /32 has 65,536 of them: so few forms pass there without proof that hopping
 * through them gets less than one form in a hundred through. The finer levels have less each, so that one /48 cannot
 * use up the share of all its neighbours.
 */
const IPV6: readonly Numbers[] = [
  { allowance: 5, easy: 2_000 },
  { allowance: 5, easy: 2_000 },
  { allowance: 5, easy: 4_000 },
  { allowance: 8, easy: 16_000 },
];

/**
 * How many forms a minute of one circuit take part in the lot of all of Tor: as many as somebody sends who presses the
 * button each time the page offers it. It takes nobody by itself: every form of Tor shares the one allowance.
 */
const CIRCUIT = 12;

/**
 * Returns the levels of a client, from its own line to the widest network. All clients over Tor share one line, and a
 * circuit is a part of it.
 */
export function levelsOf(client: Client, tor: Numbers): readonly Level[] {
  if (client.kind === "tor") {
    const all = { key: TOR, ...tor };
    return client.circuit === undefined ? [all] : [{ key: client.circuit, allowance: CIRCUIT, easy: tor.easy }, all];
  }
  const numbers = client.levels.length === IPV4.length ? IPV4 : IPV6;
  return client.levels.flatMap((key, i) => (numbers[i] ? [{ key, ...numbers[i] }] : []));
}

/** Returns the network that is charged for the memory a client fills: /24, /48, or Tor as one. */
export function networkOf(client: Client): string {
  return client.kind === "tor" ? TOR : client.network;
}

/** The key of Tor, which never equals the hash of an address. */
export const TOR = "tor";
