import { describe, expect, it } from "vitest";
import { newWithdrawalCode } from "../../../scripts/letter/signature/code.ts";
import { confirmedPage } from "../../../scripts/site/views/pages/confirmed-page.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { crowd } from "../crowd.ts";
import { every, make, site } from "../gallery.ts";

/** What a screen reader says wrong, or not at all, was found with Orca and Firefox; each rule says which markup does it. */
const RULES: readonly [rule: string, wrong: (html: string) => boolean, example: string][] = [
  [
    // Firefox calls such a field "invalid entry" before anything was typed, and its form too.
    "no field is called wrong before it was filled in",
    (html) => /<(?:input|select|textarea)\b[^>]*\srequired\b/.test(html),
    '<input type="text" required>',
  ],
  [
    // Orca says "statusbar" for it on the way.
    "no live region makes itself heard while it is empty",
    (html) => /<(\w+)[^>]* role="(?:status|alert)"[^>]*>\s*<\/\1>|<output\b/.test(html),
    '<p class="hidden" role="status"></p>',
  ],
  [
    // The box is announced as an alert, and once more as what has the focus.
    "what gets the focus is not announced twice",
    (html) => /<[^>]* role="alert"[^>]* autofocus|<[^>]* autofocus[^>]* role="alert"/.test(html),
    '<div role="alert" tabindex="-1" autofocus>x</div>',
  ],
  [
    "a link within the page leads to something that can be said",
    (html) => /<(\w+)[^>]* tabindex="-1"[^>]*>\s*<\/\1>/.test(html.replace(/<input[^>]*>/g, "")),
    '<div id="after" tabindex="-1"></div>',
  ],
  [
    "a choice has a short name, and its hint is a description",
    (html) =>
      [...html.matchAll(/<input type="radio"[^>]*>/g)].some(([radio]) => {
        const name = / aria-labelledby="([^"]+)"/.exec(radio)?.[1];
        const words = new RegExp(`<span id="${name}">([^<]*)<`).exec(html)?.[1]?.trim().split(/\s+/) ?? [];
        return words.length === 0 || words.length > 12 || !radio.includes(" aria-describedby=");
      }),
    '<input type="radio" name="shown"><span>x</span>',
  ],
  [
    "what is agreed to has a short name, and its text is a description",
    (html) =>
      [...html.matchAll(/<input type="checkbox" id="consent[^>]*>/g)].some(([box]) => {
        const words = / aria-label="([^"]*)"/.exec(box)?.[1]?.split(/\s+/) ?? [];
        const text = / aria-describedby="(\S+)[" ]/.exec(box)?.[1];
        return words.length === 0 || words.length > 12 || !html.includes(`<span id="${text}">`);
      }),
    '<input type="checkbox" id="consent_handover" aria-required="true"><span>x</span>',
  ],
  [
    "what must be filled in says so",
    (html) => /<input (?:id="(?:name|email)"|type="checkbox" id="consent)(?![^>]* aria-required)[^>]*>/.test(html),
    '<input id="name" name="name" type="text">',
  ],
  ["the page's own heading comes first", (html) => /<h([1-6])\b/.exec(html)?.[1] === "2", "<h2>x</h2><h1>x</h1>"],
  [
    "the way out is heard once",
    (html) => (html.match(/ data-exit/g) ?? []).length > 1,
    "<a data-exit>x</a><a data-exit>x</a>",
  ],
  [
    "a link with a hash is one link, and the hash is spelled",
    (html) => /<a (?![^>]* aria-label|[^>]*"tel:)[^>]*>[^<]*<bdi(?![^>]* aria-hidden)[^>]*><code>/.test(html),
    "<a href=x>x <bdi><code>EEEE</code></bdi></a>",
  ],
  [
    // A browser forgets that it is a table once its rows are stacked.
    "a table that is stacked on a phone keeps its roles",
    (html) =>
      [...html.matchAll(/<table class="stacked"[\s\S]*?<\/table>/g)].some(([table]) =>
        /<(?:table|thead|tbody|tr|th|td)\b(?![^>]* role=)/.test(table),
      ),
    '<table class="stacked"><tr><td>x</td></tr></table>',
  ],
  ["a heading is one piece", (html) => /<h1[^>]*>(?:(?!<\/h1>)[\s\S])*<(?:div|p|br)\b/.test(html), "<h1>x<br>y</h1>"],
  [
    "a picture is named once",
    (html) => /<svg[^>]*>\s*<title/.test(html) && /<figcaption/.test(html),
    "<figure><figcaption>x</figcaption><svg><title>x</title></svg></figure>",
  ],
  [
    "no heading leaves out a level",
    (html) => {
      const levels = [...html.matchAll(/<h([1-6])\b/g)].map(([, level]) => Number(level));
      return levels.some((level, i) => i > 0 && level > levels[i - 1]! + 1);
    },
    "<h1>x</h1><h3>x</h3>",
  ],
];

describe("heard with a screen reader", () => {
  const many = crowd(site);

  it.each(every)("the page %s in %s says each thing once, and nothing wrong", (name, lang) => {
    const html = make(name, lang, many);
    expect(RULES.filter(([, wrong]) => wrong(html)).map(([rule]) => rule)).toEqual([]);
  });

  it.each(RULES)("it is seen where not: %s", (rule, wrong, example) => {
    expect(wrong(example)).toBe(true);
    expect(RULES.filter(([, wrong]) => wrong(example)).map(([rule]) => rule)).toEqual([rule]);
  });

  it.each(["fa", "en"] as const)(
    "a Persian name is in Persian, and a day of the list is below its heading, in %s",
    (lang) => {
      const html = make("signatures", lang);
      expect(html).toContain('<li lang="fa"><bdi class="who">شیرین بهاری</bdi>');
      expect(html).toContain('<li><bdi class="who">Niamh O’Neil</bdi>');
      expect(html).toContain('<h3 class="day full">');
    },
  );

  it.each(["fa", "en"] as const)("the withdrawal code is spelled letter by letter, in %s", (lang) => {
    const withdrawalCode = newWithdrawalCode(fixedRandomness("heard")(26));
    const html = confirmedPage(site, lang, { s: "x", withdrawalCode });
    const spelled = />((?:[0-9A-Z] ?(?:, )?)+)<\/bdi><\/p>/.exec(html)?.[1] ?? "";
    expect(spelled.replace(/[ ,]/g, "")).toBe(withdrawalCode);
    expect(spelled.split(", ").map((group) => group.length)).toEqual([7, 7, 7, 7, 7, 7, 3]);
  });
});
