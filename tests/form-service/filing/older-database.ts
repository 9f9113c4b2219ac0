import { afterEach, expect, inject, it, vi } from "vitest";
import { holdRestored, restoredRows } from "../../../scripts/form-service/store/restored-rows.ts";
import { formatCrockford128 } from "../../../scripts/letter/bytes/crockford.ts";
import { dayAfter, dayOf } from "../../../scripts/letter/bytes/day.ts";
import { parseSheet } from "../../../scripts/letter/signature/sheet.ts";
import { days, fixedRandomness, minutes } from "../../support/fixtures.ts";
import { copyDatabase, type DatabaseCopy, putBack } from "../database-copy.ts";
import { type Harness, openHarness, sign, stateShown, withdrawalCodeIn } from "../harness.ts";
import { acceptAll, backUp, idOfCode, type Leaver, signAs, withdrawAll } from "../leavers.ts";

// A snapshot that was put back, a standby without the last commits, a copied file: nobody tells the service.
const seed = `older ${inject("seed")}`;

let harness: Harness;
afterEach(() => harness.close());

/** What happens after the copy was made, to the signatures that wait in it. */
const SINCE = {
  "still on their open sheet": { act: async () => {}, states: ["pending", "pending"] },
  accepted: { act: async () => acceptAll(harness), states: ["accepted", "accepted"] },
  "refused in part": {
    act: async ([a]: readonly Leaver[]) => {
      for (const sheet of harness.gitHost.open.keys()) harness.gitHost.accept(sheet, { [idOfCode(a!.code)]: "advert" });
    },
    states: ["refused", "accepted"],
  },
  "withdrawn while they were on their sheet": {
    act: async ([a]: readonly Leaver[]) => {
      await withdrawAll(harness, [a!]);
      await harness.round();
      acceptWithdrawalsFirst();
    },
    states: ["unknown", "accepted"],
  },
  "withdrawn from the list": {
    act: async ([a]: readonly Leaver[]) => {
      acceptAll(harness);
      await harness.round();
      await withdrawAll(harness, [a!]);
      await harness.round();
      acceptAll(harness);
    },
    states: ["unknown", "accepted"],
  },
} as const;

/** Accept applies withdrawals before signatures. */
function acceptWithdrawalsFirst(): void {
  const kindOf = (sheet: string) => harness.gitHost.parse(sheet).kind;
  for (const kind of ["withdrawals", "signatures"])
    for (const sheet of [...harness.gitHost.open.keys()]) if (kindOf(sheet) === kind) harness.gitHost.accept(sheet);
}

/** Puts the copy back, under the running service or while it is stopped. */
async function goBack(copy: DatabaseCopy, running: boolean): Promise<void> {
  await putBack(harness, copy);
  if (!running) await harness.restart();
}

/** Goes on for so long that everything is filed and decided. */
async function liveOn(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await harness.round();
    harness.clock.advance(minutes(61));
    await harness.again();
    await harness.sweep();
    acceptWithdrawalsFirst();
  }
  await harness.round();
}

/** The sheets of signatures that were filed since, and how many of these people are on them. */
const filedAgain = (from: number, people: readonly Leaver[]) =>
  harness.gitHost.filings
    .slice(from)
    .map(({ text }) => parseSheet(text))
    .flatMap((sheet) => (sheet.kind === "signatures" ? sheet.rows : []))
    .filter(({ id }) => people.some(({ code }) => idOfCode(code) === id)).length;

