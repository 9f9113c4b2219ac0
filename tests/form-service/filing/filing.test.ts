import { afterEach, describe, expect, it } from "vitest";
import { settle } from "../../../scripts/form-service/filing/settlement.ts";
import { rowsSetAside } from "../../../scripts/form-service/store/rows-set-aside.ts";
import { idOf, openingOf } from "../../../scripts/letter/signature/derivation.ts";
import { days, hours, people } from "../../support/fixtures.ts";
import { type Harness, openHarness, sign, stateShown } from "../harness.ts";

let harness: Harness;
const open = async (settings: Record<string, string> = {}) => {
  harness = await openHarness({ settings });
};
afterEach(() => harness.close());

const signAll = async (count: number, from = 0) => {
  const codes: string[] = [];
  for (let i = from; i < from + count; i++) {
    const { withdrawalCode } = await sign(harness, { name: "Sara", email: `person${i}@example.org` });
    codes.push(withdrawalCode);
  }
  return codes;
};
/** Signs, and is refused on the sheet that it comes to; gives the withdrawal code. */
const refuse = async (person: typeof people.sara) => {
  const { withdrawalCode } = await sign(harness, person);
  await harness.round();
  const [sheet] = sheets();
  harness.gitHost.accept(sheet!.sheet, { [sheet!.rows[0]!.id]: "fake-name" });
  await harness.round();
  expect(await stateShown(harness, withdrawalCode)).toBe("refused");
  return withdrawalCode;
};
const sheets = () => [...harness.gitHost.open.keys()].map((sheet) => harness.gitHost.parse(sheet));

