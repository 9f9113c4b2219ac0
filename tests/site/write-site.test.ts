import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type CampaignRecord, formatRecord } from "../../scripts/letter/signature/record.ts";
import { UNNAMED_ONION } from "../../scripts/letter/text/onion.ts";
import { writeSite } from "../../scripts/site/write-site.ts";
import { keys } from "../letter/invented.ts";
import { append, purgedRecord, takenDownRecord } from "../support/campaigns/taken-down.ts";
import { recordOf } from "./published-site.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-write-site-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const record = recordOf(["name", "initials", "hidden", "counted"]);

/** The site that a build would write of the files of this record. */
function siteOf(of: CampaignRecord, days: string, more: Record<string, string> = {}) {
  const files = new Map([...formatRecord(of)].map(([path, text]) => [`signatures/${path}`, text]));
  for (const [path, text] of files.set("keys.json", JSON.stringify(keys))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return writeSite({
    SITE_DIR: join(folder, "site"),
    SIGNATURES_DIR: join(folder, "signatures"),
    PUBLIC_KEYS: join(folder, "keys.json"),
    LEDGER_DAYS: days,
    ...more,
  });
}

it("has the addresses of the settings file, as the service has them, and at an onion address that one only", async () => {
  const file = join(folder, "settings.env");
  writeFileSync(file, "SITE_URL=https://letter.example.org\nSERVICE_URL=https://sign.example.org\n");
  const elsewhere = await siteOf(record, "", { SETTINGS_FILE: file });
  expect(elsewhere.context).toMatchObject({
    publicUrl: "https://letter.example.org/",
    serviceUrl: "https://sign.example.org",
  });
  const onion = `http://${"b".repeat(55)}d.onion`;
  const there = await siteOf(record, "", { SETTINGS_FILE: file, ONION_ORIGIN: onion });
  expect(there.context).toMatchObject({ publicUrl: `${onion}/`, siteUrl: "", serviceUrl: "" });
  expect(there.drawn.publicUrl).toBe(`${onion}/`);
  // Nobody can be at this one, so that poster and card keep the public address.
  const unnamed = await siteOf(record, "", { SETTINGS_FILE: file, ONION_ORIGIN: UNNAMED_ONION });
  expect([unnamed.context.publicUrl, unnamed.drawn.publicUrl]).toEqual([
    `${UNNAMED_ONION}/`,
    "https://letter.example.org/",
  ]);
});

it("knows from the files of the record that the list was taken down, and on which day", async () => {
  const gone = takenDownRecord(record);
  const size = gone.entries.length;
  const { context, pages, head } = await siteOf(gone, `:${size - 1} 2027-01-20:${size}`);
  expect(context).toMatchObject({ takenDown: { day: "2027-01-20" }, stage: "destroyed", newest: [] });
  expect(context.totals).toMatchObject({ accepted: 4, withdrawn: 0, listed: 0, takenDown: true });
  expect(head.totals.takenDown).toBe(true);
  for (const path of ["/list/", "/en/signatures/", "/fa/signatures/"])
    expect(pages.find((page) => page.path === path)?.render(), path).toContain('datetime="2027-01-20"');
  for (const lang of ["en", "fa"])
    expect(readFileSync(join(folder, "site", lang, "signatures/1/index.html"), "utf8")).toContain('"2027-01-20"');
});

it("names the day of the purge, not of what was withdrawn after it, and none when it is not known", async () => {
  const [row] = record.rows;
  const left = append(purgedRecord(record), [`undersigned/v1 withdraw ${row!.index}`]);
  const gone = { ...left, rows: [], takenDown: true };
  const size = gone.entries.length;
  const { context } = await siteOf(gone, `:${size - 2} 2027-01-20:${size - 1} 2027-02-02:${size}`);
  expect(context.takenDown).toEqual({ day: "2027-01-20" });
  expect((await siteOf(gone, "")).context.takenDown).toEqual({ day: undefined });
});

it("keeps the list after a purge while its files are there", async () => {
  const { context, pages } = await siteOf(purgedRecord(record), "");
  expect(context.takenDown).toBe(undefined);
  expect(context.totals).toMatchObject({ listed: 4 });
  expect(pages.map(({ path }) => path)).not.toContain("/list/");
});
