import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { listShardName, shardOf } from "../../../scripts/letter/signature/list.ts";
import { type CampaignRecord, EMPTY_RECORD, formatRecord } from "../../../scripts/letter/signature/record.ts";
import { BUILD_NOTES } from "../../../scripts/outside/eleventy.ts";
import { digestOf } from "../../../scripts/site/list/site-folder.ts";
import { readContent } from "../../../scripts/site/views/read-content.ts";
import { writeSite } from "../../../scripts/site/write-site.ts";
import { edition as earlierEdition, texts as earlierTexts, keys } from "../../letter/invented.ts";
import { logEdition } from "../../letter/plain.ts";
import { takenDownRecord } from "../../support/campaigns/taken-down.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { root } from "../../support/source.ts";
import { PURGED_ON, publishedSite, withLetter, withoutRows, withSheet } from "../published-site.ts";

const [random, ORIGIN] = [fixedRandomness("the list that is written"), "https://letter.example.org"];
const pick = <T>(all: readonly T[]): T => all[random(4).reduce((sum, byte) => sum * 256 + byte, 0) % all.length]!;

// Two shards and the beginning of a third, which a letter that replaced another divides.
const before = withLetter(
  withSheet(logEdition(EMPTY_RECORD, earlierEdition, earlierTexts).record, 0, 290, earlierEdition),
);
const record = withSheet(before, 1, 260);
const grown = withSheet(record, 2, 20);

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-write-list-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const site = () => join(folder, "site");

async function build(
  of: CampaignRecord,
  { to = site(), more = {} }: { to?: string; more?: object } = {},
): Promise<void> {
  rmSync(join(folder, "signatures"), { recursive: true, force: true });
  for (const [path, text] of [...formatRecord(of), ["../keys.json", JSON.stringify(keys)] as const]) {
    mkdirSync(dirname(join(folder, "signatures", path)), { recursive: true });
    writeFileSync(join(folder, "signatures", path), text);
  }
  const named = { SIGNATURES_DIR: join(folder, "signatures"), PUBLIC_KEYS: join(folder, "keys.json"), SITE_DIR: to };
  await writeSite({ SITE_URL: ORIGIN, SERVICE_URL: ORIGIN, LEDGER_DAYS: "", ...named, ...more });
}

/** The files of a folder, with what tells whether one was written again. */
function filesOf(of: string): Map<string, { text: string; written: string }> {
  const found = readdirSync(of, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    found.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const { ino, mtimeMs } = statSync(file);
      return [file.slice(of.length + 1), { text: readFileSync(file, "latin1"), written: `${ino} ${mtimeMs}` }];
    }),
  );
}

const textsOf = (of: string) => new Map([...filesOf(of)].map(([path, { text }]) => [path, text]));

/** What the views and `publishedFiles` give for the same record, as far as it is written by shard. */
async function rendered(of: CampaignRecord): Promise<Map<string, string>> {
  const content = await readContent(join(root, "content"));
  const all = [...(await publishedSite(of, ORIGIN, { kind: "capture", folder: "" }, content))].filter(([path]) =>
    /^(ledger\/tile|list\/[x\d]|\w+\/signatures\/\d)/.test(path),
  );
  return new Map(all.map(([path, bytes]) => [path, Buffer.from(bytes).toString("latin1")]));
}

function changedSince(earlier: ReturnType<typeof filesOf>): string[] {
  const written = [...filesOf(site())].filter(([path, file]) => file.written !== earlier.get(path)?.written);
  return written.map(([path]) => path).sort();
}

it("writes tiles, list and pages as the views and the format give them, for any text that was signed", async () => {
  await build(record);
  const expected = await rendered(record);
  expect(expected.size).toBeGreaterThan(15);
  expect(textsOf(site())).toEqual(expected);
});

it("writes after one more sheet what changed, and only that", async () => {
  await build(record);
  const earlier = filesOf(site());
  await build(grown);
  expect(textsOf(site())).toEqual(await rendered(grown));
  const last = shardOf(grown.entries.length - 1);
  const page = new RegExp(
    `^(en|fa)/signatures/${last + 1}/|^list/${listShardName(last)}|^ledger/tile/(0|entries)/00${last}`,
  );
  const changed = changedSince(earlier);
  expect(changed.length).toBeGreaterThan(5);
  expect(changed.filter((path) => !page.test(path))).toEqual([]);
});

it("writes the page before too when a shard is added, because it leads to the next", async () => {
  const full = withSheet(record, 3, 3 * 256 - record.entries.length - 1);
  await build(full);
  const earlier = filesOf(site());
  await build(withSheet(full, 4, 2));
  expect(changedSince(earlier).filter((path) => /^(en|fa)/.test(path))).toEqual(
    ["en", "fa"].flatMap((lang) => [3, 4].map((number) => `${lang}/signatures/${number}/index.html`)),
  );
});

it("writes of a shard that somebody left the file and the pages again, and its name nowhere else", async () => {
  await build(record);
  const earlier = filesOf(site());
  const row = pick(record.rows.filter(({ index }) => shardOf(index) < 2));
  const left = withoutRows(record, 5, [row]);
  await build(left);
  expect(textsOf(site())).toEqual(await rendered(left));
  const shard = shardOf(row.index);
  expect(changedSince(earlier).filter((path) => !path.startsWith("ledger/"))).toEqual([
    ...["en", "fa"].map((lang) => `${lang}/signatures/${shard + 1}/index.html`),
    `list/${listShardName(shard)}`,
  ]);
});

