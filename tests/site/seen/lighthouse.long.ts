import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageTool } from "../../support/browsers/page-tools.ts";
import { type Gallery, startGallery } from "../../support/servers/gallery-server.ts";
import { type LiveSite, startLiveSite } from "../../support/servers/live-site.ts";
import { pages } from "../gallery.ts";
import { publishedRecord, publishedSite } from "../published-site.ts";
import { HINDERING, type Judge, openLighthouse } from "./lighthouse.ts";

const lighthouse = pageTool("lighthouse");

describe.skipIf(lighthouse === undefined)("Lighthouse on a phone", () => {
  let judge: Judge;
  let gallery: Gallery;
  let site: LiveSite;
  beforeAll(async () => {
    [judge, gallery, site] = await Promise.all([
      openLighthouse(lighthouse!),
      startGallery({ without: HINDERING }),
      startLiveSite(),
    ]);
  });
  afterAll(() => Promise.all([judge?.close(), gallery?.close(), site?.close()]));

  it.each(["fa", "en"] as const)(
    "gives 100 for accessibility and best practices to every page and state in %s",
    async (lang) => {
      const faults: Record<string, string[]> = {};
      for (const name of Object.keys(pages)) {
        const found = await judge.faultsOn(gallery.addressOf(name, lang), ["accessibility", "best-practices"]);
        if (found.length > 0) faults[name] = found;
      }
      expect(faults).toEqual({});
    },
  );

  it("gives 100 for search engines to every page that is meant to be found", async () => {
    const files = [...(await publishedSite(publishedRecord(2, 20).record, site.url))].map(
      ([path, file]) => [path.replace(/index\.html$/, ""), Buffer.from(file).toString("utf8")] as const,
    );
    site.content = new Map(files);
    const meant = files.filter(([, file]) => file.includes('<meta name="robots" content="index">'));
    expect(meant.length).toBeGreaterThanOrEqual(10);
    const faults: Record<string, string[]> = {};
    for (const [path] of meant) {
      const found = await judge.faultsOn(`${site.url}/${path}`, ["seo"]);
      if (found.length > 0) faults[path] = found;
    }
    expect(faults).toEqual({});
  });

  it("finds what is wrong", async () => {
    const html = '<!doctype html><title></title><meta name="robots" content="noindex"><img src="/x.png">';
    site.content = new Map([["", html]]);
    const faults = (await judge.faultsOn(`${site.url}/`, ["accessibility", "best-practices", "seo"])).join("\n");
    for (const audit of ["image-alt", "errors-in-console", "is-crawlable"]) expect(faults).toContain(audit);
  });
});
