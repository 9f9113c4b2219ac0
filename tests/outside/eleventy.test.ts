import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { assertFree } from "../../scripts/outside/eleventy.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-build-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("lets a build write into a new folder, an empty one, and that of an earlier build", () => {
  assertFree(join(folder, "_site"), folder);
  expect(existsSync(join(folder, "_site"))).toBe(true);
  assertFree(join(folder, "_site"), folder);
  for (const name of ["index.html", "count.json"]) writeFileSync(join(folder, "_site", name), "");
  assertFree(join(folder, "_site"), folder);
  mkdirSync(join(folder, "broken-off/ledger/tile"), { recursive: true });
  assertFree(join(folder, "broken-off"), folder);
});

it("lets no build write over other things, nor into the project", () => {
  mkdirSync(join(folder, "photos"));
  writeFileSync(join(folder, "photos/one.jpg"), "");
  for (const name of ["photos", ".", "content", "scripts/cli", "node_modules/new"])
    expect(() => assertFree(join(folder, name), folder), name).toThrow("the folder holds other things");
  expect(existsSync(join(folder, "node_modules"))).toBe(false);
});
