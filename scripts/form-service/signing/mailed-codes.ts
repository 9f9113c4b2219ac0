import { type CodePurpose, mailedCodeOf } from "../../letter/signature/derivation.ts";
import { mailboxOf } from "../../letter/signature/email.ts";
import type { Clock } from "../../outside/clock.ts";
import type { Random } from "../../outside/random.ts";
import { KEPT_FOR } from "../store/due-hour.ts";
import type { Query, Store } from "../store/schema.ts";

/** How long a code is valid, and how long every form for one mailbox gets the same code, in milliseconds. */
export const CODE_LIFE = KEPT_FOR;

/** The codes of a mailbox that work now, for each purpose. The first is the one that is mailed now. */
export type CodesOfMailbox = Readonly<Record<CodePurpose, readonly string[]>>;

/** The codes of mailboxes: the same for every form in a window of 48 hours, on every instance. */
export type MailedCodes = { of(email: string): Promise<CodesOfMailbox> };

/** Opens the codes under the window keys of this database. The first instance to need a window's key generates it. */
export function openMailedCodes(store: Store, clock: Clock, random: Random): MailedCodes {
  let known: { window: number; keys: readonly Uint8Array[] } | undefined;

  async function windowKeys(): Promise<readonly Uint8Array[]> {
    const window = windowAt(clock.now());
    if (known?.window === window) return known.keys;
    const fresh = random(32);
    const keys = await store.change(async (query) => {
      await query
        .insertInto("window_key")
        .values({ number: window, key: fresh })
        .onConflict((conflict) => conflict.column("number").doNothing())
        .execute();
      return query
        .selectFrom("window_key")
        .select("key")
        .where("number", "in", [window, window - 1])
        .orderBy("number", "desc")
        .execute();
    });
    known = { window, keys: keys.map(({ key }) => new Uint8Array(key)) };
    return known.keys;
  }

  return {
    async of(email) {
      const mailbox = mailboxOf(email);
      const keys = await windowKeys();
      const codes = (purpose: CodePurpose) => keys.map((key) => mailedCodeOf(key, purpose, mailbox));
      return { confirm: codes("confirm"), leave: codes("leave") };
    },
  };
}

/** Deletes the keys whose last code has expired, at an age of 96 hours or more. */
export async function deleteOldWindowKeys(query: Query, now: Date): Promise<void> {
  await query
    .deleteFrom("window_key")
    .where("number", "<", windowAt(now) - 1)
    .execute();
}

function windowAt(now: Date): number {
  return Math.floor(now.getTime() / CODE_LIFE);
}
