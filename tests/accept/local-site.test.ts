import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { currentBuild, pointTo } from "../../scripts/accept/local-site.ts";
import { BUILD_NOTES } from "../../scripts/outside/eleventy.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-builds-"));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

describe("the site of a campaign on one machine", () => {
  it("keeps no build but the last, and the one before it for a moment", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const link = join(folder, "site");
    const builds = () => readdirSync(join(folder, "builds")).sort();
    for (const name of ["a", "b", "c"]) {
      mkdirSync(join(folder, "builds", name), { recursive: true });
      writeFileSync(join(folder, "builds", name + BUILD_NOTES), "");
      await pointTo(link, name);
      expect(await currentBuild(link)).toBe(join(folder, "builds", name));
    }
    expect(readlinkSync(link)).toBe(join("builds", "c"));
    expect(builds()).toEqual(["b", "b", "c", "c"].map((name, i) => name + (i % 2 ? BUILD_NOTES : "")));
    await vi.runAllTimersAsync();
    await vi.waitFor(() => expect(builds()).toEqual(["c", `c${BUILD_NOTES}`]));
  });

  it("leaves alone what is built for the onion service meanwhile, which has a link of its own", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const builds = () => readdirSync(join(folder, "builds")).sort();
    for (const name of ["a", "b-onion", "b-onion.record"]) mkdirSync(join(folder, "builds", name), { recursive: true });
    await pointTo(join(folder, "site"), "a");
    expect(builds()).toEqual(["a", "b-onion", "b-onion.record"]);
    mkdirSync(join(folder, "builds", "c-onion"));
    await pointTo(join(folder, "onion-site"), "c-onion");
    expect(builds()).toEqual(["a", "c-onion"]);
  });
});
