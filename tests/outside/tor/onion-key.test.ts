import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isOnionHost } from "../../../scripts/letter/text/onion.ts";
import { writeOnionKey } from "../../../scripts/outside/tor/onion-key.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { runCommand } from "../../support/servers/service.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-onion-key-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the key of an onion service", () => {
  it("has the address that Tor derives from it", () => {
    // The Tor Project's own site.
    const host = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion";
    expect(isOnionHost(host)).toBe(true);
    for (const [i, letter] of [...host.slice(0, 56)].entries()) {
      const wrong = host.slice(0, i) + (letter === "a" ? "b" : "a") + host.slice(i + 1);
      expect(isOnionHost(wrong), wrong).toBe(false);
    }
    for (const other of ["", "a.onion", `www.${host}`, host.toUpperCase(), host.slice(0, 56), `${host}.org`])
      expect(isOnionHost(other), other).toBe(false);
  });

  it("is written for its owner only, and never over another", async () => {
    const made = join(folder, "letter");
    const address = await writeOnionKey(made, fixedRandomness("onion key"));
    expect(isOnionHost(address.replace("http://", ""))).toBe(true);
    expect(readFileSync(join(made, "hostname"), "utf8")).toBe(`${address.slice(7)}\n`);
    expect(statSync(made).mode & 0o777).toBe(0o700);
    const sizes = readdirSync(made).map((name) => [
      name,
      statSync(join(made, name)).size,
      statSync(join(made, name)).mode & 0o777,
    ]);
    expect(sizes).toEqual([
      ["hostname", 63, 0o600],
      ["hs_ed25519_public_key", 64, 0o600],
      ["hs_ed25519_secret_key", 96, 0o600],
    ]);
    await expect(writeOnionKey(made, fixedRandomness("another"))).rejects.toThrow("a key is never written over");
  });

  it("is made by npm run keys, which prints the line of campaign.yaml and nothing secret", async () => {
    const { stdout, code } = await runCommand("keys", ["--onion", join(folder, "letter")], {
      DATA_DIR: join(folder, "data"),
    });
    const host = readFileSync(join(folder, "letter/hostname"), "utf8").trim();
    expect([code, stdout.split("\n")[0]]).toEqual([0, `onion: http://${host}`]);
    expect(stdout.trim().split("\n")).toHaveLength(2);
    expect(readdirSync(folder)).toEqual(["letter"]);
  });
});
