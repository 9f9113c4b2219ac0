import { statSync } from "node:fs";
import { Decrypter } from "age-encryption";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseContactRecord } from "../../../scripts/letter/signature/contact.ts";
import { idOf, openingOf } from "../../../scripts/letter/signature/derivation.ts";
import { noteBackup } from "../../../scripts/outside/backup-list.ts";
import { findCanaries, findCanariesIn } from "../../support/canaries.ts";
import { hours, people } from "../../support/fixtures.ts";
import { type Harness, openHarness, sign, stateShown, submit, withdrawalCodeIn } from "../harness.ts";

let harness: Harness;
beforeEach(async () => {
  harness = await openHarness();
});
afterEach(() => harness.close());

const signatures = () => harness.store.query.selectFrom("signature").selectAll().execute();
const wrongCodes = ["00000000", "11111111", "22222222", "33333333", "44444444"];

describe("the code", () => {
  it("confirms, as it was mailed or as people type it", async () => {
    const { s, code } = await submit(harness, people.sara);
    const typed = ` ${code.slice(0, 4).toLowerCase()} - ${code.slice(4)} `.replace(/[0-9]/g, (digit) =>
      String.fromCharCode(0x6f0 + Number(digit)),
    );
    const answer = await harness.post("/fa/confirm/", { s, code: typed });
    expect(answer.status).toBe(200);
    expect(await stateShown(harness, withdrawalCodeIn(await answer.text()))).toBe("pending");
  });

  it("is not asked for by opening the link, whoever opens it and how often", async () => {
    const { s } = await submit(harness, people.sara);
    for (const method of ["GET", "HEAD", "GET"]) {
      expect((await harness.request(`/en/confirm/?s=${s}`, { method })).status).toBe(200);
      expect((await harness.request(`/en/not-me/?s=${s}`, { method })).status).toBe(200);
    }
    expect(await signatures()).toEqual([]);
  });

  it("shows the same withdrawal code again within 48 hours and signs nothing twice, also after a restart", async () => {
    const first = await sign(harness, people.sara);
    for (let times = 0; times < 2; times++) {
      const again = await harness.post("/fa/confirm/", first);
      expect(withdrawalCodeIn(await again.text())).toBe(first.withdrawalCode);
      await harness.restart();
    }
    expect(await signatures()).toHaveLength(1);
  });

  it("is refused after five wrong ones, but empty and malformed ones count nothing", async () => {
    const { s, code } = await submit(harness, people.sara);
    for (const typed of ["", "  ", "1234", "UUUUUUUU", "<script>", ...wrongCodes.slice(0, 4), "", "x"]) {
      expect((await harness.post("/en/confirm/", { s, code: typed })).status).toBe(422);
    }
    const other = await submit(harness, people.niamh);
    expect((await harness.post("/en/confirm/", { s, code })).status).toBe(200);
    for (const typed of wrongCodes) await harness.post("/en/confirm/", { s: other.s, code: typed });
    expect((await harness.post("/en/confirm/", other)).status).toBe(422);
    expect(await signatures()).toHaveLength(1);
  });

  it("counts guesses that come all at once, and those on a confirmed submission too", async () => {
    const { s, code } = await submit(harness, people.sara);
    await Promise.all(wrongCodes.map((typed) => harness.post("/en/confirm/", { s, code: typed })));
    expect((await harness.post("/en/confirm/", { s, code })).status).toBe(422);
    const spent = await sign(harness, people.niamh);
    for (const typed of wrongCodes) await harness.post("/en/confirm/", { s: spent.s, code: typed });
    expect((await harness.post("/en/confirm/", spent)).status).toBe(422);
    expect(await stateShown(harness, spent.withdrawalCode)).toBe("pending");
  });

  it("makes no signature that would spoil its sheet, such as one of a clock that was never set", async () => {
    harness.clock.set("1970-01-01T00:00:00Z");
    const early = await submit(harness, people.niamh);
    expect((await harness.post("/en/confirm/", early)).status).toBe(500);
    expect(await signatures()).toEqual([]);
    expect(harness.logged()).not.toContain(people.niamh.name);
  });

  it("gives one answer whether it is wrong, expired or unknown", async () => {
    const { s } = await submit(harness, people.sara);
    const expired = await submit(harness, people.niamh);
    const wrong = await harness.post("/en/confirm/", { s, code: "00000000" });
    harness.clock.advance(hours(48));
    const late = await harness.post("/en/confirm/", expired);
    const unknown = await harness.post("/en/confirm/", { s: "AAAAAAAAAAAAAAAAAAAAAA", code: "00000000" });
    const texts = await Promise.all([wrong, late, unknown].map((answer) => answer.text()));
    const plain = texts.map((text, i) => text.replaceAll([s, expired.s, "AAAAAAAAAAAAAAAAAAAAAA"][i]!, "S"));
    expect(plain[1]).toBe(plain[0]);
    expect(plain[2]).toBe(plain[0]);
    expect([wrong.status, late.status, unknown.status]).toEqual([422, 422, 422]);
  });

  it("gives one signature when two devices send it at once", async () => {
    const { s, code } = await submit(harness, people.sara);
    const answers = await Promise.all(Array.from({ length: 8 }, () => harness.post("/en/confirm/", { s, code })));
    const codes = await Promise.all(answers.map(async (answer) => withdrawalCodeIn(await answer.text())));
    expect(new Set(codes).size).toBe(1);
    expect(await signatures()).toHaveLength(1);
    expect(await harness.store.query.selectFrom("vault").select("id").execute()).toHaveLength(1);
  });

  it("binds the signature to the text that was there when the form was sent", async () => {
    const { s, code } = await submit(harness, people.sara);
    const texts = new Map([...harness.content.letterTexts].map(([lang, text]) => [lang, `${text}\nmore\n`] as const));
    harness.gitHost.changeLetter(texts);
    await harness.round();
    await harness.post("/en/confirm/", { s, code });
    expect((await signatures())[0]?.edition).toBe(harness.gitHost.edition);
  });
});

