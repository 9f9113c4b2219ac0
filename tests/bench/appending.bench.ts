import { TILE_WIDTH } from "../../scripts/letter/ledger/tile.ts";
import { append, EMPTY_FRONTIER, leafHash } from "../../scripts/letter/ledger/tree.ts";
import { acceptSheet, signGrowth } from "../../scripts/letter/review/acceptance.ts";
import { shardOf } from "../../scripts/letter/signature/list.ts";
import { grownFiles } from "../../scripts/letter/signature/record.ts";
import { standingOf } from "../../scripts/letter/signature/standing.ts";
import { approved, invent, ledger, nothingSettled, service, sheetOf } from "../letter/invented.ts";
import { type Bench, compare, inFlight, type Side } from "./bench.ts";
import { acceptedAtOnce } from "./long-ledger.ts";

const [SHORT, LONG] = [700, 70_000];

export const bench: Bench = {
  about: `a sheet of 20 signatures appended to the ledger (signed, and its files made), behind ${LONG.toLocaleString("en")} signatures and behind ${SHORT}`,
  async run(effort) {
    const sides = { long: appending(effort.quick ? 2 * SHORT : LONG), short: appending(SHORT) };
    return compare(sides, [{ side: "long", over: "short" }], effort);
  },
};

/** Appends the same sheet to the same ledger again and again. */
function appending(size: number): Side {
  const record = acceptedAtOnce(size);
  const frontier = append(EMPTY_FRONTIER, record.entries.map(leafHash));
  const sheet = sheetOf(
    1,
    Array.from({ length: 20 }, (_, number) => invent(number).row),
  );
  const main = { standing: standingOf(record), settled: nothingSettled, attestationKey: service.publicKey };
  const growth = acceptSheet(main, sheet, approved());
  const { entries, rows, editions: texts } = record;
  const first = entries.length - (entries.length % TILE_WIDTH);
  const shards = new Map([[shardOf(first), rows.filter(({ index }) => index >= first)]]);
  const end = { size: entries.length, last: entries.slice(first), texts, shards, takenDown: false };
  return inFlight(1, async () => {
    grownFiles(end, growth, signGrowth(frontier, growth, ledger).checkpoint);
  });
}
