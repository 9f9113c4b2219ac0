import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findProgram } from "../../support/servers/programs.ts";
import { changed, serverFile } from "./server-files.ts";

const tor = findProgram("tor");
const torrc = serverFile("torrc");

describe("the torrc", () => {
  it.each([
    ["tells circuits apart", "HiddenServiceExportCircuitID haproxy"],
    ["asks for work while many come", "HiddenServicePoWDefensesEnabled 1"],
    ["lets in so many circuits a second", "HiddenServicePoWQueueRate 50"],
    ["lets in so many at once", "HiddenServicePoWQueueBurst 200"],
    ["has relays stop those who ask too often", "HiddenServiceEnableIntroDoSDefense 1"],
    ["bounds the connections of a circuit", "HiddenServiceMaxStreams 100"],
    ["closes a circuit that has more", "HiddenServiceMaxStreamsCloseCircuit 1"],
  ])("%s, and says what that does", (_, setting) => {
    const lines = torrc.split("\n");
    const at = lines.indexOf(setting);
    expect(at).toBeGreaterThan(0);
    // Settings that belong together share a sentence.
    const before = lines.slice(0, at).findLast((line) => !/^\w/.test(line));
    expect(before).toMatch(/^# \S/);
  });

  it.skipIf(tor === undefined)("is what Tor takes as it is", () => {
    const folder = mkdtempSync(join(tmpdir(), "undersigned-torrc-"));
    try {
      mkdirSync(join(folder, "letter"), { mode: 0o700 });
      const own = changed(torrc, [[/\/var\/lib\/tor\/letter\//g, `${join(folder, "letter")}/`]]);
      const verify = (text: string) => {
        writeFileSync(join(folder, "torrc"), text);
        const args = ["--verify-config", "-f", join(folder, "torrc"), "--defaults-torrc", "/nonexistent"];
        return execFileSync(tor!, [...args, "--DataDirectory", join(folder, "data")], { encoding: "utf8" });
      };
      const said = verify(own);
      expect(said).toContain("Configuration was valid");
      expect(said).not.toMatch(/\[(warn|err)\](?!.*running .*as root)/i);
      expect(() => verify(changed(own, [[/haproxy/, "nothing"]]))).toThrow();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
