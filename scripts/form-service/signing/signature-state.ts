import { formatBase64url } from "../../letter/bytes/base64url.ts";
import { idOf, openingOf } from "../../letter/signature/derivation.ts";
import type { MainState } from "../../outside/git/host.ts";
import type { SignatureState, Store } from "../store/schema.ts";
import { hashOf } from "../store/secret-hash.ts";

/** Where a signature is, as shown to its signer. */
export type ShownState = "pending" | "accepted" | "refused" | "withdrawn" | "unknown";

/** Where a signature is looked for. */
export type Looking = {
  readonly store: Store;
  /** main as last read; undefined before the first time */
  main(): MainState | undefined;
  /** whether an open sheet has the signature of this id, which the database has no row of, as after a restoration */
  isOnOpenSheet(id: string): boolean;
};

/**
 * Returns the state of a withdrawal code's signature: as the service knows it, or else from the code's row on main or on
 * an open sheet.
 *
 * A withdrawal is told for 48 hours, as long as the service knows the code. After that the code is as good as one that
 * never was: looking up proves nothing, even while main has not applied the withdrawal yet.
 */
export async function stateOf({ store, main, isOnOpenSheet }: Looking, code: string): Promise<ShownState> {
  const id = idOf(openingOf(code));
  const row = await store.query
    .selectFrom("code")
    .innerJoin("signature", "signature.id", "code.id")
    .select("signature.state")
    .where("code.code_hash", "=", hashOf(code))
    .executeTakeFirst();
  if (row) return shown(row.state);
  const leaving = await store.query.selectFrom("withdrawal").select("id").where("id", "=", id).executeTakeFirst();
  const read = main();
  if (!read || leaving) return "unknown";
  const state = stateOnMain(read, code);
  return state === "unknown" && isOnOpenSheet(id) ? "pending" : state;
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
