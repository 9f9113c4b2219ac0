import { describe, expect, it } from "vitest";
import { headersAt } from "../../scripts/form-service/web/security-headers.ts";
import { securityTxt } from "../../scripts/site/security-txt.ts";
import { robotsAt, robotsTxt } from "../../scripts/site/views/robots.ts";
import { inventedCampaign } from "../letter/invented.ts";
import { inventedSite } from "./invented-site.ts";
import { publishedSite } from "./published-site.ts";

const { record } = inventedCampaign(1, 12).main;
const files = await publishedSite(record);
const text = (path: string) => Buffer.from(files.get(path)!).toString("utf8");
const site = inventedSite();
const addressOf = (path: string) => `/${path.replace(/(^|\/)index\.html$/, "$1")}`;
const header = (path: string, status = 200) => headersAt(path, status, site)["X-Robots-Tag"];
const NAMES = "noindex,noarchive";

describe("what search engines may see", () => {
  const published = record.rows.filter(({ name }) => name !== "");

  it("is nothing of any file that holds a name, whatever kind of file it is", () => {
    const holding = [...files.keys()].filter((path) => published.some(({ name }) => text(path).includes(name)));
    expect(holding.filter((path) => path.endsWith(".md"))).toContain("list/000.md");
    expect(holding.filter((path) => path.endsWith(".html"))).toContain("fa/signatures/1/index.html");
    expect(holding.map((path) => [path, robotsAt(addressOf(path)), header(addressOf(path))])).toEqual(
      holding.map((path) => [path, NAMES, NAMES]),
    );
  });

  it("is the same by header and on the page", () => {
    const pages = [...files.keys()].filter((path) => path.endsWith(".html"));
    expect(pages.length).toBeGreaterThan(20);
    const said = pages.map((path) => [path, /<meta name="robots" content="([^"]*)">/.exec(text(path))?.[1]]);
    expect(said).toEqual(pages.map((path) => [path, path === "404.html" ? "noindex" : robotsAt(addressOf(path))]));
    expect(said.filter(([path, rule]) => (header(addressOf(path!)) ?? "index") !== rule)).toEqual([]);
  });

  it("is the letter and what explains it, and of files nothing", () => {
    const found = [...files.keys()].filter((path) => robotsAt(addressOf(path)) === "index");
    const pages = ["", "how/", "press/", "privacy/", "safety/", "support/", "updates/", "verify/"].flatMap((page) =>
      ["en", "fa"].map((lang) => `${lang}/${page}index.html`),
    );
    expect(found.toSorted()).toEqual(pages.toSorted());
    for (const path of [
      "/count.json",
      "/embed/fa.svg",
      "/fa/feed.xml",
      "/ledger/checkpoint",
      "/en/confirm/",
      "/inbox/",
    ])
      expect(header(path), path).toBe("noindex");
    // There is nothing at an address that gave no page.
    expect([header("/fa/"), header("/fa/", 503)]).toEqual([undefined, "noindex"]);
  });

  it("is kept by robots.txt from programs that heed nothing else: everything with names, and only that", () => {
    const told = robotsTxt({ ...site, publicUrl: "https://letter.example.org/" });
    const disallowed = [...told.matchAll(/^Disallow: (.*)$/gm)];
    const kept = (path: string) => disallowed.some(([, begin]) => path.startsWith(begin!));
    const meant = (path: string) => robotsAt(path) === NAMES;
    for (const path of files.keys()) {
      expect([path, kept(addressOf(path))]).toEqual([path, meant(addressOf(path))]);
      if (published.some(({ name }) => text(path).includes(name)))
        expect([path, kept(addressOf(path))]).toEqual([path, true]);
    }
    const inFolder = robotsTxt({ ...site, publicUrl: "https://example.github.io/letter/" });
    for (const path of ["list/", "fa/signatures/", "en/signatures/"])
      expect(inFolder).toContain(`\nDisallow: /letter/${path}\n`);
  });
});

describe("security.txt", () => {
  const told = (more: object, days: { day: string; size: number }[] = []) =>
    securityTxt({ ...site, campaign: { ...site.campaign, contact_checked: undefined, ...more } }, days);

  it("says whom to write to, in which languages, and until when", () => {
    expect(told({ contact: "letter@example.org", contact_checked: "2026-11-28" })).toBe(
      `Contact: mailto:letter@example.org
Expires: 2027-11-23T00:00:00Z
Preferred-Languages: fa, en
Canonical: https://letter.example.org/.well-known/security.txt
`,
    );
  });

  it("holds for longer the later somebody is known to have been there, and is not there before", () => {
    const days = [
      { day: "2027-01-05", size: 1 },
      { day: "2027-02-01", size: 9 },
    ];
    const expires = (text?: string) => /^Expires: (.*)T/m.exec(text ?? "")?.[1];
    expect(expires(told({}, days))).toBe("2028-01-27");
    expect(expires(told({ contact_checked: "2027-01-01" }, days))).toBe("2028-01-27");
    expect(expires(told({ contact_checked: "2027-03-01" }, days))).toBe("2028-02-24");
    expect(told({})).toBeUndefined();
  });

  it("names no address that is not reached by https", () => {
    const at = { ...site, publicUrl: "http://localhost:8080/" };
    expect(securityTxt(at, [{ day: "2027-02-01", size: 9 }])).not.toContain("Canonical");
  });
});
