import { type LeftRows, watchLeftRows } from "../../outside/git/left-rows.ts";
import type { Finding } from "../../outside/mail-domain-check.ts";
import type { Settings } from "../../outside/settings.ts";

/** Days after which the row of somebody who left or was refused must be out of the private history. */
export const ERASE_WITHIN = 30;

/**
 * Whether main's history still holds rows of people who left or were refused, and for how long.
 *
 * @param today the UTC day, `YYYY-MM-DD`
 */
export async function checkErasure(settings: Pick<Settings, "dataDir" | "gitHost">, today: string): Promise<Finding> {
  let found: LeftRows;
  try {
    found = await watchLeftRows(settings)();
  } catch (cause) {
    return { what: "main's history cannot be read", mend: (cause as Error).message };
  }
  const { rows, oldest } = found;
  if (oldest === undefined) return { what: "main's history holds nobody who left or was refused" };
  const days = Math.round((Date.parse(today) - Date.parse(oldest)) / 86_400_000);
  const what = `main's history holds rows of people who left or were refused: ${rows}, the oldest since ${oldest}`;
  if (days <= ERASE_WITHIN) return { what: `${what}; erase them within ${ERASE_WITHIN} days of it (npm run erase)` };
  return {
    what,
    mend: `that is ${days} days, and ${ERASE_WITHIN} are promised: run npm run erase, as .github/erasing.md says`,
  };
}
