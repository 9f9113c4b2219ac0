import type { Clock } from "../../outside/clock.ts";
import { paceOf, SLOT, slotAt } from "./budget-slots.ts";

/** The mails that may be sent for one purpose. All instances on one database share them. */
export type MailBudget = {
  /** Takes one mail, or returns false if none is left. Looks at memory only. */
  take(): boolean;
  /** How much is left: 1 and more is plenty, 0 is nothing. */
  fill(): number;
  /** Resolves when a pending lease has been settled. */
  idle(): Promise<void>;
  /** Mails that become free each minute. */
  readonly perMinute: number;
};

/** Where the mails of all instances are counted. */
export type MailLedger = {
  /**
   * Takes up to `wanted` mails from what is left for all, and returns what is left after that. Mails that the instance
   * still holds from an earlier slot are moved to the current one, where they will be spent.
   */
  lease(wanted: number, inHand: InHand): Promise<Lease>;
};

/** `rows`: the share of waiting rows that are free, from 0 to 1. */
export type Lease = { readonly mails: number; readonly left: number; readonly rows: number };

/** Mails that an instance has leased and not spent. */
export type InHand = { readonly slot: number; readonly mails: number };

/** An instance leases this part of an hour's mails at once, at least a few: a form needs no statement of its own. */
const BLOCK = { part: 1 / 60, least: 20 };
/** Room is short below half of what can leave at once, or below an eighth of all rows. */
const SHORT = { mails: 1 / 2, rows: 1 / 8 };
/** After so many milliseconds, the instance looks up what others have taken meanwhile. */
const LOOK_AFTER = 5_000;

/** @param trouble is called when the ledger cannot be reached: until it can, only leased mails are taken */
export async function openMailBudget(
  { mails, clock, ledger }: { mails: number; clock: Clock; ledger: MailLedger },
  trouble: (cause: unknown) => void = () => {},
): Promise<MailBudget> {
  const { atOnce, perMinute } = paceOf(mails);
  const block = Math.max(BLOCK.least, Math.round(mails * BLOCK.part));
  const now = () => clock.now().getTime();
  let [inHand, known, asked] = [0, { left: 0, rows: 0 }, now()];
  let renewal: Promise<void> | undefined;

  async function renew(): Promise<void> {
    const moment = now();
    try {
      const lease = await ledger.lease(Math.max(0, block - inHand), { slot: slotAt(asked), mails: inHand });
      inHand += lease.mails;
      [known, asked] = [lease, moment];
    } catch (cause) {
      trouble(cause);
    }
  }
  await renew();

  return {
    perMinute,
    take() {
      const passed = now() - asked;
      const isOld = passed >= LOOK_AFTER || passed < 0 || slotAt(asked) !== slotAt(now());
      if (inHand < block / 2 || isOld) {
        renewal ??= renew().finally(() => {
          renewal = undefined;
        });
      }
      if (inHand < 1) return false;
      inHand--;
      return true;
    },
    idle: async () => renewal,
    fill() {
      const since = Math.min(SLOT, Math.max(0, now() - asked));
      const left = Math.min(atOnce, known.left + inHand + (perMinute * since) / 60_000);
      return Math.max(0, Math.min(left / (atOnce * SHORT.mails), known.rows / SHORT.rows));
    },
  };
}
