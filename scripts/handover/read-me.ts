import { readFile } from "node:fs/promises";
import type { Lang } from "../site/views/strings.ts";

/** What the recipient should read before anything else, in one language. */
export type ReadMe = { readonly lang: Lang; readonly text: string };

/** Reads the words for the folder of an opened handover. @param values fill the places in them, such as `{day}` */
export async function readReadMe(lang: Lang, values: Readonly<Record<string, string>>): Promise<ReadMe> {
  const text = await readFile(`content/${lang}/opened.md`, "utf8");
  return { lang, text: text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole) };
}
