import { createHmac, createSecretKey } from "node:crypto";
import { sql } from "kysely";
import type { Clock } from "../../outside/clock.ts";
import { causeOf, type Log } from "../../outside/log.ts";
import type { ClockWatch } from "../store/clock-watch.ts";
import type { Query, Store } from "../store/schema.ts";
import { mailsLeft, SLOTS, slotAt } from "./budget-slots.ts";
import { type MailBudget, type MailLedger, openMailBudget } from "./mail-budget.ts";

/** What mails are sent for, and its part of an hour's. Few withdraw, but a flood of forms must not stop them. */
export const PARTS = { sign: 4 / 5, leave: 1 / 5 } as const;
export type Purpose = keyof typeof PARTS;

/** Rows live for two days, and for up to three after a restart. */
const DAYS = 3;
const DAY = 86_400_000;
/** The most submissions that may wait at a time, whatever mails there are: some 500 MB. */
export const WAITING_ROWS = 500_000;

type Deps = {
  readonly store: Store;
  readonly clock: Clock;
  readonly watch?: Pick<ClockWatch, "judge"> | undefined;
  readonly pepper: Uint8Array;
};

/** Opens the budgets of `MAILS_AN_HOUR`, which all instances on the database share. */
export async function openMailBudgets(
  deps: Deps & { readonly log: Log },
  mailsAnHour: number,
): Promise<{ readonly [purpose in Purpose]: MailBudget }> {
  const open = (purpose: Purpose) => {
    const mails = mailsAnHour * PARTS[purpose];
    const ledger = openMailLedger(deps, purpose, mails);
    return openMailBudget({ mails, clock: deps.clock, ledger }, (cause) =>
      deps.log.warn(causeOf(cause), "the mails of the hour could not be counted"),
    );
  };
  return { sign: await open("sign"), leave: await open("leave") };
}

/**
 * Opens the ledger in the database. Its keys are HMACs of the slots, so that a stolen database does not show when a
 * signer signed. Anything over an hour old is deleted, and counts go up by whole blocks.
 */
function openMailLedger({ store, clock, watch, pepper }: Deps, purpose: Purpose, mailsAnHour: number): MailLedger {
  const secret = createSecretKey(pepper);
  const keyOf = (what: string, number: number) =>
    createHmac("sha256", secret).update(`undersigned/v1/mails ${what} ${number}`).digest("hex").slice(0, 32);
  const lastOf = (what: string, last: number, count: number) =>
    Array.from({ length: count }, (_, i) => keyOf(what, last - count + 1 + i));
  let tidied = 0;

  return {
    lease: (wanted, inHand) =>
      store.change(async (query) => {
        const now = clock.now().getTime();
        const slots = lastOf(purpose, slotAt(now), SLOTS);
        const days = lastOf("rows", Math.floor(now / DAY), DAYS);
        const before = keyOf(purpose, inHand.slot);
        const moved = before === slots.at(-1) || !slots.includes(before) ? 0 : inHand.mails;
        // This locks the row: two instances must not take the same mails.
        await add(query, slots.at(-1)!, moved);
        if (moved > 0) await add(query, before, -moved);
        const rows = await query
          .selectFrom("mail_budget")
          .selectAll()
          .where("slot", "in", [...slots, ...days])
          .execute();
        const counts = new Map(rows.map(({ slot, mails }) => [slot, Number(mails)]));
        const left = mailsLeft(
          mailsAnHour,
          slots.map((slot) => counts.get(slot) ?? 0),
          now,
        );
        const waiting = days.reduce((sum, day) => sum + (counts.get(day) ?? 0), 0);
        const free = purpose === "sign" ? WAITING_ROWS - waiting : WAITING_ROWS;
        const mails = Math.max(0, Math.min(wanted, Math.floor(left), free));
        if (mails > 0) await add(query, slots.at(-1)!, mails);
        if (mails > 0 && purpose === "sign") await add(query, days.at(-1)!, mails);
        // Counts of another day may be those of today, by a clock that is doubted.
        if (tidied !== slotAt(now) && watch?.judge().mayDelete !== false) {
          const living = (["sign", "leave"] as const).flatMap((one) => lastOf(one, slotAt(now), SLOTS));
          await query
            .deleteFrom("mail_budget")
            .where("slot", "not in", [...living, ...days])
            .execute();
        }
        tidied = slotAt(now);
        return { mails, left: left - mails, rows: Math.max(0, free - mails) / WAITING_ROWS };
      }),
  };
}

async function add(query: Query, slot: string, mails: number): Promise<void> {
  await query
    .insertInto("mail_budget")
    .values({ slot, mails })
    .onConflict((conflict) => conflict.column("slot").doUpdateSet({ mails: sql`mail_budget.mails + ${mails}` }))
    .execute();
}