/** What is put back while the service is stopped, or under the running service. */
export function describeOlder(running: boolean, fates = Object.keys(SINCE) as readonly (keyof typeof SINCE)[]): void {
  it.each(fates)("heals: what waits in it was %s since, and who signs now is not held up", async (fate) => {
    harness = await openHarness();
    const early = [await signAs(harness, seed, "a"), await signAs(harness, seed, "b", "hidden")];
    const copy = await copyDatabase(harness);
    await harness.round();
    await SINCE[fate].act(early);
    await harness.round();

    await goBack(copy, running);
    const before = harness.gitHost.filings.length;
    const late = [await signAs(harness, seed, "c"), await signAs(harness, seed, "d", "hidden")];
    await harness.round();
    expect(filedAgain(before, early)).toBe(0);
    await harness.sweep();
    for (const [i, state] of SINCE[fate].states.entries())
      expect.soft(await stateShown(harness, early[i]!.code)).toBe(state);
    await liveOn();
    for (const [i, { code }] of early.entries())
      expect(await stateShown(harness, code)).toBe(SINCE[fate].states[i]!.replace("pending", "accepted"));
    for (const { code } of late) expect(await stateShown(harness, code)).toBe("accepted");
    expect(filedAgain(before, early)).toBe(0);
    // Nothing is left of it: neither a sheet, nor a row that counts as filed.
    expect(harness.gitHost.open.size).toBe(0);
    const { query } = harness.store;
    expect(await query.selectFrom("sheet").selectAll().execute()).toEqual([]);
    const states = await query.selectFrom("signature").select("state").distinct().execute();
    expect(states.filter(({ state }) => ["confirmed", "filing", "filed"].includes(state))).toEqual([]);
  });

  it("knows again who is on a sheet of withdrawals that it has never seen", async () => {
    harness = await openHarness();
    const [leaver, stays] = [await signAs(harness, seed, "a"), await signAs(harness, seed, "b")];
    await harness.round();
    acceptAll(harness);
    await harness.round();
    const copy = await copyDatabase(harness);
    await withdrawAll(harness, [leaver]);
    await harness.round();

    await goBack(copy, running);
    harness.clock.advance(minutes(61));
    await harness.round();
    expect(await harness.store.query.selectFrom("vault").select("id").execute()).toEqual([
      { id: idOfCode(stays.code) },
    ]);
    expect(harness.gitHost.open.size).toBe(1);
    acceptAll(harness);
    await harness.round();
    expect(harness.gitHost.record().rows.map(({ name }) => name)).toEqual([stays.name]);
    expect(await stateShown(harness, stays.code)).toBe("accepted");
  });

  it("says what main and the open sheets show and it has no row of", async () => {
    harness = await openHarness({ settings: { FILE_AT_MOST: "1" } });
    const known = await signAs(harness, seed, "known");
    const copy = await copyDatabase(harness);
    const lost = [await signAs(harness, seed, "a"), await signAs(harness, seed, "b")];
    await harness.round();
    const isOn = (sheet: string) => harness.gitHost.parse(sheet).rows.some(({ id }) => id === idOfCode(lost[0]!.code));
    harness.gitHost.accept([...harness.gitHost.open.keys()].find(isOn)!);
    await harness.round();

    await goBack(copy, running);
    harness.clock.advance(minutes(61));
    await harness.round();
    await harness.again();
    expect(harness.sheets().unknown).toBe(2);
    expect(harness.logged()).toContain("signatures that the database has no row of");
    expect(await stateShown(harness, known.code)).toMatch(/pending|accepted/);
    // Their codes open what is on the list and on the open sheets, as after any loss of the database, and they can leave.
    const shown = await Promise.all(lost.map(({ code }) => stateShown(harness, code)));
    expect(shown).toEqual(["accepted", "pending"]);
    await withdrawAll(harness, lost);
    for (const { code } of lost) expect(await stateShown(harness, code)).toBe("withdrawn");
    await liveOn();
    expect(harness.gitHost.record().rows.map(({ name }) => name)).toEqual([known.name]);
  });
}

/** Two machines on copies of one database, in whatever order they work. */
export function describeTwoMachines(): void {
  it("two machines on copies of one database file and settle everybody once", async () => {
    harness = await openHarness();
    const signed = [await signAs(harness, seed, "a"), await signAs(harness, seed, "b")];
    const machines = [await copyDatabase(harness)];
    machines.push(machines[0]!);
    const pick = fixedRandomness(`${seed} machines`);
    for (let turn = 0; turn < 12; turn++) {
      const on = pick(1)[0]! % 2;
      await goBack(machines[on]!, turn % 2 === 0);
      if (turn < 6) signed.push(await signAs(harness, seed, `turn${turn}`));
      harness.clock.advance(minutes(61));
      await harness.round();
      if (pick(1)[0]! % 2 === 0) acceptAll(harness);
      await harness.round();
      machines[on] = await copyDatabase(harness);
    }
    for (const [on, machine] of machines.entries()) {
      await goBack(machine, false);
      harness.clock.advance(days(8));
      for (let turn = 0; turn < 3; turn++) {
        await harness.round();
        acceptAll(harness);
        harness.clock.advance(minutes(61));
      }
      await harness.round();
      machines[on] = await copyDatabase(harness);
    }
    const rows = harness.gitHost.record().rows.map(({ name }) => name);
    expect(rows.sort()).toEqual(signed.map(({ name }) => name).sort());
    expect(harness.gitHost.open.size).toBe(0);
  });
}

