import { describe, expect, it } from "vitest";
import { signCheckpoint } from "../../../scripts/letter/ledger/checkpoint.ts";
import { formatVkey, noteSigner, signNote } from "../../../scripts/letter/ledger/note.ts";
import { leafHash, treeRoot } from "../../../scripts/letter/ledger/tree.ts";
import { publishedFiles } from "../../../scripts/letter/published/files.ts";
import { verifyPublished } from "../../../scripts/letter/published/verification.ts";
import { idOf } from "../../../scripts/letter/signature/derivation.ts";
import { formatListShard, parseListShard } from "../../../scripts/letter/signature/list.ts";
import { type CampaignRecord, countRecord } from "../../../scripts/letter/signature/record.ts";
import { editionOf } from "../../../scripts/letter/text/edition.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import {
  attested,
  edition,
  freshMain,
  invent,
  inventedCampaign,
  keys,
  ledger,
  letterText,
  pageOf,
  readFrom,
  type Site,
  signed,
  siteOf,
  texts,
  vkey,
} from "../invented.ts";
import { logEdition } from "../plain.ts";
import { flip, unnoticedFlips } from "./bit-flips.ts";

const { main } = inventedCampaign(7, 45);
const { record } = main;
const site = siteOf(record);

const textOf = (path: string, of = site) => Buffer.from(of.get(path)!).toString("utf8");
/** The site with one file replaced, or without it. */
const withFile = (path: string, content: string | Uint8Array | undefined, of = site): Site => {
  const changed = new Map(of);
  if (content === undefined) changed.delete(path);
  else changed.set(path, Buffer.from(content));
  return changed;
};
const edited = (path: string, from: string | RegExp, to: string) => {
  const text = textOf(path).replace(from, to);
  expect(text).not.toBe(textOf(path));
  return withFile(path, text);
};
const reasonOf = async (of: Site, pinned?: string) => {
  try {
    await verifyPublished(readFrom(of), pinned);
    return "ok";
  } catch (error) {
    return (error as Error).message;
  }
};
/** A site whose owner lies and signs it all the same. */
const resigned = (entries: readonly string[], rows = record.rows): Site => siteOf(signed({ ...record, entries, rows }));

describe("verification of a published site", () => {
  it("finds what was published", async () => {
    const found = await verifyPublished(readFrom(site));
    expect(found).toMatchObject(countRecord(record));
    expect(formatVkey(found.verifier)).toBe(vkey);
    expect([found.accepted, found.withdrawn, found.listed]).toEqual([301, 12, 289]);
  });

  it("takes a pinned key, and tells of its progress", async () => {
    const seen: number[] = [];
    await verifyPublished(readFrom(site), vkey, { progress: (done, size) => seen.push(done, size) });
    const size = record.entries.length;
    expect(seen).toEqual([0, size, 256, size, size, size]);
  });

  it("finds a letter that nobody has signed yet, and one whose text was changed and changed back", async () => {
    expect(await reasonOf(siteOf(freshMain().record))).toBe("ok");
    const other = new Map([["en", letterText("Another", "We ask for more.")]]);
    const changed = logEdition(record, editionOf(other), other).record;
    const pages = withFile("en/index.html", pageOf(other.get("en")!, record.rows.length), siteOf(signed(changed)));
    expect(await reasonOf(pages)).toBe("ok");
    expect(await reasonOf(siteOf(signed(logEdition(changed, edition, texts).record)))).toBe("ok");
  });

  it("takes a site without pages, and one that does not say its languages", async () => {
    expect(await reasonOf(withFile("en/index.html", undefined))).toBe("ok");
    expect(await reasonOf(withFile("letter/editions.json", undefined))).toBe("ok");
  });
});

