import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { believeClock, checkClock } from "../../scripts/form-service/clock-check.ts";
import { withStore } from "../../scripts/form-service/store/schema.ts";
import { dayAfter, dayOf } from "../../scripts/letter/bytes/day.ts";
import { writeClockRow } from "../../scripts/outside/database/clock-row.ts";
import { openLocalGitHost } from "../../scripts/outside/git/local-host.ts";
import { assertClock, readKnownDays } from "../../scripts/outside/known-days.ts";
import { readAttestationKey } from "../../scripts/outside/seal/keys.ts";
import { readSettings, type Settings } from "../../scripts/outside/settings.ts";
import { secrets } from "../letter/invented.ts";
import { days, fixedClock, START } from "../support/fixtures.ts";
import { runCommand } from "../support/servers/service.ts";
import { root } from "../support/source.ts";

let settings: Settings;
beforeEach(async () => {
  settings = readSettings({ DATA_DIR: mkdtempSync(join(tmpdir(), "undersigned-clock-")) });
  mkdirSync(join(settings.dataDir, "keys"));
  writeFileSync(
    join(settings.dataDir, "keys/attestation.key"),
    Buffer.from(secrets.attestation).toString("base64url"),
    { mode: 0o600 },
  );
});
afterEach(() => rmSync(settings.dataDir, { recursive: true, force: true }));

const today = START.slice(0, 10);
const ranOn = (day: string) =>
  withStore(settings.database, (store) =>
    store.change(async (query) => {
      await writeClockRow(query, { day });
      await query
        .insertInto("campaign")
        .values({ attestation: await readAttestationKey(settings.dataDir), size: 0, root: "" })
        .execute();
    }),
  );

it("knows nothing against a clock before there is a campaign", async () => {
  expect(await checkClock(settings, fixedClock())).toEqual({ what: `the clock: ${today} UTC` });
  await assertClock(settings, fixedClock());
});

it.each([
  [
    "a year ahead of the last run",
    dayAfter(today, -365),
    /the service ran on 2025-11-22: if the clock is wrong, set it/,
  ],
  ["behind the last run", dayAfter(today, 3), /the service ran on 2026-11-25: if the clock is wrong, set it/],
])("stops every command that dates something, and the doctor says why: %s", async (_, ran, words) => {
  await ranOn(ran);
  expect((await checkClock(settings, fixedClock())).mend).toMatch(words);
  await expect(assertClock(settings, fixedClock())).rejects.toThrow(words);
  // The operator's word ends it.
  expect(await believeClock(settings, fixedClock())).toMatch(
    new RegExp(`^noted: today is ${today} UTC; a service that runs hears of it within a minute`),
  );
  await assertClock(settings, fixedClock());
  expect((await checkClock(settings, fixedClock())).mend).toBeUndefined();
});

it("believes main's last commit until an operator says that it is wrong, and then a later one again", async () => {
  const host = await openLocalGitHost(join(settings.dataDir, "campaign.git"), { folder: root, day: "2028-01-01" });
  await ranOn(today);
  await expect(assertClock(settings, fixedClock())).rejects.toThrow("main's last commit is of 2028-01-01");
  expect(await believeClock(settings, fixedClock())).toMatch(/main has a commit of 2028-01-01 counts no more; /);
  await assertClock(settings, fixedClock());
  expect(await readKnownDays(settings)).toEqual({ main: "2028-01-01", run: today, overruled: "2028-01-01" });
  await host.commitText(new Map([["content/en/letter.md", "other"]]), "2029-01-01");
  await expect(assertClock(settings, fixedClock())).rejects.toThrow("main's last commit is of 2029-01-01");
});

it("keeps npm run backup from deleting any backup by a clock that is a year ahead", async () => {
  await ranOn(dayOf(new Date(Date.now() - days(365))));
  const path = join(settings.dataDir, "backup.age");
  writeFileSync(path, "a backup");
  writeFileSync(join(settings.dataDir, "backups.json"), JSON.stringify([{ path, day: "2020-01-01" }]));
  const ended = await runCommand("backup", ["--keep", "7d"], { DATA_DIR: settings.dataDir });
  expect(ended).toMatchObject({ code: 1, stdout: "" });
  expect(ended.stderr).toMatch(/^error: the clock of this machine says [^\n]+ npm run doctor -- --clock-is-right\n$/);
  expect(existsSync(path)).toBe(true);
});
