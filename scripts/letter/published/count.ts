import { z } from "zod";
import { failed, type Read, readJson } from "../bytes/read.ts";
import type { Totals } from "../signature/record.ts";
import { SHOWN } from "../signature/shown.ts";

const Count = z.object({
  accepted: z.number(),
  withdrawn: z.number(),
  listed: z.number(),
  shown: z.object({ name: z.number(), initials: z.number(), hidden: z.number(), counted: z.number() }).optional(),
  taken_down: z.literal(true).optional(),
  size: z.number(),
  root: z.string(),
});

/** `/count.json` as a site publishes it. With `taken_down` the list is gone, and `listed` is 0. */
export type PublishedCount = z.output<typeof Count>;

/** Reads `count.json`, which says whether the list was taken down. @throws LetterError `verify` naming the file */
export async function readCount(read: Read): Promise<PublishedCount> {
  const count = await readJson(read, "count.json", Count);
  if (count.taken_down && count.shown)
    throw failed("count.json: it says how rows are shown, and also that the whole list was taken down");
  if (!count.taken_down && !count.shown) throw failed("count.json: it does not say how the rows of the list are shown");
  return count;
}

/** Compares the published numbers with the computed ones. @throws LetterError `verify` naming the number */
export function checkCount(count: PublishedCount, totals: Totals): void {
  for (const key of ["accepted", "withdrawn", "listed", "size", "root"] as const) {
    if (count[key] !== totals[key])
      throw failed(`count.json: ${key} says ${count[key]}, the ledger gives ${totals[key]}`);
  }
  for (const key of SHOWN) {
    if (count.shown && count.shown[key] !== totals.shown[key])
      throw failed(`count.json: shown.${key} says ${count.shown[key]}, the list gives ${totals.shown[key]}`);
  }
}