describe("one changed character", () => {
  const line = (index: number) => record.entries[index]!;
  const row = record.rows.find(({ shown, name }) => shown === "name" && name.startsWith("M"))!;
  const shard = `list/00${Math.floor(row.index / 256)}.md`;

  it("of a name on the list is found, with the place", async () => {
    const changed = edited(shard, new RegExp(`^(\\| ${row.index} \\| name \\| )M`, "m"), "$1N");
    expect(await reasonOf(changed)).toMatch(
      new RegExp(`^${shard}: line \\d+ \\(index ${row.index}\\): the row does not open the commitment`),
    );
  });

  it.each([
    ["day", / 2026-11-23 /, " 2026-11-24 "],
    ["language", / \| (en|fa) \| /, " | ku | "],
    ["place", / Melbourne /, " Melborne "],
    ["kind", / hidden /, " counted "],
    ["index", /^\| \d+ /m, "| 0 "],
    ["opening", / [\w-]{42}[AEIMQUYcgkosw048] \|\n/, ` ${"A".repeat(43)} |\n`],
  ])("of a %s on the list is found", async (_what, from, to) => {
    expect(await reasonOf(edited("list/000.md", from, to))).toMatch(/^list\/000\.md: /);
  });

  it("of an entry is found, with its number", async () => {
    const path = `ledger/tile/entries/001.p/${record.entries.length - 256}`;
    const bytes = Buffer.from(site.get(path)!);
    bytes[bytes.indexOf(line(300)) + 30]! ^= 1;
    expect(await reasonOf(withFile(path, bytes))).toMatch(
      /^ledger\/tile\/0\/001.p\/\d+: entry 300 in ledger\/tile\/entries\/001.p\/\d+ does not have the hash/,
    );
  });

  it("of the checkpoint is found", async () => {
    for (const [from, to] of [
      [/\n\d/, "\n9"],
      [/^l/, "m"],
      [/\n\n— l/, "\n\n— m"],
      [/(.)=\n$/, "x=\n"],
      [/\n$/, ""],
    ] as const)
      expect(await reasonOf(edited("ledger/checkpoint", from, to))).toMatch(/^ledger\/checkpoint: /);
  });

  it("of the letter is found, with edition and languages", async () => {
    const path = `letter/${edition}/fa.md`;
    expect(await reasonOf(edited(path, "دبیرکل", "دبیر‌کل"))).toMatch(
      new RegExp(`^letter/${edition}/: the text \\(en, fa\\)`),
    );
    expect(await reasonOf(withFile(path, `${textOf(path)}\n`))).toMatch(/^letter\//);
    expect(await reasonOf(withFile(path, textOf(path).replaceAll("\n", "\r\n")))).toMatch(/^letter\//);
    expect(await reasonOf(withFile(path, undefined))).toContain(`${path}`);
  });

  it("of the page is found, with the block", async () => {
    expect(await reasonOf(edited("en/index.html", "the Secretary-General", "the Secretary General"))).toMatch(
      /^en\/index\.html: the letter \(1\)/,
    );
    expect(await reasonOf(edited("en/index.html", "speak", "spoke"))).toMatch(/^en\/index\.html: the letter \(2\)/);
    expect(await reasonOf(edited("fa/index.html", /آزادشان/g, "آزاد شان"))).toMatch(
      /^fa\/index\.html: the letter \(title\)/,
    );
  });

  it("is not needed: blocks that have changed places on the page are found too", async () => {
    const page = edited("en/index.html", /(<p>.*<\/p>)\n(<ul>[\s\S]*<\/ul>)/, "$2\n$1");
    expect(await reasonOf(page)).toMatch(/^en\/index\.html: the letter \(2\)/);
  });

  it("of the counts is found, with the name of the count", async () => {
    for (const key of ["accepted", "withdrawn", "listed", "size"])
      expect(await reasonOf(edited("count.json", new RegExp(`"${key}":\\d+`), `"${key}":1`))).toMatch(
        new RegExp(`^count\\.json: ${key} says 1,`),
      );
    for (const kind of ["name", "initials", "hidden", "counted"])
      expect(await reasonOf(edited("count.json", new RegExp(`"${kind}":\\d+`), `"${kind}":1`))).toMatch(
        new RegExp(`^count\\.json: shown\\.${kind} says 1,`),
      );
    expect(await reasonOf(edited("count.json", /"root":"../, '"root":"xx'))).toMatch(/^count\.json: root/);
    expect(await reasonOf(edited("count.json", "size", "sise"))).toMatch(/^count\.json: not the JSON/);
  });

  it("of the index of editions is found", async () => {
    const path = "letter/editions.json";
    for (const [from, to] of [
      [edition, edition.replace(/./, (first) => (first === "A" ? "B" : "A"))],
      ['"en"', '"eo"'],
      ['"en",', ""],
      ["]", `,"de"]`],
      ["[{", `[{"edition":"${"A".repeat(43)}","languages":["en"]},{`],
    ] as const)
      expect(await reasonOf(edited(path, from, to))).toMatch(/letter\//);
    expect(await reasonOf(edited(path, edition, "A".repeat(43)))).toMatch(/^letter\/editions\.json: /);
    expect(await reasonOf(withFile(path, "[]"))).toMatch(/^letter\/editions\.json: /);
  });

  it("makes a file that is missing known", async () => {
    for (const path of [
      "keys.json",
      "ledger/checkpoint",
      "ledger/tile/0/000",
      "ledger/tile/entries/000",
      "ledger/tile/1/000.p/1",
      "count.json",
    ])
      expect(await reasonOf(withFile(path, undefined))).toContain(`${path} is missing`);
    expect(await reasonOf(withFile("list/000.md", undefined))).toMatch(
      /^list\/000\.md: the row of the accepted entry \d+ is missing/,
    );
  });
});

describe("one changed bit", () => {
  const small = siteOf(inventedCampaign(3, 8).main.record);
  it("is found wherever it is in the checkpoint", async () => {
    const unnoticed: number[] = [];
    for (let bit = 0; bit < small.get("ledger/checkpoint")!.length * 8; bit++) {
      const reason = await reasonOf(flip(small, "ledger/checkpoint", bit));
      if (!reason.startsWith("ledger/checkpoint: ")) unnoticed.push(bit);
    }
    expect(unnoticed).toEqual([]);
  });

  it.each([
    ["a small letter", small, 440],
    ["a letter with several shards", site, 60],
  ])("is found in every file of %s, and the file is named", async (_what, of, rounds) => {
    expect(await unnoticedFlips(of, rounds, fixedRandomness(`bits ${rounds}`))).toEqual([]);
  });

  it("of keys.json is found wherever it is: in the keys, and by their checksums in the recipients", async () => {
    const text = textOf("keys.json", small);
    const from = text.indexOf('"recipients":[');
    const unnoticed: number[] = [];
    for (let bit = 0; bit < (text.length - 1) * 8; bit += bit < from * 8 ? 1 : 97) {
      if ((await reasonOf(flip(small, "keys.json", bit), vkey)) === "ok") unnoticed.push(bit >> 3);
    }
    expect(unnoticed).toEqual([]);
  });
});

describe("a site whose owner lies and signs it", () => {
  const liar = noteSigner(ledger.verifier.name, fixedRandomness("liar")(32));

  it("is found out by a pinned key, and by nothing else, when everything was made anew with another key", async () => {
    const checkpoint = signCheckpoint(
      {
        origin: ledger.verifier.name,
        size: record.entries.length,
        root: treeRoot(record.entries.map((one) => leafHash(one))),
      },
      liar,
    );
    const lied = new Map(site);
    for (const [path, content] of publishedFiles(
      { ...record, checkpoint },
      { ...keys, ledger: formatVkey(liar.verifier) },
    ))
      lied.set(path, Buffer.from(content));
    expect(await reasonOf(lied)).toBe("ok");
    expect(await reasonOf(lied, vkey)).toBe("ledger/checkpoint: the note is not signed by the expected key");
  });

  it("is found out when only keys.json names another key", async () => {
    const lied = edited("keys.json", vkey, formatVkey(liar.verifier));
    expect(await reasonOf(lied)).toMatch(/^ledger\/checkpoint: the note is not signed/);
    expect(await reasonOf(lied, vkey)).toMatch(/^keys\.json: /);
    expect(await reasonOf(site, "nonsense")).toContain("verifier key");
  });

  const [letter, ...rest] = record.entries as [string, ...string[]];
  const at = (kind: string) => record.entries.findIndex((one) => one.startsWith(`undersigned/v1 ${kind} `));
  const replaced = (index: number, line: string) => record.entries.map((one, i) => (i === index ? line : one));

  it.each([
    [
      "an accept was signed by no form service",
      () =>
        replaced(at("accept"), record.entries[at("accept")]!.replace(/.$/, "A").replace(/[\w-]{86}$/, "A".repeat(86))),
      "the attestation is wrong",
    ],
    ["an accept is outside its batch", () => [letter, ...rest.slice(1)], "an accept is outside its batch"],
    [
      "an accept is missing from its batch",
      () => [letter, ...rest.slice(0, 5), ...rest.slice(6)],
      /the batch before it lacks 1 accepts|name|twice|row/,
    ],
    [
      "a batch ends too late",
      () => [...record.entries, "undersigned/v1 batch 2 0 0"],
      "ledger: the ledger ends 2 accepts before the end",
    ],
    [
      "a batch refuses more than it has",
      () => [...record.entries, "undersigned/v1 batch 1 1 1"],
      "the batch refuses more than was filed",
    ],
    [
      "a signature stands there twice",
      () => [...record.entries, "undersigned/v1 batch 1 0 0", record.entries[at("accept")]!],
      "the commitment is on the ledger twice",
    ],
    ["the edition was never logged", () => rest, "the edition was not on the ledger before"],
    [
      "something is withdrawn that was not accepted",
      () => [...record.entries, "undersigned/v1 withdraw 0"],
      "the withdrawal names no earlier accept",
    ],
    [
      "something is withdrawn before it is accepted",
      () => [letter, "undersigned/v1 withdraw 3", ...rest],
      "the withdrawal names no earlier accept",
    ],
    [
      "something is withdrawn twice",
      () => [...record.entries, record.entries[at("withdraw")]!],
      "the same accept is withdrawn twice",
    ],
    ["an entry is no entry", () => replaced(at("batch"), "undersigned/v1 batch 45  1 1"), "not an entry of the ledger"],
    [
      "a withdrawn row still stands on the list",
      () => [...record.entries, `undersigned/v1 withdraw ${record.rows[0]!.index}`],
      "the row was withdrawn and must not be on the list",
    ],
  ])("is found out when %s", async (_what, entries, reason) => {
    // The generator itself refuses some of these, so the files are made from lines that it takes no look at.
    expect(await reasonOf(forged(entries()))).toMatch(reason);
  });

  it("is found out when a row is on the list that was never accepted, or is missing from it", async () => {
    const { row } = invent(9999, "name");
    const { opening, shown, name, lang, place, signed: day } = row;
    const added = [{ index: 1, shown, name, lang, place, signed: day, opening }, ...record.rows];
    expect(await reasonOf(resigned(record.entries, added))).toMatch(
      /^list\/000\.md: line 3 \(index 1\): the ledger has no accept/,
    );
    expect(await reasonOf(resigned(record.entries, record.rows.slice(1)))).toMatch(
      /the row of the accepted entry \d+ is missing/,
    );
    expect(attested(row).id).toBe(idOf(Buffer.from(opening, "base64url")));
  });

  it("is found out when two rows have changed places", async () => {
    const rows = parseListShard(textOf("list/000.md"), 0);
    const [one, two] = rows as [(typeof rows)[0], (typeof rows)[0]];
    const swapped = formatListShard([{ ...two, index: one.index }, { ...one, index: two.index }, ...rows.slice(2)]);
    expect(await reasonOf(withFile("list/000.md", swapped))).toMatch(/does not open the commitment/);
  });

  it("is found out when the checkpoint is of a ledger that it did not publish", async () => {
    const text = `${ledger.verifier.name}\n${record.entries.length}\n${Buffer.alloc(32, 1).toString("base64")}\n`;
    expect(await reasonOf(withFile("ledger/checkpoint", signNote(text, ledger)))).toMatch(
      /^ledger\/checkpoint: the root is AQEB/,
    );
  });
});

/** The files of a ledger with lines that no acceptance would have written. */
function forged(entries: readonly string[]): Site {
  const of: CampaignRecord = signed({ ...record, entries });
  const files = new Map(site);
  files.set("ledger/checkpoint", Buffer.from(of.checkpoint!));
  const leaves = entries.map((one) => leafHash(one));
  for (let number = 0; number * 256 < entries.length; number++) {
    const part = entries.slice(number * 256, number * 256 + 256);
    const end = part.length === 256 ? "" : `.p/${part.length}`;
    const name = `00${number}${end}`;
    const prefixed = part.flatMap((one) => [Buffer.from([one.length >> 8, one.length & 255]), Buffer.from(one)]);
    files.set(`ledger/tile/entries/${name}`, Buffer.concat(prefixed));
    files.set(`ledger/tile/0/${name}`, Buffer.concat(leaves.slice(number * 256, number * 256 + 256)));
  }
  files.set("ledger/tile/1/000.p/1", Buffer.from(treeRoot(leaves.slice(0, 256))));
  return files;
}
