import { type CommandPlace, withCampaignStore } from "./campaign-database.ts";
import type { Store } from "./schema.ts";

/** Records that are read from the vault at a time. */
const CHUNK = 200;

/** Reads the sealed contact records of these ids, in their order. An id that the vault does not have is skipped. */
export async function* sealedRecords(
  store: Store,
  ids: readonly string[],
): AsyncGenerator<[id: string, sealed: Uint8Array]> {
  for (let from = 0; from < ids.length; from += CHUNK) {
    const some = ids.slice(from, from + CHUNK);
    const rows = await store.query
      .selectFrom("vault")
      .select(["id", "sealed"])
      .where("id", "in", some)
      .orderBy("id")
      .execute();
    for (const { id, sealed } of rows) yield [id, new Uint8Array(sealed)];
  }
}

/** Returns which of these ids the vault has no record of, by whether their signature was withdrawn here. */
export async function withoutRecord(
  store: Store,
  ids: readonly string[],
): Promise<{ withdrawn: string[]; lost: string[] }> {
  const found = { withdrawn: [] as string[], lost: [] as string[] };
  for (let from = 0; from < ids.length; from += CHUNK) {
    const some = ids.slice(from, from + CHUNK);
    const withdrawn = store.query.selectFrom("signature").select("id").where("state", "=", "withdrawn");
    const [held, left, leaving] = [
      await store.query.selectFrom("vault").select("id").where("id", "in", some).execute(),
      await withdrawn.where("id", "in", some).execute(),
      // After 48 hours only this is left of a withdrawal that main has not taken yet.
      await store.query.selectFrom("withdrawal").select("id").where("id", "in", some).execute(),
    ].map((rows) => new Set(rows.map(({ id }) => id)));
    for (const id of some)
      if (!held!.has(id)) (left!.has(id) || leaving!.has(id) ? found.withdrawn : found.lost).push(id);
  }
  return found;
}

/**
 * Which of these ids were withdrawn here.
 *
 * @throws LetterError `database` when there is no database, or it is of another campaign: it could not tell who has left
 */
export async function withdrawnHere(
  at: CommandPlace,
  ids: readonly string[],
): Promise<{ withdrawn: string[]; lost: string[] }> {
  return withCampaignStore(at, (store) => withoutRecord(store, ids));
}