/** What holds once, however it is put back. */
export function describeOnce(): void {
  it.each([
    ["", async () => {}],
    [
      ", also when the git host did not answer at the start",
      async () => void vi.spyOn(harness.gitHost, "pendingBranches").mockRejectedValueOnce(new Error("away")),
    ],
  ])(
    "what was unfiled in a copy that was put back waits as after a restoration: its holder may have left since%s",
    async (_, before) => {
      harness = await openHarness({ settings: { FILE_AT_LEAST: "2" } });
      const [a, b] = [await signAs(harness, seed, "a"), await signAs(harness, seed, "b")];
      const hidden = await signAs(harness, seed, "c");
      const copy = await copyDatabase(harness);
      await withdrawAll(harness, [hidden]);
      await harness.round();
      acceptAll(harness);
      await harness.round();
      await before();
      await goBack(copy, false);
      await harness.round();
      for (const { code } of [a, b]) expect(await stateShown(harness, code)).toBe("accepted");
      // On PostgreSQL main hears of every withdrawal, so nobody has to wait for another word.
      const waits = await restoredRows(harness.store.query, "2026-11-22");
      expect(waits?.waiting).toBe(harness.settings.database.kind === "sqlite" ? 1 : undefined);
      expect(harness.logged()).toContain("the database is older than main");
      if (waits) await withdrawAll(harness, [hidden]);
      harness.clock.advance(days(8));
      await harness.round();
      acceptAll(harness);
      expect(harness.gitHost.record().rows.map(({ name }) => name)).not.toContain(hidden.name);
    },
  );

  it("nothing waits until a day that only a clock which was ahead has named", async () => {
    harness = await openHarness({ settings: { FILE_AT_LEAST: "2" } });
    await signAs(harness, seed, "a");
    await harness.store.change((query) => holdRestored(query, "2028-03-01"));
    await harness.round();
    const waits = await restoredRows(harness.store.query, "2026-11-22");
    expect(waits?.until).toBe(dayAfter(dayOf(harness.clock.now()), 7));
  });

  it("what waits is not released by a clock that may date but is still doubted", async () => {
    harness = await openHarness({ settings: { FILE_AT_LEAST: "1" } });
    await signAs(harness, seed, "a");
    await harness.store.change((query) => holdRestored(query, dayOf(harness.clock.now())));
    harness.clock.advance(days(20));
    await harness.restart({ stoodStill: true });
    harness.clock.advance(minutes(90));
    await harness.round();
    expect(harness.gitHost.open.size).toBe(0);
    harness.clock.advance(days(1));
    await harness.sweep();
    await harness.round();
    expect(harness.gitHost.open.size).toBe(1);
  });

  it("a copy that was put back learns from the data folder who has left without a trace on main", async () => {
    harness = await openHarness();
    const leaver = await signAs(harness, seed, "a");
    await backUp(harness, "medium");
    const copy = await copyDatabase(harness);
    await withdrawAll(harness, [leaver]);
    await goBack(copy, false);
    await harness.sweep();
    expect(await stateShown(harness, leaver.code)).toBe("unknown");
    expect(await harness.store.query.selectFrom("vault").selectAll().execute()).toEqual([]);
    await liveOn();
    expect(harness.gitHost.filings.some(({ text }) => text.includes(leaver.name))).toBe(false);
    expect(harness.gitHost.record().rows).toEqual([]);
  });

  it("a database that was put back after a purge holds nobody any more at the next start", async () => {
    harness = await openHarness();
    const { code } = await signAs(harness, seed, "a");
    await harness.round();
    acceptAll(harness);
    await harness.round();
    const copy = await copyDatabase(harness);
    for (const kind of ["handover", "purge"])
      harness.gitHost.log(`undersigned/v1 ${kind} ${"A".repeat(43)}${kind === "handover" ? ` ${"A".repeat(43)}` : ""}`);
    await goBack(copy, false);
    for (const table of ["vault", "address", "signature"] as const)
      expect(await harness.store.query.selectFrom(table).selectAll().execute()).toEqual([]);
    expect(await stateShown(harness, code)).toBe("accepted");
  });

  it("an empty database is refused at the start while signatures wait on an open sheet", async () => {
    harness = await openHarness();
    const { s, code } = await sign(harness, {
      name: "Sara",
      email: `${formatCrockford128(fixedRandomness(seed)(16))}@example.org`,
    });
    expect(withdrawalCodeIn(await (await harness.post("/en/confirm/", { s, code })).text())).toMatch(/^\w{26}$/);
    await harness.round();
    await harness.store.change(async (query) => {
      for (const table of ["signature", "vault", "sheet", "campaign"] as const) await query.deleteFrom(table).execute();
    });
    await expect(harness.restart({ newDatabase: false })).rejects.toThrow("--new-database");
    await harness.restart();
  });
}
