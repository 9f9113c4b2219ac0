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

/** What a site of this record says that must not be shown, and what the operator reads of it. */
async function refusalOf(shown: CampaignRecord): Promise<string> {
  const lines: string[] = [];
  const log = openLog(fixedClock(), { write: (line: string) => void lines.push(line) } as never);
  const deps = { dataDir: folder, repository: folder, keys, verifier: ledger.verifier, onion: undefined, log };
  const site = openOnionSite(deps);
  site.follow({ commit: "c".repeat(40), record: shown, settled: nothingSettled, line: new Set() });
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
    const log = openLog(fixedClock(), { write: () => {} } as never);
    const deps = { dataDir: folder, repository: folder, keys, verifier: ledger.verifier, onion: undefined, log };
    await expect(openOnionSite(deps).folder()).rejects.toThrow("main has not been read yet");
  });
});
