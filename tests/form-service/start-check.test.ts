import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkContent, checkDatabase } from "../../scripts/form-service/start-check.ts";
import { withStore } from "../../scripts/form-service/store/schema.ts";
import { readSettings, type Settings } from "../../scripts/outside/settings.ts";

let folder: string;
let settings: Settings;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-start-"));
  settings = readSettings({ DATA_DIR: folder });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the database of a service that is about to start", () => {
  it("may be missing, or whole", async () => {
    expect(await checkDatabase(settings)).toEqual({ what: "no database yet: npm start makes it" });
    await withStore(settings.database, async () => {});
    expect(await checkDatabase(settings)).toEqual({ what: "the database" });
  });

  it("may be of an older version", async () => {
    await withStore(settings.database, async ({ query }) => void (await sql`drop table sheet`.execute(query)));
    expect(await checkDatabase(settings)).toEqual({
      what: "the database, of an older version: npm start brings it up to date",
    });
  });

  it("names the signatures whose rows cannot be read", async () => {
    await withStore(settings.database, (store) =>
      store.change(async (query) => {
        const values = { id: "spoilt", state: "aside", day: null, edition: null, row: null, sheet: null } as const;
        await query.insertInto("signature").values(values).execute();
      }),
    );
    const { mend } = await checkDatabase(settings);
    expect(mend).toMatch(/^signatures whose rows cannot be read, so that no sheet takes them: spoilt\. /);
  });
});

it("finds content/ whole, in the languages of the campaign", async () => {
  expect(await checkContent()).toMatchObject({ what: expect.stringMatching(/^content\/ in \w+, \w+/) });
  expect((await checkContent()).mend).toBeUndefined();
});
