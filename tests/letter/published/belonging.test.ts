import { describe, expect, inject, it } from "vitest";
import { belongs } from "../../../scripts/letter/published/belonging.ts";
import { publishedFiles } from "../../../scripts/letter/published/files.ts";
import { verifyPublished } from "../../../scripts/letter/published/verification.ts";
import { grown } from "../../support/campaigns/handed-over.ts";
import { edition, freshMain, invent, keys, readFrom, siteOf } from "../invented.ts";

describe("the files of a site's folder", () => {
  const count = 250 + (inject("seed") % 20);
  const { record } = grown(
    freshMain(),
    Array.from({ length: count }, (_, i) => invent(i)),
  );
  const site = siteOf(record);
  const read = new Set<string>();
  const size = record.entries.length;

  it("belong to the letter when it was made of them", async () => {
    const from = readFrom(site);
    await verifyPublished((path) => {
      read.add(path);
      return from(path);
    });
    const made = [...site.keys(), ...[...publishedFiles(record, keys)].map(([path]) => path)];
    expect(made.filter((path) => !belongs(path, read, size))).toEqual([]);
    expect(
      ["assets/site.css", "en/how/index.html", "robots.txt", "index.html"].every((path) => belongs(path, read, size)),
    ).toBe(true);
  });

  it.each([
    "list/003.md",
    "list/000.md.bak",
    "ledger/tile/0/003",
    "ledger/tile/2/000",
    "ledger/tile/0/000.p/256",
    "ledger/tile/0/000.p/0",
    "ledger/tile/0/001.p/200",
    "ledger/tile/entries/003",
    "ledger/tile/entries/x000/000",
    "ledger/checkpoint.old",
    `letter/${edition}/de.md`,
    "letter/other/en.md",
    "en/signatures/9/index.html",
    "de/index.html",
    "de/signatures/index.html",
  ])("do not when they are added beside them: %s", (path) => {
    expect(belongs(path, read, size)).toBe(false);
  });
});
