import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readPlace } from "../../../scripts/outside/mirror/second-place.ts";
import type { Settings } from "../../../scripts/outside/settings.ts";

let token: string;
beforeEach(() => {
  token = join(mkdtempSync(join(tmpdir(), "undersigned-place-")), "token");
});
afterEach(() => rmSync(join(token, ".."), { recursive: true, force: true }));

it.each([
  ["ftp://host.example/a.git", "https://"],
  ["http://host.example/a.git", "https://"],
  ["git@host.example:a/b.git", "https://"],
  ["https://user:secret@host.example/a.git", "without a name"],
  ["https://github.com/OWNER/Letter.git", "the campaign's own repository"],
  ["https://github.com//owner/letter//", "the campaign's own repository"],
])("%s is no address for it", async (typed, words) => {
  writeFileSync(token, "t\n");
  const gitHost = { kind: "github", repository: "owner/letter", serverUrl: "https://github.com" };
  await expect(readPlace(typed, token, gitHost as Settings["gitHost"])).rejects.toThrow(words);
});

it("a path is a folder, and an address needs a token in a file", async () => {
  const local = { kind: "local" } as const;
  expect(await readPlace("second", undefined, local)).toEqual({ kind: "folder", path: resolve("second") });
  await expect(readPlace("second", token, local)).rejects.toThrow("a folder needs none");
  const typed = "https://host.example/a.git";
  await expect(readPlace(typed, undefined, local)).rejects.toThrow("name with --token");
  await expect(readPlace(typed, token, local)).rejects.toThrow("no such file of a token");
  writeFileSync(token, "two words\n");
  await expect(readPlace(typed, token, local)).rejects.toThrow("holds no token");
  writeFileSync(token, "abc\n");
  expect(await readPlace(`${typed}/`, token, local)).toEqual({ kind: "host", remote: { url: typed, token: "abc" } });
});
