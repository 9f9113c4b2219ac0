import type { Clock } from "../../outside/clock.ts";
import { openBoundedMap } from "../store/bounded-map.ts";
import { fairShare } from "./fair-share.ts";
import { TOR } from "./levels.ts";
import { chances, type Draw } from "./lot.ts";
import type { MailBudget } from "./mail-budget.ts";
import { fade } from "./tallies.ts";

/**
 * Room for mails and waiting rows. While it lasts, every form gets a place. When it is short, networks share it: each
 * gets as much as the others or as it asks for, and Tor never less than a quarter. Within a network, forms are drawn by
 * lot, those with a proof of work with ten tickets.
 */
export type Room = {
  /** Takes a place for one mail. The memory that this takes is charged to `owner`. */
  take(form: { network: string; owner: string; proved: boolean }): boolean;
  /** Returns the demand divided by half of what is available. Above 1 the service itself makes proofs harder. */
  crowding(): number;
  readonly size: number;
};

const MINUTE = 60_000;
/** The most networks whose demand is known at a time, in some 20 megabytes. */
const CAPACITY = 100_000;
/** The part of what is available that Tor gets before all others. */
const FLOOR_OF_TOR = 1 / 4;
/** The most that one network can add to the crowding: a single one must not make proofs harder for all others. */
const ONE_NETWORK = 1 / 16;
/** The shares are computed again after so many milliseconds, or so many forms and one for every so many networks. */
const AGAIN = { after: 1_000, forms: 16, networks: 16 };

/** Forms of the last minute. */
type Demand = { readonly proved: number; readonly other: number; readonly at: number };

export function openRoom({ budget, clock, draw }: { budget: MailBudget; clock: Clock; draw: Draw }): Room {
  const demands = openBoundedMap<Demand>(CAPACITY);
  let shares = { each: Number.POSITIVE_INFINITY, tor: Number.POSITIVE_INFINITY, crowding: 0, at: 0, forms: 0 };

  function demandOf(network: string, now: number): Demand {
    const known = demands.get(network);
    if (!known) return { proved: 0, other: 0, at: now };
    const faded = (count: number) => fade(count, now - known.at, MINUTE);
    return { proved: faded(known.proved), other: faded(known.other), at: now };
  }

  function shareOut(now: number): void {
    const old = now - shares.at >= AGAIN.after || now < shares.at;
    if (!old && ++shares.forms < Math.max(AGAIN.forms, demands.size / AGAIN.networks)) return;
    const others: number[] = [];
    let tor = 0;
    for (const network of demands.keys()) {
      const { proved, other } = demandOf(network, now);
      if (network === TOR) tor = proved + other;
      else others.push(proved + other);
    }
    // As room runs out, less is given away, so that some is left for those who have not come yet.
    const rate = 2 * budget.perMinute * budget.fill();
    const together = fairShare(Float64Array.from([...others, tor]), rate);
    const floor = Math.min(tor, rate * FLOOR_OF_TOR);
    const isFloor = Math.min(tor, together) < floor;
    const capped = others.reduce((sum, demand) => sum + Math.min(demand, budget.perMinute * ONE_NETWORK), 0);
    const ofTor = Math.min(tor, budget.perMinute * FLOOR_OF_TOR);
    shares = {
      each: isFloor ? fairShare(Float64Array.from(others), rate - floor) : together,
      tor: isFloor ? floor : together,
      crowding: (2 * (capped + ofTor)) / budget.perMinute,
      at: now,
      forms: 0,
    };
  }

  return {
    take({ network, owner, proved }) {
      const now = clock.now().getTime();
      const { proved: before, other } = demandOf(network, now);
      const demand = { proved: before + (proved ? 1 : 0), other: other + (proved ? 0 : 1), at: now };
      demands.set(network, demand, owner);
      shareOut(now);
      if (budget.fill() < 1) {
        const share = network === TOR ? shares.tor : shares.each;
        const chance = chances(share, { first: demand.proved, other: demand.other });
        const own = proved ? chance.first : chance.other;
        if (own < 1 && draw() >= own) return false;
      }
      return budget.take();
    },
    crowding: () => shares.crowding,
    get size() {
      return demands.size;
    },
  };
}
