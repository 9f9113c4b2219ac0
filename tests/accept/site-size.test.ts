import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { roomOnPages, sizeInWords, sizeOfSite } from "../../scripts/accept/site/site-size.ts";

it("counts all files of a site, in whatever folder and hidden ones too", () => {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-size-"));
  try {
    mkdirSync(join(folder, ".well-known"));
    writeFileSync(join(folder, ".well-known/security.txt"), "x".repeat(1_500_000));
    writeFileSync(join(folder, "index.html"), "y".repeat(10));
    expect(sizeOfSite(folder)).toEqual({ files: 2, bytes: 1_500_010 });
    expect(sizeInWords(sizeOfSite(folder))).toBe("2 MB in 2 files");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("warns before a site outgrows Pages, and refuses one that has", () => {
  const listed = 1_000_000;
  expect(roomOnPages({ files: 9, bytes: 799_999_999 }, listed)).toBeUndefined();
  expect(roomOnPages({ files: 9, bytes: 800_000_000 }, listed)).toMatch(/about 250,000 more signatures fit/);
  expect(roomOnPages({ files: 9, bytes: 1_000_000_000 }, listed)).toMatch(/about 0 more signatures fit/);
  expect(() => roomOnPages({ files: 9, bytes: 1_000_000_001 }, listed)).toThrow(/1,001 MB in 9 files.*PUBLISH_TO/);
  expect(roomOnPages({ files: 9, bytes: 900_000_000 }, 0)).toMatch(/more signatures fit/);
});
