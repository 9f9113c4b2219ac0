import { afterEach, describe, expect, inject, it } from "vitest";
import { formatCrockford128 } from "../../../scripts/letter/bytes/crockford.ts";
import { signingKey } from "../../../scripts/letter/bytes/key.ts";
import { attestSheet } from "../../../scripts/letter/ledger/attestation.ts";
import { filingMessage } from "../../../scripts/letter/review/filing-message.ts";
import { idOf, openingOf } from "../../../scripts/letter/signature/derivation.ts";
import { formatSheet, type SignaturesSheet } from "../../../scripts/letter/signature/sheet.ts";
import { fixedRandomness, hours, minutes } from "../../support/fixtures.ts";
import { type Harness, openHarness, sign } from "../harness.ts";

// Nobody who can push, and has not the form service's key, takes a signature from anybody.
const seed = inject("seed");
const random = fixedRandomness(`a stranger ${seed}`);
const pick = (count: number) => random(1)[0]! % count;
const newId = () => formatCrockford128(random(16));
const strangersKey = signingKey(random(32));

let harness: Harness;
const open = async (settings: Record<string, string> = {}) => {
  harness = await openHarness({ settings, seed: `copies ${seed}` });
};
afterEach(() => harness.close());

let signed = 0;
/** So many people sign; gives their ids. */
async function signAll(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const person = { name: "Sara", email: `copied${signed++}@example.org` };
    ids.push(idOf(openingOf((await sign(harness, person)).withdrawalCode)));
  }
  return ids.sort();
}

/** Where a signature is, and whether its contact record is kept. */
async function stateOf(id: string) {
  const { query } = harness.store;
  const row = await query.selectFrom("signature").select(["state", "sheet"]).where("id", "=", id).executeTakeFirst();
  const kept = await query.selectFrom("vault").select("id").where("id", "=", id).executeTakeFirst();
  return { state: row?.state, sheet: row?.sheet, kept: kept !== undefined };
}
const states = (ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (({ state, kept }) => `${state}${kept ? "" : ", destroyed"}`)(await stateOf(id))));
const sheetOfRow = async (id: string) => (await stateOf(id)).sheet ?? "";
const sheetOn = (name: string) => harness.gitHost.parse(name) as SignaturesSheet;
const times = <T>(count: number, value: T) => Array.from({ length: count }, () => value);

/** The message with which only the form service files. */
const attested = (sheet: SignaturesSheet) =>
  filingMessage(sheet.sheet, {
    quarantined: false,
    attestation: attestSheet(sheet.sheet, formatSheet(sheet), harness.service.attestation),
  });

/** A copy of an open or settled sheet as somebody makes it who can push. Gives the name of its branch. */
function pushCopy(original: SignaturesSheet, message: string): string {
  const { gitHost } = harness;
  const taken = gitHost.open.has(original.sheet) || original.rows.length === 1;
  const [name, rows, words] = [
    () => [newId(), original.rows, "x"] as const,
    () => [newId(), original.rows.slice(pick(original.rows.length)), message] as const,
    () => [newId(), original.rows, ""] as const,
    // The id of the sheet itself is free only once it is settled.
    () => [taken ? newId() : original.sheet, original.rows.slice(1), message] as const,
  ][pick(4)]!();
  const copy = { ...original, sheet: name, rows: rows.length > 0 ? rows : original.rows };
  const attestation = attestSheet(name, formatSheet(copy), strangersKey);
  gitHost.push(
    name,
    formatSheet(copy),
    words === "" ? filingMessage(name, { quarantined: false, attestation }) : words,
  );
  return name;
}

describe("whatever sheets somebody pushes who has not the form service's key", () => {
  it(`each signature has the fate that the moderators of its own sheet give it (seed ${seed})`, async () => {
    await open();
    for (let turn = 0; turn < 12; turn++) {
      const ids = await signAll(1 + pick(3));
      await harness.round();
      const own = sheetOn(await sheetOfRow(ids[0]!));
      const message = harness.gitHost.open.get(own.sheet)!.message;
      const attack = () => {
        for (let i = pick(4); i > 0; i--) {
          const name = pushCopy(own, message);
          // Moderators who take it for a sheet say what they like about it.
          const duplicates = Object.fromEntries(own.rows.map(({ id }) => [id, "duplicate"] as const));
          const done = [
            () => harness.gitHost.accept(name),
            () => harness.gitHost.accept(name, duplicates),
            () => harness.gitHost.reject(name, "advert"),
          ][pick(3)]!();
          expect(done).toBe(false);
        }
      };
      attack();
      if (pick(2) === 0) await harness.round();
      attack();
      const refused = pick(3) === 0 ? ids[0] : undefined;
      expect(harness.gitHost.accept(own.sheet, refused === undefined ? {} : { [refused]: "fake-name" })).toBe(true);
      attack();
      await harness.round();
      expect(await states(ids)).toEqual(ids.map((id) => (id === refused ? "refused" : "accepted")));
      harness.clock.advance(pick(2) * hours(7));
      await harness.round();
      expect(await states(ids)).toEqual(ids.map((id) => (id === refused ? "refused" : "accepted")));
    }
  });

  it("a trailer that leaves a row out on another sheet takes nothing from anybody", async () => {
    await open();
    const ids = await signAll(2);
    await harness.round();
    harness.gitHost.settle({ sheet: newId(), leftOut: ids });
    await harness.round();
    expect(await states(ids)).toEqual(["filed", "filed"]);
    harness.gitHost.accept(await sheetOfRow(ids[0]!));
    harness.gitHost.settle({ sheet: newId(), leftOut: ids });
    await harness.round();
    expect(await states(ids)).toEqual(["accepted", "accepted"]);
  });

  it("a sheet whose branch was replaced or taken away is filed again", async () => {
    await open({ FILE_AT_MOST: "2" });
    const ids = await signAll(4);
    await harness.round();
    const [gone, replaced] = [...harness.gitHost.open.keys()].map(sheetOn);
    harness.gitHost.open.delete(gone!.sheet);
    const other = { ...replaced!, rows: replaced!.rows.slice(1) };
    harness.gitHost.push(replaced!.sheet, formatSheet(other), attested(replaced!));
    await harness.round();
    // A git host may have answered with an old list of its branches.
    expect(await sheetOfRow(ids[0]!)).toBeOneOf([gone!.sheet, replaced!.sheet]);
    harness.clock.advance(minutes(1));
    await harness.round();
    expect(await states(ids)).toEqual(times(4, "filed"));
    for (const name of new Set(await Promise.all(ids.map(sheetOfRow)))) {
      expect([gone!.sheet, replaced!.sheet]).not.toContain(name);
      expect(harness.gitHost.accept(name)).toBe(true);
    }
    await harness.round();
    expect(await states(ids)).toEqual(times(4, "accepted"));
    expect(harness.gitHost.record().rows).toHaveLength(4);
  });
});

