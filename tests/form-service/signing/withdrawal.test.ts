import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findCanaries } from "../../support/canaries.ts";
import { days, hours, people } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness, sign, stateShown, submit } from "../harness.ts";

let harness: Harness;
beforeEach(async () => {
  harness = await openHarness();
});
afterEach(() => harness.close());

const withdraw = (code: string) => harness.post("/en/withdraw/", { code });
const rowsOf = async (table: "vault" | "address" | "withdrawal") =>
  harness.store.query.selectFrom(table).select("id").execute();
const acceptAll = () => {
  for (const sheet of harness.gitHost.open.keys()) harness.gitHost.accept(sheet);
};

describe("a withdrawal by code", () => {
  it("before the filing leaves nothing: not in the queue, not on a sheet, not on the disk", async () => {
    const person = { name: "Zarafshan Mehrabani", email: "zarafshan.mehrabani@example.org" };
    const { withdrawalCode, s, code } = await sign(harness, person);
    const answers = [await withdraw(withdrawalCode), await withdraw(` ${withdrawalCode.toLowerCase()} `)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await stateShown(harness, withdrawalCode)).toBe("withdrawn");
    expect([...(await rowsOf("vault")), ...(await rowsOf("address"))]).toEqual([]);
    await harness.round();
    // PostgreSQL keeps copies of its own: main learns the id of what a restored service must not bring back.
    const filed = harness.settings.database.kind === "postgres" ? 1 : 0;
    expect(harness.gitHost.filings).toHaveLength(filed);
    expect(findCanaries(["Zarafshan", "Mehrabani"], [harness.dataDir])).toEqual([]);
    // The link and code of the confirmation do not bring it back, nor say that it counts.
    expect((await harness.post("/en/confirm/", { s, code })).status).toBe(422);
    await harness.round();
    expect(harness.gitHost.filings).toHaveLength(filed);
  });

  it("can be repeated also after a clock that was behind when it was done", async () => {
    const { withdrawalCode } = await sign(harness, people.sara);
    harness.clock.set("2026-03-01T00:00:00Z");
    await withdraw(withdrawalCode);
    harness.clock.set("2026-11-22T13:00:00Z");
    await harness.restart();
    await harness.sweep();
    expect((await withdraw(withdrawalCode)).status).toBe(200);
    expect(await stateShown(harness, withdrawalCode)).toBe("withdrawn");
    harness.clock.advance(days(4));
    await harness.sweep();
    for (const table of ["signature", "code"] as const)
      expect(await harness.store.query.selectFrom(table).selectAll().execute()).toEqual([]);
  });

  it("after the filing goes to main, where the pending row is left out", async () => {
    const { withdrawalCode } = await sign(harness, people.sara);
    await harness.round();
    const [signed] = harness.gitHost.open.keys();
    await withdraw(withdrawalCode);
    expect([...(await rowsOf("vault")), ...(await rowsOf("address"))]).toEqual([]);
    await harness.round();
    const leaving = [...harness.gitHost.open.keys()].find((sheet) => sheet !== signed)!;
    expect(harness.gitHost.parse(leaving)).toMatchObject({ kind: "withdrawals", rows: [{}] });
    harness.gitHost.accept(leaving);
    harness.gitHost.accept(signed!);
    await harness.round();
    expect(harness.gitHost.record().rows).toEqual([]);
    expect(await stateShown(harness, withdrawalCode)).toBe("withdrawn");
    expect(await rowsOf("withdrawal")).toEqual([]);
  });

  it("after the acceptance takes the row off the list", async () => {
    const { withdrawalCode } = await sign(harness, people.sara);
    await harness.round();
    acceptAll();
    await harness.round();
    expect(await stateShown(harness, withdrawalCode)).toBe("accepted");
    await withdraw(withdrawalCode);
    expect(await stateShown(harness, withdrawalCode)).toBe("withdrawn");
    await harness.round();
    acceptAll();
    await harness.round();
    expect(harness.gitHost.record().rows).toEqual([]);
    expect(harness.gitHost.record().entries.at(-1)).toMatch(/ withdraw 2$/);
    expect(harness.gitHost.filings).toHaveLength(2);
  });

  it("after the acceptance leaves no byte of name, address, opening or sealed record in the database", async ({
    skip,
  }) => {
    // What PostgreSQL keeps of deleted rows until it needs the room is its keeper's to destroy: decision 0013.
    skip(harness.settings.database.kind === "postgres", "PostgreSQL overwrites in its own time");
    const person = { name: "Zarafshan Mehrabani", email: "zarafshan.mehrabani@example.org", place: "Shahrekord-Nafch" };
    const { withdrawalCode } = await sign(harness, person);
    await sign(harness, people.sara);
    const sealed = await harness.store.query.selectFrom("vault").select("sealed").execute();
    const keyed = await harness.store.query.selectFrom("address").selectAll().execute();
    await harness.round();
    acceptAll();
    await harness.round();
    const row = harness.gitHost.record().rows.find(({ name }) => name === person.name)!;
    await withdraw(withdrawalCode);
    await harness.round();
    acceptAll();
    await harness.round();
    expect(harness.gitHost.record().rows).toHaveLength(1);

    const staying = (await rowsOf("vault")).map(({ id }) => id);
    const stays = await harness.store.query.selectFrom("vault").select("sealed").where("id", "in", staying).execute();
    const kept = new Set(stays.map((one) => Buffer.from(one.sealed).toString("hex")));
    // Its first 40 bytes are the same for everybody: they say how it is sealed, and to whom.
    const inside = (one: { sealed: Uint8Array }) => Buffer.from(one.sealed).subarray(-600, -400).toString("latin1");
    const gone = sealed.filter((one) => !kept.has(Buffer.from(one.sealed).toString("hex"))).map(inside);
    const forgotten = keyed.filter(({ id }) => !staying.includes(id)).flatMap(({ hmac, typed }) => [hmac, typed]);
    expect([gone.length, forgotten.length]).toEqual([1, 2]);
    const named = ["Zarafshan", "Mehrabani", person.email, person.place, row.opening, ...forgotten];
    expect(findCanaries(named, [harness.dataDir])).toEqual([]);
    const files = readdirSync(harness.dataDir).map((name) => readFileSync(join(harness.dataDir, name), "latin1"));
    expect(files.filter((bytes) => bytes.includes(gone[0]!))).toEqual([]);
    // What the search would miss if it could not read the database: those who stay are found.
    expect(files.filter((bytes) => bytes.includes(inside(stays[0]!)))).not.toEqual([]);
  });

  it("works for a row on the list that the database has lost", async () => {
    const { withdrawalCode } = await sign(harness, people.sara);
    await harness.round();
    acceptAll();
    await harness.round();
    for (const table of ["code", "signature", "vault", "address"] as const)
      await harness.store.query.deleteFrom(table).execute();
    expect(await stateShown(harness, withdrawalCode)).toBe("accepted");
    expect((await withdraw(withdrawalCode)).status).toBe(200);
    await harness.round();
    acceptAll();
    expect(harness.gitHost.record().rows).toEqual([]);
  });

  it("lets the address sign anew", async () => {
    const first = await sign(harness, people.sara);
    await withdraw(first.withdrawalCode);
    const second = await sign(harness, people.sara);
    expect(await stateShown(harness, second.withdrawalCode)).toBe("pending");
    expect(await stateShown(harness, first.withdrawalCode)).toBe("withdrawn");
  });

  it("says what is wrong with a code that is empty, malformed or unknown", async () => {
    for (const code of ["", "123", "0".repeat(26)]) {
      const answer = await withdraw(code);
      expect(answer.status).toBe(422);
      expect(await answer.text()).toContain("<title>Error:");
    }
    expect(await stateShown(harness, "0".repeat(26))).toBe("unknown");
  });
});