describe("one mailbox", () => {
  it("signs once, in whatever spelling; the first stays, and the others are told so without a code", async () => {
    const first = await sign(harness, { name: "Shirin", email: "shirin.b@gmail.com" });
    for (const [lang, email, words] of [
      ["en", "ShirinB@gmail.com", "This address has already signed"],
      ["fa", "shirinb+2@googlemail.com", "با این نشانی پیش‌تر امضا شده است"],
    ] as const) {
      const second = await submit(harness, { name: "Another Name", email }, {}, lang);
      for (let times = 0; times < 2; times++) {
        const answer = await harness.post(`/${lang}/confirm/`, second);
        const page = await answer.text();
        expect(answer.status).toBe(200);
        expect(page).toContain(words);
        expect(page).not.toContain("withdrawal-code");
        expect(page).not.toContain("<form");
      }
    }
    expect(await signatures()).toHaveLength(1);
    expect(await stateShown(harness, first.withdrawalCode)).toBe("pending");
  });

  it("learns no more than that it is not counted where only the widest form is the same", async () => {
    const first = await sign(harness, people.sara);
    const other = await submit(harness, { ...people.sara, email: "sara.azadi+x@example.org" });
    const page = await (await harness.post("/en/confirm/", other)).text();
    expect(page).toContain("This address cannot be counted again");
    expect(page).not.toMatch(/already|withdrawal-code|<form/);
    expect(await signatures()).toHaveLength(1);
    expect(await stateShown(harness, first.withdrawalCode)).toBe("pending");
  });

  it("may sign again after it has left, and is not told any more that it had signed", async () => {
    const first = await sign(harness, people.sara);
    const second = await submit(harness, people.sara);
    await harness.post("/en/confirm/", second);
    await harness.post("/en/withdraw/", { code: first.withdrawalCode });
    expect((await harness.post("/en/confirm/", second)).status).toBe(422);
    const third = await sign(harness, people.sara);
    expect(third.withdrawalCode).not.toBe(first.withdrawalCode);
    expect(await stateShown(harness, third.withdrawalCode)).toBe("pending");
  });
});

