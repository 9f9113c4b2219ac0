import { describe, expect, it } from "vitest";
import { missingFromPage } from "../../../scripts/letter/published/letter-page.ts";
import { processorTime } from "../../support/busy-machine.ts";

const head =
  "urgent: false\nurgent_label: Urgent\naddressee_label: To\naddressee:\n  - Her\ncc_label: Copies\ncc: []\n";
const letter = `---\ntitle: A letter\n${head}---\n\nWe *ask* & ask > once.\n\n- Free them\n`;
const body = "<h1>A letter</h1>\n<p>We <em>ask</em> &amp; ask &gt; once.</p><ul><li>Free them</li></ul>";

describe("the words of a page", () => {
  it.each([
    ["as they stand", body],
    ["behind a tag whose attribute holds a bracket", `<p title="a > b" data-b='<i>'>Note</p>${body}`],
    ["around what a browser passes over", body.replace("once", "<!-- > --><script>1 > 0; '<'</script>once")],
  ])("hold the letter: %s", (_, html) => {
    expect(missingFromPage(letter, html)).toBeUndefined();
  });

  const quoted = body.replaceAll('"', "&quot;");
  it.each([
    ["in a comment", `<!-- ${body} -->`],
    ["in a comment that never ends", `<!-- > ${body}`],
    ["in the value of an attribute", `<p title="> ${quoted}">Another letter</p>`],
    ["in the value of an attribute that never ends", `<p title="> ${quoted}`],
    ["in a script", `<script>/* ${body} */</script>`],
    ["where scripts are off alone", `<noscript>${body}</noscript>`],
    ["in a template", `<template>${body}</template>`],
    ["in a choice", `<select><option>${body}</option></select>`],
  ])("are those that a reader sees, not those %s", (_, html) => {
    expect(missingFromPage(letter, html)).toBe("title");
  });

  it.each(["<style>", "<!--", '<a b="', "<p '", "</", "<!-->", "&lt;"])(
    "of a long page made to take time are read at once: %s",
    (piece) => {
      const read = () => expect(missingFromPage(letter, piece.repeat(300_000))).toBe("title");
      expect(processorTime(read)).toBeLessThan(3_000);
    },
  );
});