it("links what did not change from an earlier build, and leaves that as it is", async () => {
  const [first, second] = [join(folder, "first"), join(folder, "second")];
  await build(record, { to: first });
  const earlier = filesOf(first);
  await build(grown, { to: second, more: { EARLIER_SITE_DIR: first } });
  expect(textsOf(second)).toEqual(await rendered(grown));
  expect(filesOf(first)).toEqual(earlier);
  const linked = [...filesOf(second)].filter(([path, { written }]) => written === earlier.get(path)?.written);
  expect(linked.length).toBeGreaterThan(10);
  // Whoever builds into that folder again changes nothing in the other.
  await build(withoutRows(grown, 6, [grown.rows[3]!]), { to: second });
  expect(filesOf(first)).toEqual(earlier);
});

it.each([
  ["changed", (file: string) => writeFileSync(file, readFileSync(file).fill(32))],
  ["longer", (file: string) => appendFileSync(file, " ")],
  ["cut off", (file: string) => truncateSync(file, 3)],
  ["touched", (file: string) => utimesSync(file, 1, 1)],
  ["missing", (file: string) => rmSync(file)],
  ["a folder", (file: string) => [rmSync(file), mkdirSync(file)]],
] as const)("writes a file again that is %s", async (what, damage) => {
  await build(record);
  const expected = textsOf(site());
  const path = pick([...expected.keys()]);
  damage(join(site(), path));
  if (what === "a folder") return expect(build(record)).rejects.toThrow();
  await build(record);
  expect(textsOf(site()), path).toEqual(expected);
});

it("removes what an earlier build wrote and this one does not", async () => {
  await build(record);
  const gone = takenDownRecord(record);
  await build(gone, { more: { LEDGER_DAYS: `:${gone.entries.length - 1} ${PURGED_ON}:${gone.entries.length}` } });
  expect(textsOf(site())).toEqual(await rendered(gone));
  for (const name of ["ledger/tile/0/009", "list/x001/000.md", "en/signatures/99/index.html"]) {
    mkdirSync(dirname(join(site(), name)), { recursive: true });
    writeFileSync(join(site(), name), "of somebody who has left");
  }
  writeFileSync(join(site(), "en/signatures/index.html"), "of another writer");
  await build(record);
  const other = ["en/signatures/index.html", "of another writer"] as const;
  expect(textsOf(site())).toEqual(new Map([...(await rendered(record)), other]));
});

const digested = (body: string) => `${digestOf(body)}\n${body}`;

it.each([
  ["are missing", () => undefined],
  ["are cut off", (text: string) => text.slice(0, -pick([1, 10, 1000]))],
  ["say something else", (text: string) => text.replace(/"shown":{"name":\d+/, '"shown":{"name":9')],
  [
    "were noted by another program",
    (text: string) => digested(text.replace(/^.*\n/, "").replace(/"made":"./, '"made":"')),
  ],
])("writes everything when the notes %s", async (_, damage) => {
  await build(record);
  const earlier = filesOf(site());
  const notes = site() + BUILD_NOTES;
  const damaged = damage(readFileSync(notes, "utf8"));
  if (damaged === undefined) rmSync(notes);
  else writeFileSync(notes, damaged);
  await build(record);
  expect(textsOf(site())).toEqual(new Map([...earlier].map(([path, { text }]) => [path, text])));
  expect(changedSince(earlier)).toHaveLength(earlier.size);
});

it("writes every page again when an address changes, but not the tiles", async () => {
  await build(record);
  const earlier = filesOf(site());
  await build(record, { more: { SERVICE_URL: "https://sign.example.org" } });
  const changed = changedSince(earlier);
  expect(changed).toEqual([...earlier.keys()].filter((path) => /^(en|fa)/.test(path)).sort());
});

it("does not believe the notes of before after a build that did not end", async () => {
  await build(record);
  const broken = {
    ...grown,
    rows: grown.rows.map((row, i) => (i < grown.rows.length - 1 ? row : { ...row, name: "@" })),
  };
  await expect(build(broken)).rejects.toThrow(/name breaks the rules|empty public cells/);
  const earlier = filesOf(site());
  await build(record);
  expect(textsOf(site())).toEqual(await rendered(record));
  expect(changedSince(earlier).length).toBeGreaterThan(10);
});

it("counts as before what it does not read again", async () => {
  await build(grown);
  const all = { SITE_DIR: site(), SIGNATURES_DIR: join(folder, "signatures"), PUBLIC_KEYS: join(folder, "keys.json") };
  const environment = { SITE_URL: ORIGIN, SERVICE_URL: ORIGIN, LEDGER_DAYS: "", ...all };
  const again = await writeSite(environment);
  rmSync(site() + BUILD_NOTES);
  const fresh = await writeSite(environment);
  expect(again.head).toEqual(fresh.head);
  expect(again.context).toEqual(fresh.context);
  expect(again.context.earlier).toBe(290);
});
