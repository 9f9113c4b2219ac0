import { dayAfter } from "../../letter/bytes/day.ts";
import { type Read, textOf } from "../../letter/bytes/read.ts";
import type { ContactRecord } from "../../letter/signature/contact.ts";

/** A wording of a consent, and the days on which it was on the site; `until` is empty while it still was at the tag. */
export type ConsentWording = {
  /** `en/consent-handover-2` */
  readonly id: string;
  readonly kind: string;
  readonly lang: string;
  readonly from: string;
  readonly until: string;
  readonly text: string;
};

/** The wordings in a public bag, and which of them a signatory can have agreed to. */
export type ConsentWordings = {
  readonly all: readonly ConsentWording[];
  idsOf(record: Pick<ContactRecord, "consents" | "lang" | "signed">): string[];
};

const FOLDER = "consents";

/** Reads what people agreed to from a public bag; older bags have none of it. @param read reads below its `data/` */
export async function readConsentWordings(read: Read): Promise<ConsentWordings> {
  const index = await read(`${FOLDER}/index.csv`);
  const rows = index === undefined ? [] : parseTable(textOf(`${FOLDER}/index.csv`, index));
  const all: ConsentWording[] = [];
  for (const { id = "", kind = "", lang = "", from = "", until = "", file = "" } of rows) {
    if (!kind.startsWith("consent-")) continue;
    const path = `${FOLDER}/${file}`;
    all.push({ id, kind, lang, from, until, text: textOf(path, (await read(path)) ?? new Uint8Array()).trim() });
  }
  return { all, idsOf: (record) => idsAmong(all, record) };
}

/** A form may wait for its code for 48 hours, so the wording may be of two days before. On a day of change there are two. */
function idsAmong(
  all: readonly ConsentWording[],
  { consents, lang, signed }: Pick<ContactRecord, "consents" | "lang" | "signed">,
): string[] {
  const first = dayAfter(signed, -2);
  const kinds = consents.map((consent) => `consent-${consent}`);
  const live = all.filter(
    ({ kind, lang: own, from, until }) =>
      kinds.includes(kind) && own === lang && from <= signed && (until === "" || until >= first),
  );
  return [...new Set(live.map(({ id }) => id))];
}

/** Parses what `formatCsv` writes: every cell in quotes, but an empty one. */
function parseTable(text: string): Record<string, string>[] {
  const [columns = [], ...rows] = text
    .replace(/^\ufeff/, "")
    .split("\r\n")
    .filter((line) => line !== "")
    .map((line) => [...line.matchAll(/(?:^|,)(?:"([^"]*)")?/g)].map(([, cell = ""]) => cell));
  return rows.map((cells) => Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? ""])));
}
