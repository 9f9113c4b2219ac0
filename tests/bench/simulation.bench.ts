import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/source.ts";
import type { Bench } from "./bench.ts";
import { ORGANISING, simulationTable, withTable } from "./simulation/table.ts";

export const bench: Bench = {
  about: `how long a signature waits when everybody comes, by a simulation of GitHub and moderators; written into ${ORGANISING}`,
  async run({ quick }) {
    const table = simulationTable();
    console.log(table);
    const path = join(root, ORGANISING);
    if (!quick) writeFileSync(path, withTable(readFileSync(path, "utf8"), table));
    return [];
  },
};
