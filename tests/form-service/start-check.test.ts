import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkContent, checkDatabase } from "../../scripts/form-service/start-check.ts";
import { withStore } from "../../scripts/form-service/store/schema.ts";
import { openExistingDatabase } from "../../scripts/outside/database/open.ts";
import { explainTrouble } from "../../scripts/outside/database/trouble.ts";
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
    expect(await checkDatabase(settings)).toEqual({
      what: expect.stringMatching(/^no database yet at .*: npm start makes it\. .* set DATABASE_URL and DATA_DIR/),
    });
    await withStore(settings.database, async () => {});
    expect(await checkDatabase(settings)).toEqual({ what: "the database" });
  });

  it("may be of an older version", async () => {
    await withStore(settings.database, async ({ query }) => void (await sql`drop table sheet`.execute(query)));
    expect(await checkDatabase(settings)).toEqual({
      what: "the database, of an older version: npm start brings it up to date",
    });
  });

  it("is named as damaged, with the way on, where a page of it is spoilt or it is none", async () => {
    await withStore(settings.database, async () => {});
    const path = join(folder, "service.db");
    const whole = readFileSync(path);
    for (const from of [4096, 0]) {
      writeFileSync(path, Buffer.concat([whole.subarray(0, from), Buffer.alloc(whole.length - from, "x")]));
      expect((await checkDatabase(settings)).mend).toMatch(/^the database is damaged \(SQLITE_.+\(npm run restore\)/);
      // Never: there is no database.
      const refused = await openExistingDatabase(settings.database, []).catch((cause: unknown) => cause);
      expect(explainTrouble(refused)).toMatch(/^the database is damaged /);
    }
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