describe("a row that is on two sheets of the form service", () => {
  /** A second sheet with the row, such as a service files that was brought back from a backup. */
  async function fileTwice(): Promise<{ id: string; first: string; second: string }> {
    await open();
    const [id] = (await signAll(1)) as [string];
    await harness.round();
    const first = await sheetOfRow(id);
    const twin = { ...sheetOn(first), sheet: newId() };
    harness.gitHost.push(twin.sheet, formatSheet(twin), attested(twin));
    return { id, first, second: twin.sheet };
  }

  it.each(["accepted", "refused"] as const)(
    "is decided on the other once one calls it a duplicate: %s",
    async (fate) => {
      const { id, first, second } = await fileTwice();
      harness.gitHost.accept(first, { [id]: "duplicate" });
      await harness.round();
      expect(await stateOf(id)).toEqual({ state: "filed", sheet: second, kept: true });
      harness.gitHost.accept(second, fate === "refused" ? { [id]: "duplicate" } : {});
      await harness.round();
      expect(await states([id])).toEqual([fate]);
    },
  );

  it("is filed again when the other goes without a decision", async () => {
    const { id, first, second } = await fileTwice();
    harness.gitHost.reject(first, "advert");
    await harness.round();
    harness.gitHost.open.delete(second);
    await harness.round();
    harness.clock.advance(minutes(1));
    await harness.round();
    const third = await sheetOfRow(id);
    expect([first, second]).not.toContain(third);
    harness.gitHost.accept(third);
    await harness.round();
    expect(await states([id])).toEqual(["accepted"]);
  });

  it("is accepted once, whichever comes first", async () => {
    const { id, first, second } = await fileTwice();
    expect(harness.gitHost.accept(second)).toBe(true);
    await harness.round();
    expect(await states([id])).toEqual(["accepted"]);
    expect(harness.gitHost.accept(first)).toBe(true);
    await harness.round();
    expect(await states([id])).toEqual(["accepted"]);
    expect(harness.gitHost.record().rows).toHaveLength(1);
  });
});

describe("a sheet from before sheets were attested", () => {
  /** The database and the git host as the version before would have left them. */
  async function forgetAttestations(): Promise<string[]> {
    const { gitHost, store } = harness;
    const names: string[] = [];
    for (const { sheet } of await store.query.selectFrom("sheet").select("sheet").execute()) {
      const message = `file sheet ${sheet}`;
      await store.query.updateTable("sheet").set({ message }).where("sheet", "=", sheet).execute();
      const filing = gitHost.open.get(sheet);
      if (filing) gitHost.push(sheet, filing.text, message);
      names.push(sheet);
    }
    return names;
  }

  it("is filed again under another id, whether or not it had been filed, and nobody is lost or counted twice", async () => {
    await open({ FILE_AT_MOST: "2" });
    const ids = await signAll(4);
    harness.gitHost.failNext("after");
    harness.gitHost.failNext("before");
    await harness.round();
    const old = await forgetAttestations();
    expect(old).toHaveLength(2);
    await harness.restart();
    await harness.round();
    expect(await states(ids)).toEqual(times(4, "filed"));
    const names = [...new Set(await Promise.all(ids.map(sheetOfRow)))];
    for (const name of names) expect(old).not.toContain(name);
    for (const name of old.filter((one) => harness.gitHost.open.has(one)))
      expect(harness.gitHost.accept(name)).toBe(false);
    for (const name of names) expect(harness.gitHost.accept(name)).toBe(true);
    await harness.round();
    expect(await states(ids)).toEqual(times(4, "accepted"));
    expect(harness.gitHost.record().rows).toHaveLength(4);
  });

  it("of withdrawals is filed again too", async () => {
    await open();
    const { withdrawalCode } = await sign(harness, { name: "Sara", email: "leaving@example.org" });
    await harness.round();
    harness.gitHost.accept([...harness.gitHost.open.keys()][0]!);
    await harness.round();
    await harness.post("/en/withdraw/", { code: withdrawalCode });
    await harness.round();
    const [old] = await forgetAttestations();
    await harness.restart();
    await harness.round();
    expect(harness.gitHost.accept(old!)).toBe(false);
    const [name] = [...harness.gitHost.open.keys()].filter((one) => one !== old);
    expect(harness.gitHost.accept(name!)).toBe(true);
    expect(harness.gitHost.record().rows).toEqual([]);
    await harness.round();
    expect(await harness.store.query.selectFrom("withdrawal").selectAll().execute()).toEqual([]);
  });
});