describe("a round of filing", () => {
  it("files a sheet whose rows are attested and in the order of their ids", async () => {
    await open();
    await signAll(5);
    await harness.round();
    const [sheet] = sheets();
    expect(sheet?.rows).toHaveLength(5);
    expect(sheet?.edition).toBe(harness.gitHost.edition);
    harness.gitHost.accept(sheet!.sheet);
    expect(harness.gitHost.record().rows).toHaveLength(5);
    expect(harness.gitHost.filings[0]).toMatchObject({ day: "2026-11-22" });
    const [head, ...rest] = harness.gitHost.filings[0]!.message.split("\n");
    expect(head).toBe(`file sheet ${sheet!.sheet}`);
    expect(rest.join("\n")).toMatch(/^\nAttested: [\w-]{86}\n$/);
  });

  it("waits for enough signatures, splits many, and files few only after the longest wait", async () => {
    await open({ FILE_AT_LEAST: "3", FILE_AT_MOST: "4", FILE_AT_LATEST: "72h" });
    await signAll(2);
    await harness.round();
    expect(sheets()).toEqual([]);
    await signAll(7, 2);
    await harness.round();
    expect(sheets().map(({ rows }) => rows.length)).toEqual([4, 4]);
    harness.clock.advance(hours(72) - 1);
    await harness.round();
    expect(sheets()).toHaveLength(2);
    harness.clock.advance(1);
    await harness.round();
    expect(sheets().map(({ rows }) => rows.length)).toEqual([4, 4, 1]);
  });

  it("never counts a wait as longer than it was, also after a restart", async () => {
    await open({ FILE_AT_LEAST: "3", FILE_AT_LATEST: "72h" });
    await signAll(1);
    harness.clock.advance(hours(24));
    await harness.restart();
    harness.clock.advance(hours(48));
    await harness.round();
    expect(sheets()).toEqual([]);
    harness.clock.advance(hours(24));
    await harness.round();
    expect(sheets()).toHaveLength(1);
  });

  it.each(["before", "after"] as const)(
    "makes the same commit again when the call failed %s the arrival",
    async (when) => {
      await open();
      const [code] = await signAll(3);
      harness.gitHost.failNext(when);
      await harness.round();
      expect(await stateShown(harness, code!)).toBe("pending");
      await harness.restart();
      harness.clock.advance(days(1));
      await signAll(1, 10);
      await harness.round();
      expect(harness.gitHost.filings).toHaveLength(3);
      expect(harness.gitHost.filings[1]).toEqual(harness.gitHost.filings[0]);
      expect(sheets().map(({ rows }) => rows.length)).toEqual([3, 1]);
      expect(JSON.parse(harness.logged().trim().split("\n").at(-1)!)).toMatchObject({
        level: "warn",
        day: "2026-11-22",
      });
    },
  );

  it("neither loses nor doubles a signature when the answer is lost and the sheet is accepted meanwhile", async () => {
    await open();
    const [code] = await signAll(2);
    harness.gitHost.failNext("after");
    await harness.round();
    harness.gitHost.accept([...harness.gitHost.open.keys()][0]!);
    await harness.restart();
    await harness.round();
    await harness.round();
    expect(harness.gitHost.record().rows).toHaveLength(2);
    expect(harness.gitHost.filings).toHaveLength(1);
    expect(await stateShown(harness, code!)).toBe("accepted");
  });

  it("forgets public fields and the sheet's text once they are not needed", async () => {
    await open();
    await signAll(1);
    await harness.round();
    expect(await harness.store.query.selectFrom("sheet").select(["state", "text"]).execute()).toEqual([
      { state: "filed", text: null },
    ]);
    harness.gitHost.accept([...harness.gitHost.open.keys()][0]!);
    await harness.round();
    expect(await harness.store.query.selectFrom("signature").selectAll().executeTakeFirst()).toMatchObject({
      ...{ state: "accepted", row: null, edition: null, day: null, sheet: null },
    });
    expect(await harness.store.query.selectFrom("sheet").selectAll().execute()).toEqual([]);
    expect(await harness.store.query.selectFrom("vault").select("id").execute()).toHaveLength(1);
  });

  it("destroys a refused row and its contact record after seven days", async () => {
    await open();
    const withdrawalCode = await refuse(people.sara);
    harness.clock.advance(days(6));
    await harness.round();
    expect(await harness.store.query.selectFrom("vault").select("id").execute()).toHaveLength(1);
    harness.clock.advance(days(1));
    await harness.round();
    for (const table of ["vault", "address", "signature", "code"] as const) {
      expect(await harness.store.query.selectFrom(table).selectAll().execute()).toEqual([]);
    }
    // Main still tells it.
    expect(await stateShown(harness, withdrawalCode)).toBe("refused");
  });

  it("destroys what it holds of a signature that main says has left, as after a restoration", async () => {
    await open();
    await sign(harness, people.sara);
    await harness.round();
    const [{ id } = { id: "" }] = await harness.store.query.selectFrom("signature").select("id").execute();
    const main = harness.service.main()!;
    const settled = { ...main.settled, withdrawn: new Set([id]) };
    await settle(harness.store, harness.clock, { ...main, settled } as typeof main);
    expect(await harness.store.query.selectFrom("vault").selectAll().execute()).toEqual([]);
    expect(await harness.store.query.selectFrom("address").selectAll().execute()).toEqual([]);
    expect(await harness.store.query.selectFrom("signature").select(["state", "row"]).execute()).toEqual([
      { state: "withdrawn", row: null },
    ]);
  });

  it("lets whoever was refused withdraw at once and sign again", async () => {
    await open();
    const withdrawalCode = await refuse(people.sara);
    expect((await harness.post("/en/withdraw/", { code: withdrawalCode })).status).toBe(200);
    const again = await sign(harness, people.sara);
    await harness.round();
    expect(await stateShown(harness, again.withdrawalCode)).toBe("pending");
    const filed = sheets().map(({ kind, rows }) => [kind, rows.length]);
    // Main names what was refused, so it hears of the withdrawal too.
    expect(filed.sort()).toEqual([
      ["signatures", 1],
      ["withdrawals", 1],
    ]);
  });

  it("goes on with the others when one sheet cannot be filed", async () => {
    await open({ FILE_AT_MOST: "2" });
    await signAll(4);
    harness.gitHost.failNext("before");
    await harness.round();
    expect(sheets()).toHaveLength(1);
    await harness.round();
    expect(sheets()).toHaveLength(2);
  });

  it("sets a signature aside whose row cannot be read, files the others, and files it once it can be read", async () => {
    await open({ FILE_AT_MOST: "2" });
    const codes = await signAll(5);
    const stored = harness.store.query.selectFrom("signature").select(["id", "row"]);
    const ids = codes.map((code) => idOf(openingOf(code)));
    const [first, second] = ids.sort();
    const rows = new Map((await stored.execute()).map(({ id, row }) => [id, row]));
    const write = (id: string, row: string) =>
      harness.store.query.updateTable("signature").set({ row }).where("id", "=", id).execute();
    // The first two in order: a sheet that held only them would be empty.
    await write(first!, "{");
    await write(second!, rows.get(second!)!.replace('"signed":"2026', '"signed":"soon'));
    await harness.round();
    expect(
      sheets()
        .flatMap((sheet) => sheet.rows.map(({ id }) => id))
        .sort(),
    ).toEqual(ids.slice(2));
    expect(await rowsSetAside(harness.store.query)).toEqual([first, second]);
    expect(harness.logged()).toContain("signatures are set aside");
    for (const code of codes) expect(await stateShown(harness, code)).toBe("pending");
    await write(first!, rows.get(first!)!);
    await harness.round();
    expect(await rowsSetAside(harness.store.query)).toEqual([second]);
    expect(sheets().flatMap((sheet) => sheet.rows)).toHaveLength(4);
    expect(
      (await harness.post("/en/withdraw/", { code: codes.find((code) => idOf(openingOf(code)) === second)! })).status,
    ).toBe(200);
    expect(await rowsSetAside(harness.store.query)).toEqual([]);
    const leaving = await harness.store.query.selectFrom("withdrawal").select("id").execute();
    expect(leaving).toEqual(harness.settings.database.kind === "postgres" ? [{ id: second }] : []);
  });

  it("sees that main accepted a signature whose row could stand on no sheet any more", async () => {
    await open();
    const [code] = await signAll(1);
    await harness.round();
    const stored = await harness.store.query.selectFrom("signature").select("row").executeTakeFirstOrThrow();
    // As after a new version of the program with stricter rules.
    const row = stored.row!.replace('"signed":"2026', '"signed":"soon');
    await harness.store.query.updateTable("signature").set({ row }).execute();
    harness.gitHost.accept(sheets()[0]!.sheet);
    await harness.round();
    const { state } = await harness.store.query.selectFrom("signature").select("state").executeTakeFirstOrThrow();
    expect(state).toBe("accepted");
    expect(await stateShown(harness, code!)).toBe("accepted");
  });

  it("keeps rows of two editions on sheets of their own", async () => {
    await open({ FILE_AT_LEAST: "2" });
    await signAll(1);
    const texts = new Map([...harness.content.letterTexts].map(([lang, text]) => [lang, `${text}\nmore\n`] as const));
    harness.gitHost.changeLetter(texts);
    await harness.round();
    await signAll(2, 1);
    await harness.round();
    expect(sheets().map(({ rows }) => rows.length)).toEqual([2]);
    harness.clock.advance(hours(72));
    await harness.round();
    expect(new Set(sheets().map(({ edition }) => edition)).size).toBe(2);
  });
});
