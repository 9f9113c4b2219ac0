import { type Html, html } from "./html.ts";
import { type Lang, stringsIn } from "./strings.ts";

/** Renders the place where a script puts a button that copies the element with this id; empty without scripts. */
export function copyTools(lang: Lang, id: string): Html {
  const { page } = stringsIn(lang);
  return html`<p class="tools" data-copy="${id}" data-label="${page.copy}" data-done="${page.copied}"></p>`;
}
