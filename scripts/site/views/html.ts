import { raw, html as tagged } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { runsOf } from "../../letter/text/markdown.ts";

/** A fragment of a page in which all values from outside are escaped. */
export type Html = HtmlEscapedString;

type Value = string | number | false | undefined | Html | readonly Value[];

/** Creates a fragment: values are escaped, fragments are not, `false` and `undefined` are left out. */
export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  // Hono's tag is synchronous when none of the values is a promise.
  return tagged(strings, ...values) as Html;
}

/** Marks HTML that the project rendered itself, from Markdown, as safe. */
export function trusted(markup: string): Html {
  return raw(markup) as Html;
}

/** Returns the words of a fragment, for an attribute. */
export function plain(fragment: Html): string {
  return fragment
    .toString()
    .replace(/<[^<>]*>/g, "")
    .replaceAll("&amp;", "&")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'");
}

/** Renders a sentence with its Latin words isolated, so that a Persian line keeps its order. */
export function prose(text: string): Html {
  return html`${runsOf(text).map(({ text, latin }) => (latin ? html`<bdi lang="en">${text}</bdi>` : html`${text}`))}`;
}

/** Fills in each `{name}` of a sentence; values may be fragments. */
export function fill(template: string, values: Readonly<Record<string, string | number | Html>>): Html {
  return html`${template.split(/(\{\w+\})/).map((part) => {
    const value = /^\{\w+\}$/.test(part) ? values[part.slice(1, -1)] : undefined;
    return value === undefined ? prose(part) : html`${value}`;
  })}`;
}
