import type { Client } from "./client.ts";

/** One of the circles around a client in which forms are counted: its line, and the networks around it. */
export type Level = {
  /** under which the level is counted */
  readonly key: string;
  /** forms a minute that need no proof of work */
  readonly allowance: number;
  /** forms an hour from which on proofs get harder */
  readonly easy: number;
};

type Numbers = Omit<Level, "key">;

/**
 * IPv4. An address may stand for thousands of people (operators, VPN exits): 2,000 an hour make nothing harder. 36 a
 * minute without proof let 600 people an hour pass unnoticed, and half of them beside 5 hostile forms a second. The /24
 * around it may hold several such addresses, but not many that are busy in the same hour.
 */
const IPV4: readonly Numbers[] = [
  { allowance: 36, easy: 2_000 },
  { allowance: 60, easy: 6_000 },
];

/**
 * IPv6. A /64 is a household or a phone, but also the exit of a VPN: what is said of an IPv4 address holds up to /56.
 * Anyone can rent a /48, and whoever has a /32 has 65,536 of them: so little passes there without proof that hopping
 * through them brings less than one form in a hundred. The finer levels have less each, so that one /48 cannot use up
 * the share of all its neighbours.
 */
const IPV6: readonly Numbers[] = [
  { allowance: 5, easy: 2_000 },
  { allowance: 5, easy: 2_000 },
  { allowance: 5, easy: 4_000 },
  { allowance: 8, easy: 16_000 },
];

/** Levels of a client, from its own line to the widest network. Everybody who comes over Tor is on one line. */
export function levelsOf(client: Client, tor: Numbers): readonly Level[] {
  if (client.kind === "tor") return [{ key: TOR, ...tor }];
  const numbers = client.levels.length === IPV4.length ? IPV4 : IPV6;
  return client.levels.flatMap((key, i) => (numbers[i] ? [{ key, ...numbers[i] }] : []));
}

/** The network that what a client fills is put down to: /24, /48, or Tor as one. */
export function networkOf(client: Client): string {
  return client.kind === "tor" ? TOR : client.network;
}

/** Never a hash of an address. */
export const TOR = "tor";
