import { describe, expect, it } from "vitest";
import { formatLedgerShards, ledgerShardName, parseLedgerShard } from "../../../scripts/letter/ledger/shards.ts";
import {
  formatListShard,
  type ListRow,
  listShardName,
  parseListShard,
  shardOf,
} from "../../../scripts/letter/signature/list.ts";
import { invent } from "../invented.ts";

const row = (index: number): ListRow => {
  const { shown, name, lang, place, signed, opening } = invent(index, "name").row;
  return { index, shown, name, lang, place, signed, opening };
};
const text = formatListShard([row(256), row(511)]);

describe("a shard of the list", () => {
  it("has the name and the rows of its 256 entries", () => {
    expect([listShardName(0), listShardName(1234), shardOf(255), shardOf(256)]).toEqual([
      "000.md",
      "x001/234.md",
      0,
      1,
    ]);
    expect(parseListShard(text, 1)).toEqual([row(256), row(511)]);
    expect(parseListShard(formatListShard([]), 7)).toEqual([]);
  });

  it.each([
    ["rows of another shard", text, 0],
    ["rows of a later shard", text, 2],
    ["rows out of order", formatListShard([row(257), row(256)]), 1],
    ["an index twice", formatListShard([row(256), row(256)]), 1],
    ["an index with a zero before it", text.replace("| 256 ", "| 0256 "), 1],
    ["an index with a sign", text.replace("| 256 ", "| +256 "), 1],
    ["an index in hexadecimal", text.replace("| 256 ", "| 0x100 "), 1],
    ["no index", text.replace("| 256 ", "|  "), 1],
    ["an index that no number holds", text.replace("| 256 ", "| 9999999999999999 "), 1],
    ["an opening that is none", text.replace(/[\w-]{43} \|\n$/, "x |\n"), 1],
    ["a name in a hidden row", text.replace("| name | ", "| hidden | "), 1],
    ["a cell more", text.replace(/ \|\n$/, " | x |\n"), 1],
    ["nothing in it", "", 1],
  ])("is refused with %s", (_what, changed, shard) => {
    expect(() => parseListShard(changed, shard)).toThrow(/^list\/00\d\.md/);
  });
});

describe("a shard of the ledger", () => {
  const lines = Array.from({ length: 600 }, (_, i) => `entry ${i}`);

  it("has 256 entries, the last one what is left, and is made from where something changed", () => {
    const shards = [...formatLedgerShards(lines)];
    expect(shards.map(([name]) => name)).toEqual(["000.txt", "001.txt", "002.txt"]);
    expect(shards.flatMap(([, shard], i) => parseLedgerShard(shard, i))).toEqual(lines);
    expect([...formatLedgerShards(lines, 256)].map(([name]) => name)).toEqual(["001.txt", "002.txt"]);
    expect([...formatLedgerShards(lines, 511)]).toEqual(shards.slice(1));
    expect([...formatLedgerShards(lines, 512)]).toEqual(shards.slice(2));
    expect(ledgerShardName(1_234_067)).toBe("x001/x234/067.txt");
  });

  it("has a line feed behind each of its 1 to 256 lines", () => {
    for (const shard of ["", "a", "a\nb", `${"a\n".repeat(257)}`])
      expect(() => parseLedgerShard(shard, 0)).toThrow("ledger/000.txt: not 1 to 256 lines");
  });
});