describe("a withdrawal by address", () => {
  const request = async (email: string) => {
    const answer = await harness.post("/fa/withdraw/", { email });
    expect(answer.status).toBe(303);
    const address = answer.headers.get("location")!;
    expect((await harness.get(address)).status).toBe(200);
    return new URL(address, "http://localhost:8080").searchParams.get("s")!;
  };
  const codeOf = async (email: string) =>
    /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec((await harness.mailServer.waitForMail(email)).text)![0];
  const confirm = (s: string, code: string) => harness.post("/fa/withdraw/confirm/", { s, code });

  it("needs the code from the mailbox, and may be repeated", async () => {
    const { withdrawalCode } = await sign(harness, people.sara);
    const s = await request(people.sara.email);
    const code = await codeOf(people.sara.email);
    expect((await confirm(s, "00000000")).status).toBe(422);
    expect(await stateShown(harness, withdrawalCode)).toBe("pending");
    expect((await confirm(s, code)).status).toBe(200);
    expect((await confirm(s, code)).status).toBe(200);
    expect(await stateShown(harness, withdrawalCode)).toBe("withdrawn");
    expect([...(await rowsOf("vault")), ...(await rowsOf("address"))]).toEqual([]);
  });

  it("is asked for by the same mail as a confirmation, but for the code", async () => {
    const asked = await submit(harness, people.sara, {}, "fa");
    const first = harness.mailServer.mails.at(-1)!;
    await request(people.sara.email);
    const second = await harness.mailServer.waitForMail(people.sara.email);
    const code = /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec(second.text)![0];
    expect(code).not.toBe(asked.code);
    expect(second.text.replace(code, asked.code)).toBe(first.text);
    expect(second.html.replace(code, asked.code)).toBe(first.html);
  });

  it("looks the same for an address that never signed, in every answer and in its mailbox", async () => {
    await sign(harness, people.sara);
    const faces = [];
    for (const { email } of [people.sara, people.niamh]) {
      const s = await request(email);
      const code = await codeOf(email);
      const answers = [await confirm(s, "00000000"), await confirm(s, code)];
      expect(answers.map(({ status }) => status)).toEqual([422, 200]);
      faces.push((await Promise.all(answers.map((answer) => answer.text()))).map((text) => text.replaceAll(s, "S")));
    }
    expect(faces[1]).toEqual(faces[0]);
    expect(await rowsOf("vault")).toEqual([]);
  });

  it("reaches no signature of an address that only looks like the owner’s", async () => {
    const { withdrawalCode } = await sign(harness, people.sara);
    const email = "sara.azadi+x@example.org";
    const s = await request(email);
    expect((await confirm(s, await codeOf(email))).status).toBe(200);
    expect(await stateShown(harness, withdrawalCode)).toBe("pending");
  });

  it("is not confirmed by a code of the other purpose, which is no try either", async () => {
    const { code } = await sign(harness, people.sara);
    const s = await request(people.sara.email);
    const leave = await codeOf(people.sara.email);
    for (let times = 0; times < 9; times++) expect((await confirm(s, code)).status).toBe(422);
    const waiting = await submit(harness, people.niamh);
    await request(people.niamh.email);
    const other = await codeOf(people.niamh.email);
    for (let times = 0; times < 9; times++) {
      expect((await harness.post("/en/confirm/", { s: waiting.s, code: other })).status).toBe(422);
    }
    expect((await harness.post("/en/confirm/", waiting)).status).toBe(200);
    expect((await confirm(s, leave)).status).toBe(200);
  });

  it("goes on after a restart, and on another instance", async () => {
    const { withdrawalCode } = await sign(harness, people.sara);
    const s = await request(people.sara.email);
    const code = await codeOf(people.sara.email);
    await harness.restart();
    expect((await confirm(s, code)).status).toBe(200);
    expect(await stateShown(harness, withdrawalCode)).toBe("withdrawn");
  });

  it("is possible after the letter has closed, and so is one by code", async () => {
    const [sara, niamh] = [await sign(harness, people.sara), await sign(harness, people.niamh)];
    harness.closeOn("2026-11-22");
    harness.clock.advance(hours(24));
    expect((await harness.post("/en/sign/", formOf(people.omid))).status).toBe(403);
    const s = await request(people.sara.email);
    expect((await confirm(s, await codeOf(people.sara.email))).status).toBe(200);
    expect((await harness.post("/fa/withdraw/", { code: niamh.withdrawalCode })).status).toBe(200);
    for (const { withdrawalCode } of [sara, niamh]) {
      expect(await stateShown(harness, withdrawalCode)).toBe("withdrawn");
    }
  });

  it("ends after five wrong codes or 48 hours", async () => {
    const { withdrawalCode } = await sign(harness, people.sara);
    const first = await request(people.sara.email);
    await harness.mailServer.waitForMail(people.sara.email).then(() => {});
    const code = /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec(harness.mailServer.mails.at(-1)!.text)![0];
    for (let times = 0; times < 5; times++) await confirm(first, "00000000");
    expect((await confirm(first, code)).status).toBe(422);
    const second = await request(people.sara.email);
    const late = await codeOf(people.sara.email);
    harness.clock.advance(hours(48));
    expect((await confirm(second, late)).status).toBe(422);
    expect(await stateShown(harness, withdrawalCode)).toBe("pending");
  });

  it("says what is wrong with an address", async () => {
    for (const email of ["", "nobody"]) expect((await harness.post("/en/withdraw/", { email })).status).toBe(422);
  });
});
