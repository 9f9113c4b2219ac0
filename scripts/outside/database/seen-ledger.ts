import { existsSync } from "node:fs";
import type { DatabasePlace } from "./database.ts";
import { lookAtDatabase } from "./open.ts";

/** The campaign that a database belongs to, by its public attestation key, and the last checkpoint that its service saw. */
export type SeenLedger = { readonly attestation: string; readonly size: number; readonly root: string };

/**
 * Reads how far the ledger was when a form service last read main, before the caller signs what comes next.
 *
 * @returns undefined where there is no database, or none that a form service of this version has used
 */
export async function readSeenLedger(at: DatabasePlace): Promise<SeenLedger | undefined> {
  if (at.kind === "sqlite" && !existsSync(at.path)) return undefined;
  const database = await lookAtDatabase<{ campaign: SeenLedger }>(at);
  try {
    const seen = await database.query.selectFrom("campaign").selectAll().executeTakeFirst();
    return seen && { ...seen, size: Number(seen.size) };
  } catch (cause) {
    if (NO_TABLE.includes(String(Object(cause).code))) return undefined;
    throw cause;
  } finally {
    await database.close();
  }
}

/** How SQLite and PostgreSQL say that there is no such table. */
const NO_TABLE = ["SQLITE_ERROR", "42P01"];
