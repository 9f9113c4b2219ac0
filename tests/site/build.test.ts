import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatEntry } from "../../scripts/letter/ledger/entry.ts";
import { type ListRow, listShardName } from "../../scripts/letter/signature/list.ts";
import { formatRecord } from "../../scripts/letter/signature/record.ts";
import { editionOf } from "../../scripts/letter/text/edition.ts";
import { buildSite } from "../../scripts/outside/eleventy.ts";
import { root } from "../support/source.ts";
import { listRow } from "./invented-site.ts";

const texts = new Map<string, string>();
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "undersigned-build-"));
  for (const lang of ["en", "fa"]) texts.set(lang, await readFile(join(root, `content/${lang}/letter.md`), "utf8"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A record folder: the letter of these texts, a batch, and this many accepts, of which these are on the list. */
async function writeRecord(
  name: string,
  of: Map<string, string>,
  rows: readonly ListRow[],
  accepts = 0,
): Promise<string> {
  const edition = editionOf(of);
  const digest = "A".repeat(43);
  const accept = formatEntry({
    kind: "accept",
    edition,
    publicCommitment: digest,
    contactCommitment: digest,
    attestation: "A".repeat(86),
  });
  const entries = [
    formatEntry({ kind: "letter", edition }),
    formatEntry({ kind: "batch", filed: accepts, refused: 0, leftOut: 0 }),
    ...Array.from({ length: accepts }, () => accept),
  ];
  const record = { entries, rows, checkpoint: "a checkpoint\n", editions: new Map([[edition, of]]) };
  for (const [path, text] of formatRecord(record)) {
    const file = join(folder, name, "signatures", path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return join(folder, name, "signatures");
}

async function build(signatures: string, output: string): Promise<void> {
  const publicKeys = join(folder, "keys.json");
  await writeFile(
    publicKeys,
    JSON.stringify({ ledger: "letter.example.org/ledger+00000000+KEY", attestation: "KEY", recipients: [] }),
  );
  await buildSite({ signatures, output, publicKeys });
}

describe("the build", () => {
  const output = () => join(folder, "site");

  beforeAll(async () => {
    const rows = [
      listRow(2, { name: "Niamh O’Neil", place: "Cork" }),
      listRow(3, { name: "علی‌رضا کسری", lang: "fa" }),
      listRow(299, { name: "Zoë" }),
    ];
    await build(await writeRecord("record", texts, rows, 298), output());
  });

  it("writes every page in both languages", async () => {
    const expected = [
      "",
      "sign/",
      "signatures/",
      "signatures/1/",
      "signatures/2/",
      "verify/",
      "withdraw/",
      "privacy/",
      "how/",
      "share/",
      "press/",
    ];
    for (const [text, page] of [
      ["staying-safe", "safety/"],
      ["support", "support/"],
      ["updates", "updates/"],
    ] as const)
      if (existsSync(join(root, `content/en/${text}.md`))) expected.push(page);
    for (const lang of ["fa", "en"]) {
      for (const page of expected) expect(await read(`${lang}/${page}index.html`)).toContain("</html>");
    }
    const passedOn = ["fa", "en"].flatMap((lang) =>
      ["letter.pdf", "poster.pdf", "strips.pdf", "square.png", "upright.png"].map((file) => `${lang}/${file}`),
    );
    for (const file of [...passedOn, "poster.pdf", "fa/card.png", "embed/fa.svg", "embed/index.html", "fa/feed.xml"]) {
      expect((await read(file)).length).toBeGreaterThan(0);
    }
    expect(await read("index.html")).toContain('href="/fa/"');
    expect(await read("404.html")).toContain("</html>");
  });

  it("writes what programs read", async () => {
    expect(JSON.parse(await read("count.json"))).toMatchObject({ listed: 3, size: 300 });
    expect(await read("ledger/checkpoint")).toBe("a checkpoint\n");
    expect(await read(`list/${listShardName(1)}`)).toContain("Zoë");
    expect(await read(`letter/${editionOf(texts)}/fa.md`)).toBe(texts.get("fa"));
    expect(Object.keys(JSON.parse(await read("keys.json")))).toEqual(["ledger", "attestation", "recipients"]);
  });

  it("puts a row on the page of its shard", async () => {
    expect(await read("fa/signatures/1/index.html")).toContain('<bdi class="who">Niamh O’Neil</bdi>');
    expect(await read("fa/signatures/1/index.html")).not.toContain("Zoë");
    expect(await read("en/signatures/2/index.html")).toContain("Zoë");
  });

  it("brings fonts and style along, and nothing that it was made from", async () => {
    const files = await readdir(output(), { recursive: true });
    expect(files.filter((file) => file.endsWith(".woff2")).length).toBeGreaterThanOrEqual(4);
    expect(files.filter((file) => /campaign\.yaml|\.ts$|strings/.test(file))).toEqual([]);
    for (const [, font] of (await read("assets/site.css")).matchAll(/url\(([^)]+)\)/g)) {
      expect(files.map((file) => file.replaceAll("\\", "/"))).toContain(`assets/${font}`);
    }
  });

  it("links to nothing that is not there", async () => {
    const files = new Set(
      (await readdir(output(), { recursive: true })).map((file) => `/${file.replaceAll("\\", "/")}`),
    );
    for (const file of files) {
      if (!file.endsWith(".html")) continue;
      const html = await readFile(join(output(), file), "utf8");
      for (const [, path = ""] of html.matchAll(/ (?:href|src)="(\/[^"#?]*)/g)) {
        if (path === "/inbox/") continue;
        expect(files, `${file} links to ${path}`).toContain(path.endsWith("/") ? `${path}index.html` : path);
      }
    }
  });

  async function read(path: string): Promise<string> {
    return readFile(join(output(), path), "utf8");
  }
});

describe("a letter that is not the edition on the ledger", () => {
  it("stops the build with one line that says what to do", async () => {
    const other = new Map([...texts].map(([lang, text]) => [lang, text.replace(/\n$/, "\n\nMore.\n")]));
    const failed = build(await writeRecord("other", other, []), join(folder, "other-site"));
    await expect(failed).rejects.toThrow(/^[^\n]*npm run edition[^\n]*$/);
    await expect(readdir(join(folder, "other-site"))).rejects.toThrow();
  });
});
