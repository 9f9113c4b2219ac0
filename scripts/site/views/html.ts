import { raw, html as tagged } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { runsOf } from "../../letter/text/markdown.ts";

/** A piece of a page in which everything that came from outside is escaped. */
export type Html = HtmlEscapedString;

type Value = string | number | false | undefined | Html | readonly Value[];

/** A piece of a page: values are escaped, pieces stay, `false` and `undefined` leave nothing. */
export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  // Without promises among its values, Hono's tag answers at once.
  return tagged(strings, ...values) as Html;
}

/** HTML that the project made itself, by the letter's Markdown renderer. */
export function trusted(markup: string): Html {
  return raw(markup) as Html;
}

/** A sentence whose Latin words are isolated, so that a Persian line keeps its order. */
export function prose(text: string): Html {
  return html`${runsOf(text).map(({ text, latin }) => (latin ? html`<bdi lang="en">${text}</bdi>` : html`${text}`))}`;
}

/** A sentence with `{name}` in it, filled in; values may be pieces of a page. */
export function fill(template: string, values: Readonly<Record<string, string | number | Html>>): Html {
  return html`${template.split(/(\{\w+\})/).map((part) => {
    const value = /^\{\w+\}$/.test(part) ? values[part.slice(1, -1)] : undefined;
    return value === undefined ? prose(part) : html`${value}`;
  })}`;
}
