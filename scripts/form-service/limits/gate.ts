import type { Clock } from "../../outside/clock.ts";
import { openAllowances } from "./allowances.ts";
import type { Client } from "./client.ts";
import { openDifficulty } from "./difficulty.ts";
import { levelsOf, networkOf } from "./levels.ts";
import type { Draw } from "./lot.ts";
import type { MailBudget } from "./mail-budget.ts";
import { openRoom } from "./room.ts";

/** What a form says about the work that was done for it. */
export type Effort = {
  /** a proof of work was solved for it */
  readonly proved: boolean;
  /** it was filled in with scripts, and so a proof can be asked for */
  readonly scripts: boolean;
};

/**
 * Whether a form is taken. If not, after how many seconds it may be sent again, and the difficulty of the proof of work
 * that gets it taken as long as there is room.
 */
export type Admission = { readonly taken: true } | Refused;
export type Refused = { readonly taken: false; readonly after: number; readonly difficulty: number };

/** Takes forms of one kind, each of which leads to a mail. */
export type Gate = {
  take(client: Client, effort: Effort): Admission;
  /** Returns the difficulty of a proof for this client now. */
  difficulty(client: Client): number;
  /** Takes room for one more mail to a client whose form was taken. */
  again(client: Client): boolean;
  readonly size: number;
};

/** Seconds to wait after a lost draw: short enough for a person to stay, long enough to gain a program nothing. */
export const AFTER_A_DRAW = 5;
/** Parts of the room that forms without proof can have: on all lines, and over Tor. The rest is for those with one. */
const UNPROVED = { lines: 1 / 2, tor: 1 / 4 };
/** An allowance of fewer forms a minute would turn away people who come one by one. */
const LEAST = 10;
/** A line or a circuit is fresh if no form of it was taken for some forty minutes: most people send one form. */
const FRESH = 0.5;
/** Tor is one line. Its proofs get no harder before it has used its part of the room, nor before any line's would. */
const EASY = 2_000;

/** @param mails an hour for this kind of form */
export function openGate({
  mails,
  budget,
  clock,
  draw,
}: {
  mails: number;
  budget: MailBudget;
  clock: Clock;
  draw: Draw;
}): Gate {
  const perMinute = (part: number) => Math.max(LEAST, (mails * part) / 60);
  const tor = { allowance: perMinute(UNPROVED.tor), easy: Math.max(EASY, mails * UNPROVED.tor) };
  const allowances = openAllowances(clock, draw, perMinute(UNPROVED.lines));
  const hardness = openDifficulty(clock);
  const room = openRoom({ budget, clock, draw });
  const difficulty = (client: Client) => hardness.of(levelsOf(client, tor), room.crowding());

  return {
    take(client, { proved, scripts }) {
      const [levels, network] = [levelsOf(client, tor), networkOf(client)];
      const [line, owner] = [levels[0]!, levels.at(-1)!.key];
      // Nobody who comes without a number of a circuit, as over Tor's exits, has fewer tickets for that.
      const fresh = (client.kind === "tor" && client.circuit === undefined) || hardness.used(line) < FRESH;
      const lost = () => ({ taken: false, after: AFTER_A_DRAW, difficulty: difficulty(client) }) as const;
      if (!proved && !allowances.take(levels, { owner, scripts, fresh, tor: client.kind === "tor" })) return lost();
      const taken = room.take({ network, owner, proved });
      // Completed work counts even if there was no room.
      if (proved || taken) hardness.note(levels, owner);
      return taken ? { taken } : lost();
    },
    difficulty,
    again: (client) =>
      room.take({ network: networkOf(client), owner: levelsOf(client, tor).at(-1)!.key, proved: false }),
    get size() {
      return allowances.size + hardness.size + room.size;
    },
  };
}
