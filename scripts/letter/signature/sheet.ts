import { z } from "zod";
import { isBase64url } from "../bytes/base64url.ts";
import { isCrockford128 } from "../bytes/crockford.ts";
import { LetterError } from "../bytes/error.ts";
import { parseFrontMatter } from "../text/front-matter.ts";
import { formatRow, parseRow, ROW_COLUMNS, type Row } from "./row.ts";
import { formatTable, parseTable } from "./table.ts";

/** A batch of confirmed signatures, filed whole and never edited afterwards. Its rows are in the order of their ids. */
export type SignaturesSheet = {
  readonly sheet: string;
  readonly kind: "signatures";
  readonly edition: string;
  readonly rows: readonly Row[];
};
/** Withdrawals in the order of the ids of their rows; `edition` is the edition on main when the sheet was filed. */
export type WithdrawalsSheet = {
  readonly sheet: string;
  readonly kind: "withdrawals";
  readonly edition: string;
  readonly rows: readonly LeaveRow[];
};
/** `attestation`: base64url of 64 bytes over `undersigned/v1/leave ID`. */
export type LeaveRow = { readonly id: string; readonly attestation: string };
export type Sheet = SignaturesSheet | WithdrawalsSheet;

export const SHEET_ROWS = 1000;
export const SHEET_BYTES = 400_000;
const LEAVE_COLUMNS = ["id", "attestation"] as const;

/** Returns the path of a sheet on its branch. */
export function sheetPath(sheet: string): string {
  return `signatures/pending/${sheet}.md`;
}

/** Returns the branch of a sheet. */
export function sheetBranch(sheet: string): string {
  return `pending/${sheet}`;
}

/** Returns the sheet of a branch `pending/SHEET`; undefined for any other branch. */
export function sheetOfBranch(branch: string): string | undefined {
  const [room, sheet, ...rest] = branch.split("/");
  return room === "pending" && sheet !== undefined && rest.length === 0 && isCrockford128(sheet) ? sheet : undefined;
}

/** Formats a sheet: front matter, a blank line, the table. */
export function formatSheet(sheet: Sheet): string {
  const head = `---\nsheet: ${sheet.sheet}\nkind: ${sheet.kind}\nedition: ${sheet.edition}\ncount: ${sheet.rows.length}\n---\n\n`;
  return sheet.kind === "signatures"
    ? head + formatTable(ROW_COLUMNS, sheet.rows.map(formatRow))
    : head +
        formatTable(
          LEAVE_COLUMNS,
          sheet.rows.map((row) => [row.id, row.attestation]),
        );
}

const Head = z.strictObject({
  sheet: z.string().refine(isCrockford128),
  kind: z.enum(["signatures", "withdrawals"]),
  edition: z.string().refine((text) => isBase64url(text, 32)),
  count: z.string().regex(/^[1-9]\d{0,3}$/),
});

/**
 * Parses a sheet in exactly the spelling of `formatSheet`.
 *
 * @throws LetterError `sheet`, `front-matter`, `yaml`, `table` or `row`, naming the line and the rule
 */
export function parseSheet(text: string): Sheet {
  if (Buffer.byteLength(text) > SHEET_BYTES) throw new LetterError("sheet", "a sheet has at most 400,000 bytes");
  const { data, body } = parseFrontMatter(text);
  const head = Head.safeParse(data);
  if (!head.success) {
    const field = head.error.issues[0]?.path.join(".") || "a key that does not belong there";
    throw new LetterError("sheet", `the front matter of the sheet is wrong: ${field}`);
  }
  const { kind, edition, count } = head.data;
  const sheet: Sheet =
    kind === "signatures"
      ? {
          sheet: head.data.sheet,
          kind,
          edition,
          rows: table(ROW_COLUMNS, body).map((cells, i) => parseRow(cells, `row ${i + 1}`)),
        }
      : {
          sheet: head.data.sheet,
          kind,
          edition,
          rows: table(LEAVE_COLUMNS, body).map((cells, i) => parseLeaveRow(cells, i)),
        };
  if (sheet.rows.length > SHEET_ROWS) throw new LetterError("sheet", "a sheet has at most 1,000 rows");
  if (String(sheet.rows.length) !== count)
    throw new LetterError("sheet", `count says ${count}, the table has ${sheet.rows.length} rows`);
  sheet.rows.forEach((row, i) => {
    const before = sheet.rows[i - 1];
    if (before && before.id >= row.id)
      throw new LetterError("sheet", `row ${i + 1} is not in the order of the ids, or is there twice`);
  });
  if (formatSheet(sheet) !== text) throw new LetterError("sheet", "the sheet is not in its one spelling");
  return sheet;
}

function table(columns: readonly string[], body: string): string[][] {
  if (!body.startsWith("\n"))
    throw new LetterError("sheet", "there must be a blank line between front matter and table");
  return parseTable(columns, body.slice(1), "the table");
}

function parseLeaveRow([id = "", attestation = ""]: readonly string[], i: number): LeaveRow {
  if (!isCrockford128(id)) throw new LetterError("row", `row ${i + 1}: id is not 26 characters of Crockford base32`);
  if (!isBase64url(attestation, 64))
    throw new LetterError("row", `row ${i + 1}: attestation is not 64 bytes in base64url`);
  return { id, attestation };
}
