import { createHash, createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { readRows } from "../../../scripts/form-service/store/backup.ts";
import { TABLES, type Tables } from "../../../scripts/form-service/store/schema.ts";
import { confirmKeyOf, leaveKeyOf, mailedCodeOf } from "../../../scripts/letter/signature/derivation.ts";
import { canonicalEmail, mailboxOf } from "../../../scripts/letter/signature/email.ts";
import { fixedRandomness, hours, people } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness, sign, stateShown, submit, withdrawalCodeIn } from "../harness.ts";

const seed = inject("seed");
let harness: Harness;
beforeEach(async () => {
  harness = await openHarness({ seed: String(seed) });
});
afterEach(() => harness.close());

const sOf = (answer: Response) => new URL(answer.headers.get("location")!, "http://x").searchParams.get("s")!;
const codesTo = (email: string) =>
  harness.mailServer.mails
    .filter(({ to }) => to === email)
    .map(({ text }) => /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec(text)![0]);

describe("one code a mailbox", () => {
  it("is the first 40 bits of HMAC-SHA-256 of the mailbox under the window key, in Crockford's alphabet", () => {
    const random = fixedRandomness(seed);
    const names = ["sara@example.org", "leila@xn--mgba3a4f16a.example", "o'neil@example.org"];
    for (let times = 0; times < 300; times++) {
      const key = random(32);
      const mailbox = names[times % names.length]!;
      const bits = BigInt(`0x${createHmac("sha256", key).update(mailbox).digest("hex")}`) >> 216n;
      const expected = [35n, 30n, 25n, 20n, 15n, 10n, 5n, 0n]
        .map((shift) => "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[Number((bits >> shift) & 31n)])
        .join("");
      expect(mailedCodeOf(key, "confirm", mailbox)).toBe(expected);
      expect(mailedCodeOf(key, "leave", mailbox)).not.toBe(expected);
    }
  });

  it("is the same for everybody's forms and for every spelling that its provider delivers there, and no other's", async () => {
    for (const email of ["sh.irin+1@gmail.com", "SHIRIN@googlemail.com"])
      await submit(harness, { name: "Shirin", email });
    await submit(harness, { name: "A stranger's joke", email: "shirin@gmail.com" });
    await submit(harness, people.sara);
    await submit(harness, { ...people.sara, email: "sara.azadi+x@example.org" });
    const codes = harness.mailServer.mails.map(({ text }) => /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec(text)![0]);
    expect(new Set(codes.slice(0, 3)).size).toBe(1);
    expect(new Set(codes).size).toBe(3);
  });

  it("works on every page of the mailbox's owner for 48 hours, across windows, restarts and instances", async () => {
    const before = await submit(harness, people.sara);
    const old = await submit(harness, people.niamh);
    harness.clock.advance(hours(47));
    const later = sOf(await harness.post("/en/sign/", formOf(people.sara)));
    await harness.mailed();
    const fresh = codesTo(people.sara.email).at(-1)!;
    expect(fresh).not.toBe(before.code);
    // The page of the earlier window takes the code of the new one, as long as memory knows whose it is.
    const [row] = [await harness.post("/en/confirm/", { s: before.s, code: fresh })];
    expect(row.status).toBe(200);
    withdrawalCodeIn(await row.text());
    // And the page of the new window the code of the earlier one, no matter what memory knows.
    const niamh = sOf(await harness.post("/en/sign/", formOf(people.niamh)));
    await harness.mailed();
    await harness.restart();
    expect((await harness.post("/en/confirm/", { s: niamh, code: old.code })).status).toBe(200);
    expect((await harness.post("/en/confirm/", { s: later, code: before.code })).status).toBe(200);
  });

  it("has keys that are gone 96 hours after they were made, and are in no backup", async () => {
    await submit(harness, people.sara);
    const keys = () => harness.store.query.selectFrom("window_key").select("number").execute();
    const [first] = await keys();
    expect(first).toBeDefined();
    const tables = new Set<keyof Tables>();
    for await (const { table } of readRows(harness.store.query)) tables.add(table);
    expect(tables).toEqual(new Set(["submission"]));
    harness.clock.advance(hours(48));
    await submit(harness, people.sara);
    await harness.sweep();
    expect(await keys()).toHaveLength(2);
    harness.clock.advance(hours(48));
    await harness.sweep();
    expect((await keys()).map(({ number }) => number)).not.toContain(first!.number);
  });
});

describe("a stranger who types her address", () => {
  it("cannot have his form signed by her code, nor use up her mails, nor keep anything from her", async () => {
    const limited = await openHarness({ seed: String(seed), settings: { LIMITS: "on", TRUST_PROXY: "on" } });
    const from = (line: string) => ({ "X-Forwarded-For": line });
    const [hers, his] = [from("192.0.2.1"), from("198.51.100.7")];
    for (let times = 0; times < 6; times++) {
      await limited.post("/fa/sign/", formOf({ name: "Somebody Else", email: people.sara.email }), his);
      limited.clock.advance(hours(0.5));
    }
    await limited.mailed();
    expect(limited.mailServer.mails).toHaveLength(2);
    for (const mail of limited.mailServer.mails) {
      expect(mail.links).toEqual([]);
      expect(mail.raw.toString() + mail.text + mail.html).not.toMatch(/https?:|[?&]s=|List-Unsubscribe/i);
    }
    // Her own form: a mail of her own, and any code that came opens her page, with the name that she typed.
    const s = sOf(await limited.post("/en/sign/", formOf(people.sara), hers));
    await limited.mailed();
    expect(limited.mailServer.mails).toHaveLength(3);
    const code = /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec(limited.mailServer.mails[0]!.text)![0];
    const page = await (await limited.post("/en/confirm/", { s, code }, hers)).text();
    expect(page).toContain("Dr. Sara Āzādī");
    expect(page).not.toContain("Somebody Else");
    withdrawalCodeIn(page);
    await limited.close();
  });
});

describe("a thief", () => {
  /** Everything that is stored, but the pepper. */
  async function stored(): Promise<string[]> {
    const values: string[] = [];
    for (const table of Object.keys(TABLES) as (keyof Tables)[]) {
      for (const row of await harness.store.query.selectFrom(table).selectAll().execute()) {
        for (const value of Object.values(row)) {
          values.push(value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value));
        }
      }
    }
    return values;
  }

  /** What can be computed from an address, its mails and the keys that are stored, by what this service computes at all. */
  async function computed(email: string): Promise<string[]> {
    const keys = (await harness.store.query.selectFrom("window_key").select("key").execute()).map(({ key }) => key);
    const words = [email, mailboxOf(email), canonicalEmail(email), email.toLowerCase(), ...codesTo(email)];
    const labels = ["", "address ", "mailbox ", "typed ", "leave "].map((label) => label && `undersigned/v1/${label}`);
    const texts = words.flatMap((word) => labels.map((label) => label + word));
    const none = [new Uint8Array(0), new Uint8Array(16), new Uint8Array(32)];
    return texts.flatMap((text) => [
      text,
      createHash("sha256").update(text).digest("hex"),
      ...[...keys, ...none].map((key) => createHmac("sha256", key).update(text).digest("hex")),
    ]);
  }

  it("with the mailbox and everything stored but the pepper finds nothing that tells that this address signed", async () => {
    await sign(harness, people.sara, { shown: "hidden" });
    const all = (await stored()).join("\n");
    for (const trace of await computed(people.sara.email)) expect(all).not.toContain(trace);
  });

  it("with the browser's history too opens what is kept for 48 hours, and nothing after that", async () => {
    const { s, code, withdrawalCode } = await sign(harness, people.sara, { shown: "hidden" });
    const bytes = new Uint8Array(Buffer.from(s, "base64url"));
    harness.clock.advance(hours(48));
    await harness.sweep();
    const all = (await stored()).join("\n");
    const keys = [confirmKeyOf(bytes, code), leaveKeyOf(bytes, code), bytes];
    for (const key of keys) expect(all).not.toContain(createHash("sha256").update(key).digest("hex"));
    expect(await harness.store.query.selectFrom("submission").selectAll().execute()).toEqual([]);
    expect((await harness.post("/en/confirm/", { s, code })).status).toBe(422);
    expect(await stateShown(harness, withdrawalCode)).toBe("pending");
  });
});
