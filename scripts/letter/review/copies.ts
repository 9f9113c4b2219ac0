import { LetterError } from "../bytes/error.ts";
import type { Sheet, SignaturesSheet } from "../signature/sheet.ts";
import { type Main, validateSheet } from "./acceptance.ts";

/** The rows that are on two or more open sheets, by id, with the ids of these sheets. */
export type Copies = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Finds the rows that are on two or more of these sheets. It takes a restored backup or a service that was upgraded to make
 * such sheets, since all of them are attested; still, what is said against one copy must not fall on the other.
 *
 * A sheet that breaks a rule of its own is not counted: it decides nothing, so nobody can wait for it.
 */
export function findCopies(main: Main, sheets: readonly Sheet[]): Copies {
  const copies = countCopies(sheets.filter((sheet) => sheet.kind === "signatures"));
  if (copies.size === 0) return copies;
  const concerned = new Set([...copies.values()].flatMap((names) => [...names]));
  return countCopies(
    sheets.filter(
      (sheet) => sheet.kind === "signatures" && concerned.has(sheet.sheet) && isValid(main, sheet),
    ) as SignaturesSheet[],
  );
}

/** The other open sheets that a row of this sheet is on; without those in `settled` meanwhile. */
export function copiesOf(
  copies: Copies,
  { sheet, rows }: Pick<Sheet, "sheet" | "rows">,
  settled: Pick<ReadonlySet<string>, "has"> = new Set<string>(),
): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { id } of rows) {
    const others = [...(copies.get(id) ?? [])].filter((name) => name !== sheet && !settled.has(name));
    if (others.length > 0) found.set(id, others.sort());
  }
  return found;
}

function countCopies(sheets: readonly SignaturesSheet[]): Map<string, Set<string>> {
  const where = new Map<string, Set<string>>();
  for (const { sheet, rows } of sheets) {
    for (const { id } of rows) where.set(id, (where.get(id) ?? new Set()).add(sheet));
  }
  return new Map([...where].filter(([, names]) => names.size > 1));
}

function isValid(main: Main, sheet: Sheet): boolean {
  try {
    validateSheet(main, sheet);
    return true;
  } catch (cause) {
    if (cause instanceof LetterError) return false;
    throw cause;
  }
}
