import { formatCsv } from "../letter/handover/csv.ts";
import { type PublicKeys, publishedFiles } from "../letter/published/files.ts";
import { probableDuplicates } from "../letter/review/duplicates.ts";
import { type CampaignRecord, editionSigned, loggedEdition } from "../letter/signature/record.ts";

/** A file below `data/` of a bag. */
export type PayloadFile = readonly [path: string, content: Uint8Array | string];

/**
 * What the public bag holds besides its pages for print: the files of the site that programs read, at the same paths, so
 * that whatever checks the site checks the bag; the letter's current text; the list as CSV and JSON; probable duplicates.
 */
export function* publicPayload(record: CampaignRecord, keys: PublicKeys): Generator<PayloadFile> {
  yield* publishedFiles(record, keys);
  const current = loggedEdition(record.entries)!;
  for (const [lang, text] of record.editions.get(current)!) yield [`letter-${lang}.md`, text];
  const rows = record.rows.map((row) => ({ ...row, edition: editionSigned(record.entries, row) }));
  yield ["signatures.json", `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`];
  yield ["signatures.csv", tableOf(rows, COLUMNS)];
  const groups = probableDuplicates(rows).flatMap((those, i) => those.map((row) => ({ ...row, group: i + 1 })));
  yield ["duplicates.csv", tableOf(groups, ["group", ...COLUMNS])];
}

const COLUMNS = ["index", "shown", "name", "place", "lang", "signed", "edition"] as const;

function tableOf<T extends string>(rows: readonly object[], columns: readonly T[]): string {
  return formatCsv(
    columns,
    rows.map((row) => columns.map((column) => String((row as Record<T, unknown>)[column] ?? ""))),
  );
}