describe("the page after the confirmation", () => {
  it("shows what was signed and how it is shown, the same at every look", async () => {
    const asked = await submit(harness, people.niamh);
    const pages = [];
    for (let times = 0; times < 2; times++) pages.push(await (await harness.post("/en/confirm/", asked)).text());
    expect(pages[0]).toContain("What you have signed");
    expect(pages[0]).toContain("<bdi>Niamh O’Neil</bdi>");
    expect(pages[1]).toBe(pages[0]);
    const hidden = await submit(harness, people.ming, { shown: "hidden" });
    const page = await (await harness.post("/fa/confirm/", hidden)).text();
    expect(page).toContain("نام شما نمایش داده نمی‌شود");
    expect(page).not.toContain(people.ming.name);
  });

  it("takes the signature back on the spot, by its own form", async () => {
    const asked = await submit(harness, people.niamh);
    const page = await (await harness.post("/en/confirm/", asked)).text();
    const [, action = "", code = ""] =
      /<form method="post" action="([^"]+)">\s*<input type="hidden" name="code" value="(\w{26})">/.exec(page) ?? [];
    expect((await harness.post(action, { code })).status).toBe(200);
    expect(await stateShown(harness, code)).toBe("withdrawn");
    expect((await harness.post("/en/confirm/", asked)).status).toBe(422);
    for (const table of ["vault", "address", "submission"] as const) {
      expect(await harness.store.query.selectFrom(table).selectAll().execute(), table).toEqual([]);
    }
    // PostgreSQL keeps copies of its own: main has to tell a restored service who has left.
    const { kind } = harness.settings.database;
    const leaving = await harness.store.query.selectFrom("withdrawal").select("id").execute();
    expect(leaving).toHaveLength(kind === "postgres" ? 1 : 0);
    if (kind === "postgres") return;
    harness.clock.advance(hours(72));
    await harness.sweep();
    for (const table of ["signature", "code"] as const) {
      expect(await harness.store.query.selectFrom(table).selectAll().execute(), table).toEqual([]);
    }
  });

  it("leaves its id to main when a backup may hold the signature that is taken back", async () => {
    const before = await sign(harness, people.niamh);
    await noteBackup(harness.dataDir, { path: "backup.age", day: "2026-11-22" });
    harness.clock.advance(hours(24));
    const after = await sign(harness, people.sara);
    for (const { withdrawalCode } of [before, after]) await harness.post("/en/withdraw/", { code: withdrawalCode });
    const leaving = await harness.store.query.selectFrom("withdrawal").select("id").execute();
    const expected = harness.settings.database.kind === "postgres" ? [before, after] : [before];
    const ids = expected.map(({ withdrawalCode }) => idOf(openingOf(withdrawalCode)));
    expect(leaving.map(({ id }) => id).sort()).toEqual(ids.sort());
  });

  it("shows the code for 48 hours after the confirmation, and then nothing that is stored does", async () => {
    const { s, code, withdrawalCode } = await sign(harness, people.sara);
    const again = async () => harness.post("/en/confirm/", { s, code });
    harness.clock.advance(hours(47));
    await harness.sweep();
    expect(withdrawalCodeIn(await (await again()).text())).toBe(withdrawalCode);
    harness.clock.advance(hours(1));
    await harness.sweep();
    expect((await again()).status).toBe(422);
    expect(await harness.store.query.selectFrom("submission").selectAll().execute()).toEqual([]);
  });

  it("shows the code again also after a clock that was behind when it was confirmed", async () => {
    const asked = await submit(harness, people.niamh);
    harness.clock.set("2026-03-01T00:00:00Z");
    const code = withdrawalCodeIn(await (await harness.post("/en/confirm/", asked)).text());
    harness.clock.set("2026-11-22T13:00:00Z");
    await harness.restart();
    await harness.sweep();
    expect(withdrawalCodeIn(await (await harness.post("/en/confirm/", asked)).text())).toBe(code);
  });

  it("keeps the signature when five wrong codes destroy what was kept of it", async () => {
    const spent = await sign(harness, people.niamh);
    for (const typed of wrongCodes) await harness.post("/en/confirm/", { s: spent.s, code: typed });
    const [row] = await harness.store.query.selectFrom("submission").selectAll().execute();
    expect(row).toMatchObject({ sealed: null, leave: null });
    expect(await stateShown(harness, spent.withdrawalCode)).toBe("pending");
  });
});

describe("contact details after the confirmation", () => {
  it("are in the sealed record alone, which a custodian opens and the service cannot", async () => {
    const person = { name: "Zarafshan Mehrabani", email: "zarafshan.mehrabani@example.org", place: "Wagga Wagga" };
    const { s, code } = await sign(harness, person, { shown: "hidden" });
    await harness.round();
    const canaries = ["Zarafshan", "Mehrabani", "zarafshan.mehrabani", person.email, "Wagga Wagga"];
    expect(findCanaries([...canaries, s, code], [harness.dataDir])).toEqual([]);
    expect(findCanariesIn(canaries, "log", harness.logged())).toEqual([]);
    expect(findCanariesIn(canaries, "git", JSON.stringify(harness.gitHost.filings))).toEqual([]);

    const { sealed, id } = await harness.store.query.selectFrom("vault").selectAll().executeTakeFirstOrThrow();
    for (const identity of harness.identities) {
      const custodian = new Decrypter();
      custodian.addIdentity(identity);
      const record = parseContactRecord(await custodian.decrypt(new Uint8Array(sealed)));
      expect(record).toMatchObject({ ...person, id, lang: "en", signed: "2026-11-22", consents: ["handover"] });
    }
  });

  it("leave no trace of who confirmed after whom in the log of changes, once it is swept", async ({ skip }) => {
    const { database } = harness.settings;
    if (database.kind !== "sqlite") return skip("PostgreSQL keeps its log elsewhere");
    const log = `${database.path}-wal`;
    for (const person of [people.sara, people.niamh]) await sign(harness, person);
    expect(statSync(log).size).toBeGreaterThan(0);
    await harness.sweep();
    expect(statSync(log).size).toBe(0);
  });

  it("have one length, whatever they hold", async () => {
    await sign(harness, people.sara);
    await sign(harness, people.ming, { shown: "counted", place: "" });
    const sealed = await harness.store.query.selectFrom("vault").select("sealed").execute();
    expect(new Set(sealed.map((row) => row.sealed.length)).size).toBe(1);
  });
});
