import { createSecretKey, type KeyObject } from "node:crypto";
import { dayOf } from "../../letter/bytes/day.ts";
import type { Clock } from "../../outside/clock.ts";
import { levelsOf, networkOf, parseAddress } from "../../outside/network-address.ts";
import type { Random } from "../../outside/random.ts";
import { keyedHash } from "../store/secret-hash.ts";

/**
 * Where a request comes from, as far as the limits need to know: hashes under a key that is generated each day and kept
 * in memory only, so that an address cannot be derived from them, nor today's hash linked to yesterday's.
 */
export type Client =
  | {
      readonly kind: "line";
      readonly line: string;
      /** /24, or in IPv6 /48 */
      readonly network: string;
      /** from the line to the widest network: IPv4 /32 and /24, IPv6 /64, /56, /48 and /32 */
      readonly levels: readonly string[];
      /** Returns the network, hashed under a key of the caller's that outlives the day and that all instances share. */
      networkUnder(key: string): string;
      /** the address is not known: many clients may share this line */
      readonly unknown?: true;
    }
  | {
      readonly kind: "tor";
      /** the circuit, where Tor tells them apart; hashed like a line */
      readonly circuit?: string;
    };

/** A connection that came in where only the Tor program of this machine leads: see `tor-door.ts`. */
export type ByTor = {
  /** the number of the circuit, where Tor tells it */
  readonly circuit?: string | undefined;
};

/** Determines where requests come from. */
export type Clients = {
  /**
   * @param peer address at the other end of the socket
   * @param byTor what is known of the connection, never of the request: anybody may write a header
   */
  of(request: Request, peer: string | undefined, byTor?: ByTor): Client;
};

/**
 * @param trustProxy the last hop of `X-Forwarded-For` is the client; anyone may have written what precedes it
 * @param isTorExit whether an address is one where Tor leaves its network
 * @param warn is called once, when a proxy is trusted and a request comes without the header
 */
export function openClients(given: {
  readonly trustProxy: boolean;
  readonly isTorExit: (address: string) => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly warn?: () => void;
}): Clients {
  let warn = given.warn;
  let day = "";
  let key: KeyObject | undefined;
  return {
    of(request, peer, byTor) {
      const today = dayOf(given.clock.now());
      if (key === undefined || today !== day) [day, key] = [today, createSecretKey(given.random(32))];
      const dayKey = key;
      if (byTor !== undefined) {
        const { circuit } = byTor;
        return circuit === undefined ? { kind: "tor" } : { kind: "tor", circuit: keyedHash(dayKey, `tor ${circuit}`) };
      }
      const forwarded = given.trustProxy ? request.headers.get("x-forwarded-for")?.split(",").at(-1) : undefined;
      if (given.trustProxy && forwarded === undefined) {
        warn?.();
        warn = undefined;
      }
      const address = parseAddress(forwarded ?? peer ?? "");
      if (address !== undefined && (isOnion(request, address) || given.isTorExit(address))) return { kind: "tor" };
      const levels = (address === undefined ? UNKNOWN : levelsOf(address)).map((level) => keyedHash(dayKey, level));
      const around = address === undefined ? UNKNOWN[1] : networkOf(address);
      const networkUnder = (key: string) => keyedHash(key, around);
      const client = {
        kind: "line",
        line: levels[0]!,
        network: keyedHash(dayKey, around),
        levels,
        networkUnder,
      } as const;
      return address === undefined ? { ...client, unknown: true } : client;
    },
  };
}

/** All clients whose address cannot be read share one line. */
const UNKNOWN = ["unknown", "unknown network"] as const;

/** Requests to an onion service come from the Tor program on this machine, for a host that is reached only over Tor. */
function isOnion(request: Request, address: string): boolean {
  const host = request.headers.get("host") ?? new URL(request.url).host;
  return (address === "::1" || address.startsWith("127.")) && /\.onion(:\d+)?$/i.test(host);
}
