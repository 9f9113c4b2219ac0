import { formatBase64url } from "../../letter/bytes/base64url.ts";
import { idOf, openingOf } from "../../letter/signature/derivation.ts";
import type { MainState } from "../../outside/git/host.ts";
import type { SignatureState, Store } from "../store/schema.ts";
import { hashOf } from "../store/secret-hash.ts";

/** Where a signature is, as its holder may learn it. */
export type ShownState = "pending" | "accepted" | "refused" | "withdrawn" | "unknown";

/** The state of the signature of a withdrawal code: what the service knows, else what main tells about the code's row. */
export async function stateOf(store: Store, main: MainState | undefined, code: string): Promise<ShownState> {
  const row = await store.query
    .selectFrom("code")
    .innerJoin("signature", "signature.id", "code.id")
    .select("signature.state")
    .where("code.code_hash", "=", hashOf(code))
    .executeTakeFirst();
  if (row) return shown(row.state);
  return main ? stateOnMain(main, code) : "unknown";
}

/** What main alone tells: refused rows are forgotten by the service after a while, and so are all after a loss. */
export function stateOnMain({ record, settled }: MainState, code: string): ShownState {
  const opening = openingOf(code);
  const [text, id] = [formatBase64url(opening), idOf(opening)];
  if (record.rows.some((row) => row.opening === text)) return "accepted";
  if (settled.refused.has(id)) return "refused";
  return settled.withdrawn.has(id) ? "withdrawn" : "unknown";
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
