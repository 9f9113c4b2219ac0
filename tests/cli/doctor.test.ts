import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Kysely } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStore, type Tables } from "../../scripts/form-service/store/schema.ts";
import { makeDataDir, removeDataDir, runCommand } from "../support/servers/service.ts";

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

describe("a folder in which nothing can be written", () => {
  it.each([
    ["a folder where no other can be made", () => "/proc/nope", /no folder can be made there|may not|nothing can be/],
    ["deep below such a folder", () => "/proc/nope/a/b", /no folder can be made there|may not|nothing can be/],
    ["a file", file, /that is a file, not a folder/],
    ["below a file", () => join(file(), "data/deep"), /a part of the path is a file, not a folder/],
    ["a folder of others", unwritable, /this user may not write there|nothing can be written there/],
    ["a name that is too long", () => join(folder, "a".repeat(300)), /the path is too long/],
    ["no name", () => "", /write the path of a folder, or leave it unset/],
  ])("is refused as DATA_DIR at once, with what to do: %s", async (_, place, reason) => {
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

  it.each([
    ["a folder where no other can be made", () => "/proc/nope/a"],
    ["a file", file],
    ["below a file", () => join(file(), "site")],
    ["a folder of others", () => join(unwritable(), "site")],
  ])("is refused for a build too: %s", async (_, place) => {
    const { code, stderr } = await runCommand("build", [place()]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: DIR: [^\n]+; write the path of a folder of yours\n$/);
  });

  it("is made with the folders above it when it is not there yet", async () => {
    const { stdout } = await runCommand("doctor", [], { DATA_DIR: join(folder, "a/b/c"), PORT: "0" });
    expect(stdout).toContain("✓ the data folder can be written");
  });
});

describe("what the doctor says of the queue", () => {
  const ids = ["0000000000000000000000000a", "0000000000000000000000000b"];
  const rest = { day: "2026-11-20", edition: null, row: "{", sheet: null };

  /** The doctor's line about the database, after this work on it. */
  async function lineAfter(work: (query: Kysely<Tables>) => Promise<unknown>) {
    const store = await openStore({ kind: "sqlite", path: join(folder, "service.db") });
    await work(store.query).finally(store.close);
    const { stdout, code } = await runCommand("doctor", [], { DATA_DIR: folder, PORT: "0" });
    return { line: stdout.split("\n").find((line) => line.includes("the database")), code };
  }

  it("names each signature whose row cannot be read, and what to do, until it can be", async () => {
    const waiting = { ...rest, id: "0000000000000000000000000c", state: "confirmed" as const };
    const { line, code } = await lineAfter((query) =>
      query
        .insertInto("signature")
        .values([...ids.map((id) => ({ ...rest, id, state: "aside" as const })), waiting])
        .execute(),
    );
    expect(line).toMatch(/^✕ the database: signatures whose rows cannot be read, so that no sheet takes them: /);
    expect(line).toContain(`: ${ids.join(", ")}. Keep a backup`);
    expect(line).not.toContain(waiting.id);
    expect(line).not.toContain("sheets that cannot be filed");
    expect(code).toBe(1);

    const taken = await lineAfter((query) => query.updateTable("signature").set({ state: "confirmed" }).execute());
    expect(taken).toEqual({ line: "✓ the database", code: 0 });
  });

  it("names beside them each sheet that the git host does not take, how often it was tried, and why", async () => {
    const { line, code } = await lineAfter(async (query) => {
      await query
        .insertInto("signature")
        .values({ ...rest, id: ids[0]!, state: "aside" })
        .execute();
      const sheet = { kind: "signatures", state: "filing", text: "", base: "", message: "", day: rest.day } as const;
      const tried = [9, 10].map((attempts) => ({
        ...sheet,
        sheet: `sheet${attempts}`,
        attempts,
        failure: "HttpError 422",
      }));
      await query.insertInto("sheet").values(tried).execute();
    });
    expect(line).toMatch(
      /^✕ the database: sheets that cannot be filed: sheet10 \(tried 10 times, last HttpError 422\)\. /,
    );
    expect(line).toContain("; signatures whose rows cannot be read");
    expect(line).toContain(ids[0]);
    expect(line).not.toContain("sheet9");
    expect(code).toBe(1);
  });
});
