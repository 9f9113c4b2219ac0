import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { storeToPurge } from "../../scripts/form-service/store/destruction.ts";
import { readSettings } from "../../scripts/outside/settings.ts";
import { type PostgresServer, startPostgres } from "../support/servers/postgres.ts";
import { makeDataDir, removeDataDir, runCommand } from "../support/servers/service.ts";
import { begin, makeClaimed, runBackupJourney, withStore } from "./backup-journey.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

it("is made of PostgreSQL while the service runs, and after it nothing is filed twice", async () => {
  await runBackupJourney(async () => ({ DATABASE_URL: await server.newDatabase() }));
});

it("is refused where PostgreSQL has no such database, an empty one or that of another campaign", async () => {
  const [dataDir, other] = [makeDataDir(), makeDataDir()];
  const folder = makeDataDir();
  const recipient = (await runCommand("backup", ["--new-key", join(folder, "backup.key")])).stdout.trim();
  for (const one of [dataDir, other]) await begin({ DATA_DIR: one });
  const [bare, empty, anothers, own] = [
    await server.newDatabase(),
    await server.newDatabase(),
    await server.newDatabase(),
    await server.newDatabase(),
  ];
  await withStore({ DATA_DIR: dataDir, DATABASE_URL: empty }, async () => {});
  await makeClaimed({ DATA_DIR: other, DATABASE_URL: anothers });
  await makeClaimed({ DATA_DIR: dataDir, DATABASE_URL: own });
  const backUp = (DATABASE_URL: string, name = "b.age") =>
    runCommand("backup", [join(folder, name), "--to", recipient], { DATA_DIR: dataDir, DATABASE_URL });
  for (const [url, words] of [
    [bare, "that is no database of a form service"],
    [empty, "the database is empty, and no form service has used it"],
    [anothers, "the database belongs to another campaign"],
  ] as const) {
    const ended = await backUp(url);
    expect(ended).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining(words) });
    expect(existsSync(join(folder, "b.age")) || existsSync(join(dataDir, "backups.json"))).toBe(false);
  }
  const made = await backUp(own);
  // Name and password of the database's user stay where they are.
  expect(made.stderr).toMatch(/^campaign \S+; DATA_DIR \S+; database postgres:\/\/127\.0\.0\.1:\d+\/postgres\n$/);
  expect(made.code, made.stderr).toBe(0);

  // A purge that was cut empties what it finds empty once more, for the bytes in its files, and makes no tables elsewhere.
  const place = (url: string) => readSettings({ DATA_DIR: dataDir, DATABASE_URL: url });
  expect(await storeToPurge(place(own)).isEmptied()).toBe(false);
  for (let run = 0; run < 2; run++) await storeToPurge(place(own)).deleteEverything();
  expect(await storeToPurge(place(own)).isEmptied()).toBe(true);
  expect(await storeToPurge(place(bare)).isEmptied()).toBe(true);
  expect((await backUp(bare, "another.age")).stderr).toContain("that is no database of a form service");
  for (const one of [dataDir, other, folder]) removeDataDir(one);
});
