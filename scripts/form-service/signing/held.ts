import { formatBase64url } from "../../letter/bytes/base64url.ts";
import { idOf, openingOf } from "../../letter/signature/derivation.ts";
import type { ListRow } from "../../letter/signature/list.ts";
import type { MainState } from "../../outside/git/host.ts";
import { storedRow } from "../store/rows-set-aside.ts";
import type { Store } from "../store/schema.ts";
import { hashOf } from "../store/secret-hash.ts";
import { type ShownState, stateOf, stateOnMain } from "./signature-state.ts";

/** Everything that is held about the signature of one withdrawal code, for a request of access. */
export type Held = {
  readonly id: string;
  /** as the service's database has it, and as main has it */
  readonly state: ShownState;
  readonly stateOnMain: ShownState;
  /** the day on which it was confirmed or refused, while the database still has it */
  readonly day: string | undefined;
  /** the row on the public list */
  readonly listed: ListRow | undefined;
  /** the public fields that wait for review */
  readonly waiting: Readonly<Record<string, string>> | undefined;
  /** the contact record, sealed for the custodians: nobody here can read it */
  readonly sealed: Uint8Array | undefined;
  /** a hash of the withdrawal code, by which it was found here */
  readonly codeHash: boolean;
  /** keyed fingerprints of the address, and whether no confirmation codes go there for 30 days */
  readonly fingerprints: boolean;
  readonly mailsStopped: boolean;
  /** whether it looked like part of a flood, and was set apart for that */
  readonly flood: boolean;
  /** whether its withdrawal is on its way to main */
  readonly leaving: boolean;
};

/**
 * Finds what is held under a withdrawal code; undefined when the code belongs to nothing.
 *
 * @param store undefined after the purge, when there is no database
 */
export async function heldUnder(store: Store | undefined, main: MainState, code: string): Promise<Held | undefined> {
  const opening = openingOf(code);
  const [id, text] = [idOf(opening), formatBase64url(opening)];
  const onMain = stateOnMain(main, code);
  const here = store && (await rowsOf(store, id, code));
  if (onMain === "unknown" && !here?.signature && !here?.codeHash) return undefined;
  return {
    id,
    state: store ? await stateOf({ store, main: () => main, isOnOpenSheet: () => false }, code) : onMain,
    stateOnMain: onMain,
    day: here?.signature?.day ?? undefined,
    listed: main.record.rows.find((row) => row.opening === text),
    waiting: here?.signature?.row ? fieldsOf(here.signature.row) : undefined,
    sealed: here?.sealed,
    codeHash: here?.codeHash ?? false,
    fingerprints: here?.fingerprints ?? false,
    mailsStopped: here?.mailsStopped ?? false,
    flood: here?.signature?.flood === 1,
    leaving: here?.leaving ?? false,
  };
}

async function rowsOf({ query }: Store, id: string, code: string) {
  const one = (table: "code" | "withdrawal") => query.selectFrom(table).select("id").where("id", "=", id);
  const signature = await query
    .selectFrom("signature")
    .select(["day", "row", "flood"])
    .where("id", "=", id)
    .executeTakeFirst();
  const vault = await query.selectFrom("vault").select("sealed").where("id", "=", id).executeTakeFirst();
  const address = await query.selectFrom("address").select("typed").where("id", "=", id).executeTakeFirst();
  const stopped =
    address &&
    (await query.selectFrom("suppressed").select("hmac").where("hmac", "=", address.typed).executeTakeFirst());
  const codeHash = await one("code").where("code_hash", "=", hashOf(code)).executeTakeFirst();
  const withdrawal = await one("withdrawal").executeTakeFirst();
  return {
    signature,
    sealed: vault && new Uint8Array(vault.sealed),
    codeHash: codeHash !== undefined,
    fingerprints: address !== undefined,
    mailsStopped: stopped !== undefined,
    leaving: withdrawal !== undefined,
  };
}

function fieldsOf(text: string): Record<string, string> {
  const { shown = "", name = "", lang = "", place = "", signed = "" } = storedRow(text);
  return { shown, name, lang, place, signed };
}
