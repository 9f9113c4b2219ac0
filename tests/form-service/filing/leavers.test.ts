import { rmSync } from "node:fs";
import { afterEach, expect, inject, it } from "vitest";
import { noteRestoredDatabase } from "../../../scripts/form-service/filing/restored-service.ts";
import type { Service } from "../../../scripts/form-service/service.ts";
import { type BackupRow, readRows, writeRows } from "../../../scripts/form-service/store/backup.ts";
import { deleteEverything } from "../../../scripts/form-service/store/destruction.ts";
import { restoredRows } from "../../../scripts/form-service/store/restored-rows.ts";
import { leftListBeside, readBackupList } from "../../../scripts/outside/backup-list.ts";
import { days, fixedRandomness, hours } from "../../support/fixtures.ts";
import { type Harness, openHarness, stateShown } from "../harness.ts";
import {
  acceptAll,
  backUp,
  idOfCode,
  liveOn,
  loseAndRestore,
  openCampaign,
  shownIn,
  signAs,
  withdrawAll,
  withdrawByAddress,
} from "../leavers.ts";
import { tellRestored } from "./restored-leavers.ts";

tellRestored([
  ["beside the backup", "late"],
  ["on main", "late"],
]);

const seed = String(inject("seed"));

let harness: Harness;
afterEach(() => harness?.close());

it("brings nobody back whose withdrawal lies on an open sheet, though no list tells of it", async () => {
  harness = await openCampaign();
  const leaver = await signAs(harness, seed, "leaver");
  await harness.round();
  acceptAll(harness);
  await harness.round();
  const path = await backUp(harness, "medium");
  await withdrawAll(harness, [leaver]);
  await harness.round();
  rmSync(leftListBeside(path));
  await loseAndRestore(harness, path);
  expect(await stateShown(harness, leaver.code)).toBe("unknown");
  expect(await harness.store.query.selectFrom("vault").select("id").execute()).toEqual([]);
  acceptAll(harness);
  await harness.round();
  expect(harness.gitHost.record().rows).toEqual([]);
  expect(await harness.store.query.selectFrom("withdrawal").select("id").execute()).toEqual([]);
});

it("lets what was not filed in the backup wait seven days, and leave in between", async () => {
  harness = await openCampaign();
  const [leaver, byAddress, stays] = [
    await signAs(harness, seed, "leaver"),
    await signAs(harness, seed, "address"),
    await signAs(harness, seed, "stays"),
  ];
  const path = await backUp(harness, "medium");
  await loseAndRestore(harness, path);
  // There are three, and a log tells no exact number of people.
  expect(harness.logged()).toMatch(/"about":10,"until":"[\d-]+","msg":"signatures that a backup brought back wait/);
  await harness.round();
  // The last hour of the sixth day. Who signs now does not wait, and is not filed along with those who do.
  harness.clock.advance(days(6) + hours(11));
  const fresh = await signAs(harness, seed, "fresh");
  const idsFiled = () =>
    [...harness.gitHost.open.keys()].flatMap((sheet) => harness.gitHost.parse(sheet).rows.map(({ id }) => id));
  Object.assign(harness.settings, { fileAtLeast: 20 });
  await harness.round();
  expect(idsFiled()).toEqual([]);
  Object.assign(harness.settings, { fileAtLeast: 1 });
  await harness.round();
  expect(idsFiled()).toEqual([idOfCode(fresh.code)]);
  const { until } = (await restoredRows(harness.store.query, "2026-11-28"))!;
  expect(until).toBe("2026-11-29");
  for (const [lang, words] of [
    ["en", "does not go to review before <time"],
    ["fa", "بازگردانیم"],
  ] as const)
    expect(await (await harness.post(`/${lang}/verify/`, { code: stays.code })).text()).toContain(words);
  await withdrawAll(harness, [leaver]);
  await withdrawByAddress(harness, byAddress.email);
  harness.clock.advance(hours(1));
  await harness.round();
  acceptAll(harness);
  await harness.round();
  expect(shownIn(harness).sort()).toEqual([fresh.name, stays.name].sort());
  expect(await restoredRows(harness.store.query, "2026-11-29")).toBeUndefined();
  for (const { code } of [leaver, byAddress]) expect(await stateShown(harness, code)).toBe("withdrawn");
});

it("tells a backup that was begun while somebody left", async () => {
  // The backup begins after the withdrawal has looked, and before it is on disk.
  let path: string | undefined;
  const begin = <S extends Service>(service: S): S => ({
    ...service,
    async lastBackup() {
      const before = await service.lastBackup();
      path ??= await backUp(harness, "medium");
      return before;
    },
  });
  harness = await openHarness({ substitutes: { service: begin } });
  const leaver = await signAs(harness, seed, "leaver");
  await withdrawAll(harness, [leaver]);
  await loseAndRestore(harness, path!);
  expect(await stateShown(harness, leaver.code)).toBe("unknown");
  await liveOn(harness);
  expect(shownIn(harness)).toEqual([]);
});

it.each([
  ["even if nobody says that it was put back", false],
  ["once that is said", true],
])("a database that was put back by its own means learns from main who has left, %s", async (_, isSaid) => {
  harness = await openCampaign();
  const accepted = await signAs(harness, seed, "accepted");
  await harness.round();
  acceptAll(harness);
  await harness.round();
  const waits = await signAs(harness, seed, "waits");
  await backUp(harness, "medium");
  const dump: BackupRow[] = [];
  for await (const row of readRows(harness.store.query)) dump.push(row);
  await withdrawAll(harness, [accepted, waits]);
  await harness.round();
  acceptAll(harness);
  await harness.round();
  await deleteEverything(harness.store, harness.settings.database.kind);
  await harness.store.change((query) => writeRows(query, inTurn(dump)));
  const { settings, clock } = harness;
  if (isSaid) await noteRestoredDatabase([], { settings, clock, random: fixedRandomness(seed) });
  await harness.restart();
  await harness.round();
  const gone = [accepted, waits];
  for (const { code } of gone) expect(await stateShown(harness, code)).toBe("unknown");
  const ids = gone.map(({ code }) => idOfCode(code));
  for (const table of ["vault", "address"] as const)
    expect(await harness.store.query.selectFrom(table).select("id").where("id", "in", ids).execute()).toEqual([]);
  await liveOn(harness);
  expect(shownIn(harness)).toEqual([]);
});

async function* inTurn<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

it("lists the backups that the backup knew of, and itself, for the purge to come", async () => {
  harness = await openCampaign();
  await signAs(harness, seed, "stays");
  const first = await backUp(harness, "first");
  const second = await backUp(harness, "second");
  rmSync(first);
  const dataDir = await loseAndRestore(harness, second);
  const noted = await readBackupList(dataDir);
  expect(noted.map(({ path, elsewhere }) => [path, elsewhere])).toEqual([
    [first, true],
    [second, undefined],
  ]);
});
