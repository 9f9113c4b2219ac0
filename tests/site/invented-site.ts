import { type CampaignRecord, countRecord } from "../../scripts/letter/signature/record.ts";
import { type SignedRow, type SiteContext, siteContext } from "../../scripts/site/views/context.ts";
import { readContent } from "../../scripts/site/views/read-content.ts";
import { contentOf } from "../support/letters.ts";

const content = await readContent(await contentOf("iran"));

/** Rows of a list as a page gets them; the opening is not looked at by any page. */
export function listRow(index: number, row: Partial<SignedRow> = {}): SignedRow {
  return {
    index,
    shown: "name",
    name: `Name ${index}`,
    lang: "en",
    place: "",
    signed: "2026-11-22",
    opening: "A".repeat(43),
    edition: "E".repeat(43),
    ...row,
  };
}

/** A site of this repository's content with these rows. */
export function inventedSite(rows: readonly SignedRow[] = [], more: Partial<SiteContext> = {}): SiteContext {
  const record: CampaignRecord = { entries: [], rows, checkpoint: undefined, editions: new Map() };
  return {
    ...siteContext({
      content,
      settings: {
        siteUrl: "https://letter.example.org",
        serviceUrl: "https://letter.example.org",
        mail: { kind: "smtp", url: "smtp://localhost" },
      },
      keys: { ledger: "letter.example.org/ledger+530d903a+KEY", attestation: "KEY", recipients: [] },
      at: "site",
      totals: { ...countRecord(record), size: rows.length + 1 },
      newest: rows.toReversed(),
    }),
    demoCustodian: false,
    ...more,
  };
}
