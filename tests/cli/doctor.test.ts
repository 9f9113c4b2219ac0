import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeDataDir, removeDataDir, runCommand } from "../support/service.ts";

let folder: string;
beforeEach(() => {
  folder = makeDataDir();
});
afterEach(() => removeDataDir(folder));

/** Permissions stop nobody who is root; what is mounted to be read only does. */
function unwritable(): string {
  if (process.getuid?.() === 0) return "/sys";
  chmodSync(folder, 0o500);
  return folder;
}

function file(): string {
  writeFileSync(join(folder, "file"), "");
  return join(folder, "file");
}

describe("a DATA_DIR in which nothing can be written", () => {
  it.each([
    ["a folder where no other can be made", () => "/proc/nope", /no folder can be made there|may not|nothing can be/],
    ["deep below such a folder", () => "/proc/nope/a/b", /no folder can be made there|may not|nothing can be/],
    ["a file", file, /that is a file, not a folder/],
    ["below a file", () => join(file(), "data/deep"), /a part of the path is a file, not a folder/],
    ["a folder of others", unwritable, /this user may not write there|nothing can be written there/],
    ["a name that is too long", () => join(folder, "a".repeat(300)), /the path is too long/],
    ["no name", () => "", /write the path of a folder, or leave it unset/],
  ])("is refused at once, with what to do: %s", async (_, place, reason) => {
    const settings = { DATA_DIR: place(), PORT: "0" };
    for (const command of ["doctor", "start", "keys"]) {
      const ended = await runCommand(command, [], settings);
      expect(ended.code, command).toBe(1);
      expect(ended.stdout + ended.stderr, command).toMatch(reason);
      expect(ended.stdout + ended.stderr, command).toMatch(/DATA_DIR: .*write the path of a folder/);
      expect(ended.stderr, command).toMatch(command === "doctor" && settings.DATA_DIR ? /^$/ : /^error: [^\n]+\n$/);
      expect(ended.stderr, command).not.toContain("unexpected");
    }
  });

  it("is made with the folders above it when it is not there yet", async () => {
    const { stdout } = await runCommand("doctor", [], { DATA_DIR: join(folder, "a/b/c"), PORT: "0" });
    expect(stdout).toContain("✓ the data folder can be written");
  });
});
