import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openOnionSite } from "../../scripts/accept/site/onion-site.ts";
import type { CampaignRecord } from "../../scripts/letter/signature/record.ts";
import { openLog } from "../../scripts/outside/log.ts";
import { keys, ledger, nothingSettled } from "../letter/invented.ts";
import { publishedRecord } from "../site/published-site.ts";
import { fixedClock } from "../support/fixtures.ts";

const { record } = publishedRecord(2, 5);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-onion-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A site, and what the operator reads of it. */
function openSite() {
  const lines: string[] = [];
  const log = openLog(fixedClock(), { write: (line: string) => void lines.push(line) } as never);
  const deps = { dataDir: folder, repository: folder, keys, verifier: ledger.verifier, onion: undefined, log };
  return { site: openOnionSite(deps), lines };
}

const mainWith = (shown: CampaignRecord, commit = "c") => ({
  ...{ commit: commit.repeat(40), record: shown, settled: nothingSettled, line: new Set<string>() },
});

/** What a site of this record says that must not be shown. */
async function refusalOf(shown: CampaignRecord): Promise<string> {
  const { site, lines } = openSite();
  site.follow(mainWith(shown));
  const reason = await site.folder().then(
    () => "shown",
    (cause: Error) => cause.message,
  );
  await site.idle();
  expect(lines.join("")).toContain("the site of the onion service could not be built");
  return reason;
}

/** What an earlier run has left. */
function show(checkpoint: string): void {
  const build = join(folder, "builds", "before-onion");
  mkdirSync(join(build, "ledger"), { recursive: true });
  writeFileSync(join(build, "ledger/checkpoint"), checkpoint);
  symlinkSync(join("builds", "before-onion"), join(folder, "onion-site"));
}

describe("the site of the onion service", () => {
  it("shows no record that is not the one of its checkpoint", async () => {
    const [first, ...others] = record.rows;
    const renamed = { ...record, rows: [{ ...first!, name: "Somebody Else" }, ...others] };
    expect(await refusalOf(renamed)).toContain("the list on main does not fit the ledger");
    const shorter = { ...record, entries: record.entries.slice(0, -1) };
    expect(await refusalOf(shorter)).toContain("is not the one its checkpoint was signed for");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("shows no ledger that is shorter or another than what it has shown", async () => {
    show(record.checkpoint!);
    const before = publishedRecord(1, 5).record;
    expect(await refusalOf(before)).toContain("shorter than the one the world has seen");
    rmSync(join(folder, "onion-site"));
    show(publishedRecord(2, 4).record.checkpoint!);
    expect(await refusalOf(record)).toContain("another than the one the world has seen");
  });

  it("says that main has not been read before it was", async () => {
    await expect(openSite().site.folder()).rejects.toThrow("main has not been read yet");
  });

  // A record that cannot be built shows in the log that it was tried.
  const broken = { ...record, entries: record.entries.slice(0, -1) };

  it("is idle only when the build has ended that the last main has begun", async () => {
    show(record.checkpoint!);
    const { site, lines } = openSite();
    site.follow(mainWith(broken));
    await site.idle();
    expect(lines).toHaveLength(1);
  });

  it.each([
    ["main was not read yet", false],
    ["main has not moved", true],
  ])("follows main also after it was asked for while %s", async (_, isRead) => {
    const { site, lines } = openSite();
    if (isRead) site.follow(mainWith(broken));
    for (let asked = 0; asked < 3; asked++) await expect(site.folder()).rejects.toThrow();
    const before = lines.length;
    site.follow(mainWith(broken, "d"));
    await site.idle();
    expect(lines).toHaveLength(before + 1);
  });
});
