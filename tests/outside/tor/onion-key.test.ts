import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { onionOf, writeOnionKey } from "../../../scripts/outside/tor/onion-key.ts";
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
    const bits = [...host.slice(0, 56)].map((letter) =>
      "abcdefghijklmnopqrstuvwxyz234567".indexOf(letter).toString(2).padStart(5, "0"),
    );
    const bytes = bits
      .join("")
      .match(/.{8}/g)!
      .map((byte) => Number.parseInt(byte, 2));
    expect(onionOf(new Uint8Array(bytes.slice(0, 32)))).toBe(host);
  });

  it("is written for its owner only, and never over another", async () => {
    const made = join(folder, "letter");
    const address = await writeOnionKey(made, fixedRandomness("onion key"));
    expect(address).toMatch(/^http:\/\/[a-z2-7]{55}d\.onion$/);
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
