import { LetterError } from "../bytes/error.ts";
import type { Sheet, SignaturesSheet } from "../signature/sheet.ts";
import { type Main, validateSheet } from "./acceptance.ts";

/** The rows that are on two or more open sheets, by id, with the ids of these sheets. */
export type Copies = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Finds the rows that are on two or more of these sheets. All sheets are attested, so this happens only after a backup
 * was restored or the service was upgraded. Even then, refusing one copy must not refuse the other.
 *
 * An invalid sheet does not count: it decides nothing, so no row can wait for its decision.
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

/** Returns the other open sheets of each row of this sheet, without those that have been `settled` since. */
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
