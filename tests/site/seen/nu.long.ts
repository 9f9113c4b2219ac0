import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { embedPage } from "../../../scripts/site/views/pages/embed-page.ts";
import { languagesPage } from "../../../scripts/site/views/pages/languages-page.ts";
import { pageTool } from "../../support/browsers/page-tools.ts";
import { slugOf } from "../../support/servers/gallery-server.ts";
import { crowd } from "../crowd.ts";
import { every, make, site } from "../gallery.ts";

const checker = pageTool("vnu-jar/build/dist/vnu.jar");
const java = spawnSync("java", ["-version"]).status === 0;

/**
 * The one thing that is done against the checker: a table whose rows are stacked on a phone has its roles written out, since
 * Safari forgets that it is a table (decision 68).
 */
const WRITTEN_OUT =
  /: info: The “(table|rowgroup|row|columnheader|rowheader|cell)” role is unnecessary for element “(table|thead|tbody|tr|th|td)”|: error: The “role” attribute must not be used on a “(tr|th|td)” element which has a “table” ancestor/;

type Finding = { type: string; url: string; message: string; extract?: string };

describe.skipIf(checker === undefined || !java)("the Nu checker", () => {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-nu-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What it finds in these pages, by file name. */
  function findingsIn(pages: ReadonlyMap<string, string>): string[] {
    const files = [...pages].map(([name, html]) => {
      writeFileSync(join(folder, name), html);
      return join(folder, name);
    });
    const options = ["-Xss1024k", "-jar", checker!, "--format", "json", "--stdout", "--exit-zero-always"];
    const { stdout, stderr } = spawnSync("java", [...options, ...files], { encoding: "utf8", maxBuffer: 64e6 });
    const { messages } = JSON.parse(
      stdout || `{"messages":[{"type":"error","url":"/java","message":${JSON.stringify(stderr)}}]}`,
    ) as {
      messages: Finding[];
    };
    return messages.map(
      ({ type, url, message, extract }) => `${url.split("/").at(-1)}: ${type}: ${message} ${extract ?? ""}`,
    );
  }

  it("finds nothing on any page or state", () => {
    const many = crowd(site);
    const pages = new Map(every.map(([name, lang]) => [`${slugOf(name)}-${lang}.html`, make(name, lang, many)]));
    pages.set("languages.html", languagesPage(site));
    for (const lang of ["fa", "en"] as const) pages.set(`embed-${lang}.html`, embedPage({ ...site, ...many }, lang));
    const found = findingsIn(pages);
    const stacked = [...pages]
      .filter(([, html]) => html.includes('<table class="stacked"'))
      .map(([name]) => `${name}:`);
    const isExcused = (one: string) => WRITTEN_OUT.test(one) && stacked.some((page) => one.startsWith(page));
    expect(found.filter((one) => !isExcused(one))).toEqual([]);
    // What is no longer there needs no excuse.
    expect(found.length > 0).toBe(stacked.length > 0);
  });

  it("finds what is wrong", () => {
    const html = make("sign", "en").replace("<h1>", '<h1 align="left"><p>');
    expect(findingsIn(new Map([["wrong.html", html]])).length).toBeGreaterThan(0);
  });
});
