import { HtmlValidate } from "html-validate";
import { describe, expect, it } from "vitest";
import { crowd } from "../crowd.ts";
import { every, make, site } from "../gallery.ts";

const validator = new HtmlValidate({ extends: ["html-validate:recommended"] });

async function findingsIn(html: string): Promise<string[]> {
  const { results } = await validator.validateString(html, "page.html");
  return results
    .flatMap(({ messages }) => messages.map(({ ruleId, line, message }) => `${ruleId}: ${line}: ${message}`))
    .filter((finding) => !ROLE_OF_A_TABLE.test(finding));
}

// A table whose rows are stacked on a phone says what it is: by its layout alone a browser no longer knows.
const ROLE_OF_A_TABLE = /^no-redundant-role: .*"(?:table|row|rowgroup|rowheader|columnheader|cell)"/;

describe("the markup", () => {
  const many = crowd(site);

  it.each(every)("of the page %s in %s breaks no rule of HTML", async (name, lang) => {
    expect(await findingsIn(make(name, lang, many))).toEqual([]);
  });

  it.each([
    ["an element that is not closed", "</h1>", "</h1><p><b>"],
    ["a block in a line", "<h1>", "<h1><div></div>"],
    ["a value that an attribute cannot have", 'type="email"', 'type="emale"'],
    ["an id that is used twice", "<h1>", '<h1 id="main">'],
  ])("is found wanting with %s", async (_, before, after) => {
    const html = make("sign", "en").replace(before, after);
    expect(await findingsIn(html)).not.toEqual([]);
  });
});
