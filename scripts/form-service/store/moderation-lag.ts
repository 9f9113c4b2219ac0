import { dayAfter } from "../../letter/bytes/day.ts";
import type { Query } from "./schema.ts";

/** Days that a sheet waits for its moderators before the pages say that the review takes longer. */
const LAG_DAYS = 3;

/** Whether any sheet of signatures has waited for its moderators for long. @param today UTC day */
export async function isModerationLate(query: Query, today: string): Promise<boolean> {
  const late = await query
    .selectFrom("sheet")
    .select("sheet")
    .where("kind", "=", "signatures")
    .where("state", "=", "filed")
    .where("day", "<=", dayAfter(today, -LAG_DAYS))
    .limit(1)
    .executeTakeFirst();
  return late !== undefined;
}
