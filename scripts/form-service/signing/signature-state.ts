import { formatBase64url } from "../../letter/bytes/base64url.ts";
import { idOf, openingOf } from "../../letter/signature/derivation.ts";
import type { MainState } from "../../outside/git/host.ts";
import type { SignatureState, Store } from "../store/schema.ts";
import { hashOf } from "../store/secret-hash.ts";

/** Where a signature is, as shown to its signer. */
export type ShownState = "pending" | "accepted" | "refused" | "withdrawn" | "unknown";

/**
 * Returns the state of a withdrawal code's signature: as the service knows it, or else from the code's row on main.
 *
 * A withdrawal is told for 48 hours, as long as the service knows the code. After that the code is as good as one that
 * never was: looking up proves nothing, even while main has not applied the withdrawal yet.
 */
export async function stateOf(store: Store, main: MainState | undefined, code: string): Promise<ShownState> {
  const row = await store.query
    .selectFrom("code")
    .innerJoin("signature", "signature.id", "code.id")
    .select("signature.state")
    .where("code.code_hash", "=", hashOf(code))
    .executeTakeFirst();
  if (row) return shown(row.state);
  const leaving = await store.query
    .selectFrom("withdrawal")
    .select("id")
    .where("id", "=", idOf(openingOf(code)))
    .executeTakeFirst();
  return main && !leaving ? stateOnMain(main, code) : "unknown";
}

/** Returns the day before which a pending signature is not filed, because a backup brought it back. @param today UTC */
export async function waitsSinceRestoration(store: Store, code: string, today: string): Promise<string | undefined> {
  const row = await store.query
    .selectFrom("code")
    .innerJoin("signature", "signature.id", "code.id")
    .select("signature.wait_until")
    .where("code.code_hash", "=", hashOf(code))
    .where("signature.state", "in", ["confirmed", "aside"])
    .where("signature.wait_until", ">", today)
    .executeTakeFirst();
  return row?.wait_until ?? undefined;
}

/**
 * Returns the state from main only. The service forgets refused rows after a while, and all rows in a data loss. Main's
 * history names what was withdrawn for as long as it is kept, but nobody is told.
 */
export function stateOnMain(
  { record, settled }: MainState,
  code: string,
): Extract<ShownState, "accepted" | "refused" | "unknown"> {
  const opening = openingOf(code);
  const [text, id] = [formatBase64url(opening), idOf(opening)];
  if (record.rows.some((row) => row.opening === text)) return "accepted";
  return settled.refused.has(id) && !settled.withdrawn.has(id) ? "refused" : "unknown";
}

function shown(state: SignatureState): ShownState {
  switch (state) {
    case "confirmed":
    case "aside":
    case "filing":
    case "filed":
      return "pending";
    case "accepted":
    case "refused":
    case "withdrawn":
      return state;
    default:
      return state satisfies never;
  }
}
