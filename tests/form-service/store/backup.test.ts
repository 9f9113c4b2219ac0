import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InsertQueryNode, type KyselyPlugin, ValuesNode } from "kysely";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type BackupRow, readRows, writeRows } from "../../../scripts/form-service/store/backup.ts";
import { openStore, type Store } from "../../../scripts/form-service/store/schema.ts";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-rows-"));
  store = await openStore({ kind: "sqlite", path: join(folder, "service.db") });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

it("writes at most 500 rows of one table at a time, so that no statement is larger than a database takes", async () => {
  const row = { state: "accepted", day: null, edition: null, row: null, sheet: null };
  const signatures = Array.from({ length: 1001 }, (_, i) => ({ ...row, id: `person ${String(i).padStart(4, "0")}` }));
  async function* rows(): AsyncGenerator<BackupRow> {
    for (const signature of signatures) yield { table: "signature", row: signature };
    yield { table: "vault", row: { id: "somebody", sealed: { base64: "" } } };
  }
  const sizes: number[] = [];
  const counting: KyselyPlugin = {
    transformQuery: ({ node }) => {
      if (InsertQueryNode.is(node) && node.values && ValuesNode.is(node.values)) sizes.push(node.values.values.length);
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  await store.change((query) => writeRows(query.withPlugin(counting), rows()));
  expect(sizes).toEqual([500, 500, 1, 1]);
  const back: unknown[] = [];
  for await (const { table, row } of readRows(store.query)) if (table === "signature") back.push(row.id);
  expect(back).toEqual(signatures.map(({ id }) => id));
});
