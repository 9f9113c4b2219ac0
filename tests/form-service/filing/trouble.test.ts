import { sql } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import { sheetsSetAside } from "../../../scripts/form-service/filing/sheets.ts";
import { hours, minutes, people } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness, sign, stateShown, submit, withdrawalCodeIn } from "../harness.ts";

let harness: Harness;
afterEach(() => harness.close());

describe("a sheet that the git host does not take", () => {
  const signOn = async (sheets: number) => {
    for (let i = 0; i < sheets; i++) await sign(harness, { name: "Sara", email: `person${i}@example.org` });
  };
  /** The git host takes everything but this sheet. */
  const refuse = (sheet: () => string | undefined) => {
    const { file } = harness.gitHost;
    Object.assign(harness.gitHost, {
      file: async (filing: Parameters<typeof file>[0]) => {
        if (filing.sheet === sheet()) throw Object.assign(new Error("no"), { name: "HttpError", code: 422 });
        return file(filing);
      },
    });
    return () => Object.assign(harness.gitHost, { file });
  };

  it("holds up no other, is set aside and shown, and is filed once it can be", async () => {
    harness = await openHarness({ settings: { FILE_AT_MOST: "1" } });
    await signOn(4);
    let poison: string | undefined;
    const mend = refuse(() => poison);
    const { file } = harness.gitHost;
    Object.assign(harness.gitHost, {
      file: (filing: Parameters<typeof file>[0]) => {
        poison ??= filing.sheet;
        return file(filing);
      },
    });
    for (let round = 0; round < 12; round++) await harness.round();
    expect(harness.gitHost.open.size).toBe(3);
    const [aside, ...others] = await sheetsSetAside(harness.store.query);
    expect(others).toEqual([]);
    expect(aside).toEqual({ sheet: poison, attempts: 10, failure: "HttpError 422" });
    expect(harness.logged()).toContain("a sheet is set aside");
    mend();
    await harness.round();
    expect(harness.gitHost.open.size).toBe(3);
    harness.clock.advance(hours(1));
    await harness.again();
    expect(harness.gitHost.open.size).toBe(4);
    expect(await sheetsSetAside(harness.store.query)).toEqual([]);
  });

  it("is tried again between two rounds, later each time", async () => {
    harness = await openHarness();
    await signOn(1);
    const mend = refuse(() => harness.gitHost.filings[0]?.sheet ?? "");
    harness.gitHost.failNext("before");
    await harness.round();
    const attempts = async () =>
      (await harness.store.query.selectFrom("sheet").select("attempts").executeTakeFirstOrThrow()).attempts;
    await harness.again();
    expect(await attempts()).toBe(1);
    for (const expected of [2, 3]) {
      harness.clock.advance(minutes(expected - 1));
      await harness.again();
      expect(await attempts()).toBe(expected);
      await harness.again();
      expect(await attempts()).toBe(expected);
    }
    mend();
    harness.clock.advance(hours(1));
    await harness.again();
    expect(harness.gitHost.open.size).toBe(1);
  });

  it("is not asked for one by one while the git host is away", async () => {
    harness = await openHarness({ settings: { FILE_AT_MOST: "1" } });
    await signOn(6);
    for (let i = 0; i < 3; i++) harness.gitHost.failNext("before");
    await harness.round();
    expect(harness.gitHost.filings).toHaveLength(3);
    await harness.round();
    expect(harness.gitHost.open.size).toBe(6);
  });
});

describe("a full disk", () => {
  const limit = async (pages: number) => {
    await sql`pragma max_page_count = ${sql.raw(String(pages))}`.execute(harness.store.query);
  };
  const full = async () => {
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(harness.store.query);
    await limit(rows[0]!.page_count);
  };

  it.each(["en", "fa"])("is said in %s, loses nothing, and it goes on by itself", async (lang) => {
    harness = await openHarness();
    const early = await sign(harness, people.omid);
    const waiting = await Promise.all(
      Array.from({ length: 8 }, (_, i) => submit(harness, { name: "Sara", email: `person${i}@example.org` })),
    );
    await full();
    const answers = await Promise.all(waiting.map((typed) => harness.post(`/${lang}/confirm/`, typed)));
    const told = answers.filter(({ status }) => status === 200).length;
    const refused = answers.filter(({ status }) => status === 503);
    expect(told + refused.length).toBe(8);
    expect(refused.length).toBeGreaterThan(0);
    expect(Number(refused[0]!.headers.get("retry-after"))).toBeGreaterThan(0);
    const page = await refused[0]!.text();
    expect(page).toContain(lang === "fa" ? "دوباره تلاش کنید" : "Try again in a few minutes");
    const count = async () => (await harness.store.query.selectFrom("vault").select("id").execute()).length;
    expect(await count()).toBe(1 + told);
    // A form is refused likewise, and nobody is sent a code that opens nothing.
    let status = 303;
    for (let i = 0; i < 8 && status === 303; i++) {
      status = (await harness.post(`/${lang}/sign/`, formOf({ name: "Late", email: `late${i}@example.org` }))).status;
    }
    expect(status).toBe(503);

    await limit(100_000);
    for (const typed of waiting) {
      const again = await harness.post("/en/confirm/", typed);
      expect(again.status).toBe(200);
      expect(await stateShown(harness, withdrawalCodeIn(await again.text()))).toBe("pending");
    }
    expect(await count()).toBe(9);
    expect(await stateShown(harness, early.withdrawalCode)).toBe("pending");
    await harness.round();
    expect([...harness.gitHost.open.values()][0]!.text).toContain("count: 9\n");
  });
});
