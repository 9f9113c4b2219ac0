import { inventRow } from "../../scripts/accept/invented-signatures.ts";
import type { SignedRow, SiteContext } from "../../scripts/site/views/context.ts";
import { service } from "../letter/invented.ts";
import { fixedRandomness } from "../support/fixtures.ts";

const edition = "E".repeat(43);

/** What a site knows once many have signed: a full first page of the list, and a goal half reached. */
export function crowd(site: SiteContext, people = 250): Partial<SiteContext> {
  const random = fixedRandomness("crowd", "");
  const rows: SignedRow[] = Array.from({ length: people }, (_, index) => {
    const row = inventRow({ edition, key: service, day: "2026-11-22", random });
    return { ...row, index: index + 5, edition };
  });
  const shown = { name: 0, initials: 0, hidden: 0, counted: 0 };
  for (const row of rows) shown[row.shown]++;
  const totals = {
    accepted: people + 3,
    withdrawn: 3,
    listed: people,
    shown,
    size: people + 9,
    root: site.totals!.root,
  };
  return { newest: rows.toReversed(), totals };
}
