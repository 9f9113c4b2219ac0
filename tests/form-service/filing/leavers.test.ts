import { rmSync } from "node:fs";
import { afterEach, describe, expect, inject, it } from "vitest";
import { noteRestoredDatabase } from "../../../scripts/form-service/filing/restored-service.ts";
import { type BackupRow, readRows, writeRows } from "../../../scripts/form-service/store/backup.ts";
import { deleteEverything } from "../../../scripts/form-service/store/destruction.ts";
import { restoredRows } from "../../../scripts/form-service/store/restored-rows.ts";
import { leftListBeside, leftListIn, readBackupList } from "../../../scripts/outside/backup-list.ts";
import { days, fixedRandomness, hours } from "../../support/fixtures.ts";
import { type Harness, stateShown } from "../harness.ts";
import {
  backUp,
  decide,
  idOfCode,
  type Leaver,
  loseAndRestore,
  openCampaign,
  signAs,
  signInEveryState,
  withdrawByAddress,
} from "../leavers.ts";

const seed = String(inject("seed"));

let harness: Harness;
afterEach(() => harness.close());

const acceptAll = () => {
  for (const sheet of [...harness.gitHost.open.keys()]) harness.gitHost.accept(sheet);
};
const withdraw = async (people: readonly Leaver[]) => {
  for (const { code } of people) expect((await harness.post("/en/withdraw/", { code })).status).toBe(200);
};
/** Goes on until everything that could ever be filed and accepted has been. */
async function liveOn(): Promise<void> {
  for (let round = 0; round < 2; round++) {
    await harness.round();
    acceptAll();
    harness.clock.advance(days(8));
    await harness.sweep();
  }
  await harness.round();
}
const shownIn = () => harness.gitHost.record().rows.map(({ name }) => name);
const filedSince = (count: number) =>
  harness.gitHost.filings
    .slice(count)
    .map(({ text }) => text)
    .join("");

describe.each([
  ["the list beside the backup", "beside"],
  ["the list in an old DATA_DIR", "old"],
  ["main only", "main"],
] as const)("a backup that is restored with %s", (_, source) => {
  it.each([
    ["was made when they were in the state in which they left", "late"],
    ["was made when everybody was only confirmed", "early"],
  ] as const)("brings nobody back who left, in any state; it %s", async (_, made) => {
    harness = await openCampaign();
    const stays = await signAs(harness, seed, "stays");
    let path: string;
    let people: Leaver[];
    if (made === "late") {
      people = Object.values(await signInEveryState(harness, seed));
      path = await backUp(harness, "medium");
    } else {
      const [accepted, refused, filed] = [
        await signAs(harness, seed, "a"),
        await signAs(harness, seed, "r"),
        await signAs(harness, seed, "f"),
      ];
      people = [accepted, refused, filed];
      path = await backUp(harness, "medium");
      await harness.round();
      decide(harness, { accepted, refused });
      await harness.round();
    }
    await withdraw(people);
    if (source === "main") {
      await harness.round();
      acceptAll();
    }
    if (source !== "beside") rmSync(leftListBeside(path));
    if (source === "main") rmSync(leftListIn(harness.dataDir));
    const before = harness.gitHost.filings.length;
    await loseAndRestore(harness, path, [harness.dataDir]);

    for (const { code } of people) expect(await stateShown(harness, code)).toBe("withdrawn");
    const ids = people.map(({ code }) => idOfCode(code));
    const { query } = harness.store;
    for (const table of ["vault", "address"] as const)
      expect(await query.selectFrom(table).select("id").where("id", "in", ids).execute()).toEqual([]);
    await liveOn();
    expect(shownIn()).toEqual([stays.name]);
    for (const { name } of people) expect(filedSince(before)).not.toContain(name);
    for (const { code } of people) expect(await stateShown(harness, code)).toBe("unknown");
    expect(await stateShown(harness, stays.code)).toBe("accepted");
  });
});

it("brings nobody back whose withdrawal lies on an open sheet, though no list tells of it", async () => {
  harness = await openCampaign();
  const leaver = await signAs(harness, seed, "leaver");
  await harness.round();
  acceptAll();
  await harness.round();
  const path = await backUp(harness, "medium");
  await withdraw([leaver]);
  await harness.round();
  rmSync(leftListBeside(path));
  await loseAndRestore(harness, path);
  expect(await stateShown(harness, leaver.code)).toBe("withdrawn");
  expect(await harness.store.query.selectFrom("vault").select("id").execute()).toEqual([]);
  acceptAll();
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
  expect(harness.logged()).toContain("what a backup brought back waits to be filed");
  await harness.round();
  // The last hour of the sixth day. Who signs now does not wait, and is not filed along with those who do.
  harness.clock.advance(days(6) + hours(11));
  const fresh = await signAs(harness, seed, "fresh");
  await harness.round();
  const idsFiled = () =>
    [...harness.gitHost.open.keys()].flatMap((sheet) => harness.gitHost.parse(sheet).rows.map(({ id }) => id));
  expect(idsFiled()).toEqual([idOfCode(fresh.code)]);
  const { until } = (await restoredRows(harness.store.query, "2026-11-28"))!;
  expect(until).toBe("2026-11-29");
  for (const [lang, words] of [
    ["en", "does not go to review before <time"],
    ["fa", "بازگردانیم"],
  ] as const)
    expect(await (await harness.post(`/${lang}/verify/`, { code: stays.code })).text()).toContain(words);
  await withdraw([leaver]);
  await withdrawByAddress(harness, byAddress.email);
  harness.clock.advance(hours(1));
  await harness.round();
  acceptAll();
  await harness.round();
  expect(shownIn().sort()).toEqual([fresh.name, stays.name].sort());
  expect(await restoredRows(harness.store.query, "2026-11-29")).toBeUndefined();
  for (const { code } of [leaver, byAddress]) expect(await stateShown(harness, code)).toBe("withdrawn");
});

it.each([
  ["knows from main who left unfiled, even if nobody says that it was put back", false],
  ["knows everybody who left, once that is said", true],
])("a database that was put back by its own means %s", async (_, isSaid) => {
  harness = await openCampaign();
  const accepted = await signAs(harness, seed, "accepted");
  await harness.round();
  acceptAll();
  await harness.round();
  const waits = await signAs(harness, seed, "waits");
  await backUp(harness, "medium");
  const dump: BackupRow[] = [];
  for await (const row of readRows(harness.store.query)) dump.push(row);
  await withdraw([accepted, waits]);
  await harness.round();
  acceptAll();
  await harness.round();
  await deleteEverything(harness.store, harness.settings.database.kind);
  await harness.store.change((query) => writeRows(query, inTurn(dump)));
  const { settings, clock } = harness;
  if (isSaid) await noteRestoredDatabase([], { settings, clock, random: fixedRandomness(seed) });
  await harness.restart();
  await harness.round();
  const gone = isSaid ? [accepted, waits] : [waits];
  for (const { code } of gone) expect(await stateShown(harness, code)).toBe("withdrawn");
  const ids = gone.map(({ code }) => idOfCode(code));
  for (const table of ["vault", "address"] as const)
    expect(await harness.store.query.selectFrom(table).select("id").where("id", "in", ids).execute()).toEqual([]);
  await liveOn();
  expect(shownIn()).toEqual([]);
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
