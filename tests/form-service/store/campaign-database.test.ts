import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  assertDatabaseToStart,
  claimDatabase,
  claimPepper,
  noteLedger,
  withCampaignStore,
} from "../../../scripts/form-service/store/campaign-database.ts";
import { openStore, type Store } from "../../../scripts/form-service/store/schema.ts";
import { formatBase64url } from "../../../scripts/letter/bytes/base64url.ts";
import { signingKey } from "../../../scripts/letter/bytes/key.ts";
import type { DatabasePlace } from "../../../scripts/outside/database/database.ts";
import { inventedCampaign } from "../../letter/invented.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { newEmptyDatabase } from "../harness.ts";

const { entries } = inventedCampaign(2, 3).main.record;
const random = fixedRandomness();
const seed = random(32);
const attestation = formatBase64url(signingKey(seed).publicKey);
const other = formatBase64url(signingKey(random(32)).publicKey);

let folder: string;
let place: { dataDir: string; database: DatabasePlace };
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-campaign-database-"));
  const url = await newEmptyDatabase();
  const database = url ? { kind: "postgres" as const, url } : { kind: "sqlite" as const, path: join(folder, "a.db") };
  place = { dataDir: folder, database };
  mkdirSync(join(folder, "keys"));
  writeFileSync(join(folder, "keys/attestation.key"), `${formatBase64url(seed)}\n`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function withNewStore(use: (store: Store) => Promise<void>): Promise<void> {
  const store = await openStore(place.database);
  await use(store).finally(store.close);
}

describe("a database", () => {
  it("belongs to the campaign that used it first", async () => {
    await withNewStore(async (store) => {
      await claimDatabase(store, { entries: entries.slice(0, 1) }, { attestation, isNew: false });
      await store.query
        .insertInto("signature")
        .values({ id: "a".repeat(26), state: "confirmed" })
        .execute();
      await claimDatabase(store, { entries }, { attestation, isNew: false });
      const claimed = claimDatabase(store, { entries }, { attestation: other, isNew: true });
      await expect(claimed).rejects.toThrow("belongs to another campaign");
    });
    expect(await withCampaignStore(place, async () => "open")).toBe("open");
  });

  it("that is empty is not taken for that of a campaign with signatures, unless the organisers say so", async () => {
    await withNewStore(async (store) => {
      await expect(claimDatabase(store, { entries }, { attestation, isNew: false })).rejects.toThrow("--new-database");
      await claimDatabase(store, { entries }, { attestation, isNew: true });
      await claimDatabase(store, { entries: [...entries, entries[1]!] }, { attestation, isNew: false });
    });
  });

  it("that is a copy from before the first signature is not taken for that of today either", async () => {
    await withNewStore(async (store) => {
      await claimDatabase(store, { entries: entries.slice(0, 1) }, { attestation, isNew: false });
      await expect(claimDatabase(store, { entries }, { attestation, isNew: false })).rejects.toThrow("--new-database");
    });
  });

  it("that is empty is refused while signatures wait on an open sheet", async () => {
    const waits = { attestation, isNew: false, hasSheets: async () => true };
    await withNewStore(async (store) => {
      const claimed = claimDatabase(store, { entries: entries.slice(0, 1) }, waits);
      await expect(claimed).rejects.toThrow("--new-database");
      await claimDatabase(store, { entries: entries.slice(0, 1) }, { ...waits, isNew: true });
    });
  });

  it("may be empty after a purge, which destroys it", async () => {
    const purged = [...entries, `undersigned/v1 purge ${formatBase64url(random(32))}`];
    await withNewStore((store) => claimDatabase(store, { entries: purged }, { attestation, isNew: false }));
  });

  it("of an older version is taken over with the signatures that are in it", async () => {
    await withNewStore(async (store) => {
      await store.query
        .insertInto("signature")
        .values({ id: "a".repeat(26), state: "accepted" })
        .execute();
      await claimDatabase(store, { entries }, { attestation, isNew: false });
    });
  });

  it("has one pepper, also after a step back to an older version and under two that come at once", async () => {
    const [pepper, second] = [random(32), random(32)];
    await withNewStore(async (store) => {
      await claimDatabase(store, { entries: entries.slice(0, 1) }, { attestation, isNew: false });
      const claims = await Promise.allSettled([claimPepper(store, pepper), claimPepper(store, second)]);
      expect(claims.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      const [right, wrong] = claims[0]!.status === "fulfilled" ? [pepper, second] : [second, pepper];
      // An older version writes the row without it.
      await noteLedger(store, { entries }, attestation);
      await claimPepper(store, right);
      await expect(claimPepper(store, wrong)).rejects.toThrow("keys/pepper.key is another one than that of this");
    });
  });

  it.each([
    ["an older main", entries.slice(0, -1), "this database has seen"],
    ["another main of the same length", [...entries.slice(0, -1), entries[1]!], "has other entries"],
    ["another main that is longer", [...entries.slice(0, -1), entries[1]!, entries[1]!], "has other entries"],
  ])("refuses %s than it has seen", async (_what, main, message) => {
    await withNewStore(async (store) => {
      await noteLedger(store, { entries }, attestation);
      await noteLedger(store, { entries: entries.slice(0, 2) }, attestation);
      await expect(claimDatabase(store, { entries: main }, { attestation, isNew: true })).rejects.toThrow(message);
      await claimDatabase(store, { entries: [...entries, entries[1]!] }, { attestation, isNew: false });
    });
  });
});

describe("a start", () => {
  const [none, waits] = [async () => false, async () => true];

  it.each([
    ["main has signatures", entries, none],
    ["signatures wait on an open sheet", entries.slice(0, 1), waits],
  ])("makes no database where there is none although %s", async (_, main, hasSheets) => {
    const look = (isNew: boolean) => assertDatabaseToStart(place, { entries: main }, { isNew, hasSheets });
    await expect(look(false)).rejects.toThrow("--new-database");
    await look(true);
    if (place.database.kind === "sqlite") expect(existsSync(place.database.path)).toBe(false);
  });

  it("may make one for a campaign that begins", async () => {
    await assertDatabaseToStart(place, { entries: entries.slice(0, 1) }, { isNew: false, hasSheets: none });
  });
});

describe("a command", () => {
  const open = () => withCampaignStore(place, async () => "open");

  it("makes no database where there is none", async () => {
    await expect(open()).rejects.toThrow("there is no database of a form service");
    await expect(open()).rejects.toThrow("there is no database of a form service");
  });

  it("takes no database that no form service has used, nor a file that is empty", async () => {
    await withNewStore(async () => {});
    await expect(open()).rejects.toThrow("no form service has used it");
    if (place.database.kind === "postgres") return;
    writeFileSync(place.database.path, "");
    await expect(open()).rejects.toThrow("there is no database of a form service");
  });

  it("works only with the keys of the campaign", async () => {
    await withNewStore((store) => claimDatabase(store, { entries }, { attestation: other, isNew: true }));
    await expect(open()).rejects.toThrow("belongs to another campaign");
    rmSync(join(folder, "keys"), { recursive: true });
    await expect(open()).rejects.toThrow("no form service has run in this data folder");
  });
});
