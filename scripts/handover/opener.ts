import { fileURLToPath } from "node:url";
import type { Handover } from "../letter/handover/handover.ts";
import { readOpenerParts } from "../outside/browser/offline-parts.ts";
import { dayInWords } from "../site/views/dates.ts";
import { openerPage } from "../site/views/pages/opener-page.ts";
import type { Lang } from "../site/views/strings.ts";
import { readReadMe } from "./read-me.ts";

/** The name of the page that opens the contacts bag, in the public bag: for a recipient without a terminal. */
export const OPENER = "open-contacts.html";

/** Renders the page that opens the contacts bag of a handover. @param languages the first is shown first */
export async function renderOpener({ day }: Pick<Handover, "day">, languages: readonly Lang[]): Promise<string> {
  const readMes = languages.map(async (lang) => [lang, (await readReadMe(lang, { day: dayInWords(lang, day) })).text]);
  const parts = await readOpenerParts(fileURLToPath(new URL("page/open-in-page.ts", import.meta.url)));
  return openerPage(languages as [Lang, ...Lang[]], Object.fromEntries(await Promise.all(readMes)), parts);
}
