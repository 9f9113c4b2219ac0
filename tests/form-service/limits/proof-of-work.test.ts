import { scryptSync } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import type { Client } from "../../../scripts/form-service/limits/client.ts";
import { openClients } from "../../../scripts/form-service/limits/client.ts";
import { openProofs, PROOF_LIFE, type Proofs } from "../../../scripts/form-service/limits/proof-of-work.ts";
import { formatBase64url } from "../../../scripts/letter/bytes/base64url.ts";
import { fixedClock, fixedRandomness, minutes, people } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness, torExit } from "../harness.ts";
import { fillUp } from "./no-room.ts";
import { scrypt, solve, solveOn } from "./proof-solver.ts";

const seed = inject("seed");
const random = fixedRandomness(`proofs ${seed}`);
const answerOf = (field: string) => Buffer.from(field.split(":").at(-1)!, "base64url");
const solved = (challenge: string) => solve(challenge, () => undefined);

describe(`a proof of work (seed ${seed})`, () => {
  const clock = fixedClock("2026-11-22T23:55:00.000Z");
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness();
  });
  afterAll(() => harness.close());

  const instance = (secret = "secret") => openProofs({ store: harness.store, clock, random }, secret);
  /** Each instance has keys of its own for its clients. */
  const clientAt = (address: string): Client =>
    openClients({
      trustProxy: false,
      isTorExit: (exit) => exit === torExit || exit === "198.51.100.99",
      clock,
      random,
    }).of(new Request("https://letter.example/"), address);
  let proofs: Proofs;
  beforeEach(() => {
    proofs = instance();
  });
  const somewhere = clientAt("192.0.2.1");

  it("is scrypt, as others compute it", async () => {
    for (let times = 0; times < 5; times++) {
      const password = random(24);
      const key = await scrypt(password, () => undefined);
      expect(Buffer.from(key)).toEqual(scryptSync(password, "undersigned/v1/proof", 16, { N: 2048, r: 8, p: 1 }));
    }
  });

  it("counts once, whichever instances it is shown to, and at the same time", async () => {
    const field = await solved(await proofs.challenge(2, somewhere));
    const [other, third] = [instance(), instance()];
    const answers = await Promise.all([proofs, proofs, other, other].map((each) => each.accept(field, somewhere)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await third.accept(field, somewhere)).toBe(false);
  });

  it("is that of a challenge of ours, as it was made", async () => {
    const challenge = await proofs.challenge(1.5, somewhere);
    const field = await solved(challenge);
    const forged = await solved(await instance("another secret").challenge(1, somewhere));
    const [difficulty, expires, nonce, signature, answer] = field.split(":") as [
      string,
      string,
      string,
      string,
      string,
    ];
    const written = (parts: string[]) => parts.join(":");
    expect(difficulty).toBe("1.5");
    for (const wrong of [
      forged,
      written(["1", expires, nonce, signature, answer]),
      written([difficulty, String(Number(expires) + 1), nonce, signature, answer]),
      written([difficulty, expires, formatBase64url(random(16)), signature, answer]),
      written([difficulty, expires, nonce, formatBase64url(random(32)), answer]),
      written([difficulty, expires, nonce, signature]),
      ...["", "e30=", challenge, `${field}A`, field.slice(0, -1), ` ${field}`, "x".repeat(5000), "\u0000"],
    ]) {
      expect(await proofs.accept(wrong, somewhere)).toBe(false);
    }
    expect(await proofs.accept(field, somewhere)).toBe(true);
  });

  it("is looked at once on each instance, and one of its ten parts is checked", async () => {
    const challenge = await proofs.challenge(1, somewhere);
    const field = await solved(challenge);
    const answer = answerOf(field);
    let accepted = 0;
    for (let part = 0; part < 10; part++) {
      // Only this part was worked out.
      const lazy = Buffer.alloc(answer.length);
      answer.copy(lazy, part * 20, part * 20, part * 20 + 20);
      const other = instance();
      if (await other.accept(`${challenge}:${lazy.toString("base64url")}`, somewhere)) accepted++;
      expect(await other.accept(field, somewhere)).toBe(false);
    }
    expect(accepted).toBe(1);
  });

  it("is looked at in time, however many others send wrong ones from elsewhere", async () => {
    const field = await solved(await proofs.challenge(1, somewhere));
    const neighbour = clientAt("203.0.113.1");
    const rubbish = Buffer.alloc(200).toString("base64url");
    const flood = Array.from({ length: 500 }, async () =>
      proofs.accept(`${await proofs.challenge(1, neighbour)}:${rubbish}`, neighbour),
    );
    // Let the flood come first.
    await new Promise((resolve) => setImmediate(resolve));
    expect(await proofs.accept(field, somewhere)).toBe(true);
    expect((await Promise.all(flood)).filter(Boolean)).toEqual([]);
  });

  it("has the difficulty at which it was asked", async () => {
    const tooEasy = (answer: Buffer) =>
      Array.from({ length: 10 }, (_, part) => answer.readUInt32BE(part * 20 + 4)).every((key) => key * 64 >= 2 ** 32);
    let easy: string;
    // Some keys are small by luck.
    do easy = (await solved((await proofs.challenge(64, somewhere)).replace(/^64:/, "1:"))).replace(/^1:/, "64:");
    while (!tooEasy(answerOf(easy)));
    expect(await proofs.accept(easy, somewhere)).toBe(false);
    for (const [asked, given] of [
      [0, "1"],
      [7.04, "7"],
      [1000, "64"],
    ] as const) {
      expect((await proofs.challenge(asked, somewhere)).split(":")[0]).toBe(given);
    }
  });

  it("is bound to a network, and over Tor to Tor, and says neither", async () => {
    for (const [from, to, good] of [
      ["192.0.2.1", "192.0.2.200", true],
      ["192.0.2.1", "192.0.3.1", false],
      ["2001:db8:1::1", "2001:db8:1:2::9", true],
      ["2001:db8:1::1", "2001:db8:2::1", false],
      [torExit, "198.51.100.99", true],
      ["192.0.2.1", torExit, false],
    ] as const) {
      const field = await solved(await proofs.challenge(1, clientAt(from)));
      expect([from, to, await proofs.accept(field, clientAt(to))]).toEqual([from, to, good]);
    }
  });

  it("is good for ten minutes, also over midnight and on an instance that was started meanwhile", async () => {
    const [early, late] = [await proofs.challenge(1, somewhere), await proofs.challenge(1, somewhere)];
    clock.advance(PROOF_LIFE - 1);
    expect(clock.now().toISOString()).toContain("2026-11-23");
    const other = instance();
    expect(await other.accept(await solved(early), clientAt("192.0.2.7"))).toBe(true);
    clock.advance(1);
    expect(await other.accept(await solved(late), somewhere)).toBe(false);
  });

  it("leaves nothing but a hash for some minutes", async () => {
    harness.clock.set(clock.now().toISOString());
    expect(await proofs.accept(await solved(await proofs.challenge(1, somewhere)), somewhere)).toBe(true);
    const rows = () => harness.store.query.selectFrom("spent_proof").selectAll().execute();
    const slots = (await rows()).map(({ slot }) => slot * 600_000);
    expect(slots.every((slot) => new Date(slot).toISOString().endsWith("0:00.000Z"))).toBe(true);
    await harness.sweep();
    const left = await rows();
    expect(left.length).toBeGreaterThan(0);
    expect(left.length).toBeLessThanOrEqual(slots.length);
    harness.clock.advance(minutes(20));
    await harness.sweep();
    expect(await rows()).toEqual([]);
  });
});

describe("a form for which there is no room at the moment", () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness({ settings: { TRUST_PROXY: "on" } });
    fillUp(harness);
  });
  afterAll(() => harness.close());
  let count = 0;
  const send = (more: Record<string, string> = {}, from = "192.0.2.1", lang = "en") =>
    harness.post(`/${lang}/sign/`, formOf({ ...people.niamh, email: `n${++count}@example.org` }, more), {
      "X-Forwarded-For": from,
    });

  it("comes back with a button and what was typed, and speaks of a moment, never of minutes", async () => {
    for (const [lang, words, never] of [
      ["en", "Nothing is lost", /minutes|not recorded|Nothing was recorded|Error:/],
      ["fa", "چیزی از دست نرفته", /دقیقهٔ دیگر|ثبت نشد|خطا:/],
    ] as const) {
      const answer = await send({ once: "AAAAAAAAAAAAAAAAAAAAAA" }, "192.0.2.1", lang);
      expect([answer.status, answer.headers.get("cache-control")]).toEqual([429, "no-store"]);
      expect(Number(answer.headers.get("retry-after"))).toBeLessThanOrEqual(5);
      const main = /<main.*<\/main>/s.exec(await answer.text())![0];
      expect(main).toContain(words);
      expect(main.slice(0, main.indexOf("<form"))).not.toMatch(never);
      expect(main).toContain(`value="n${count}@example.org"`);
      expect(main).toMatch(/<div [^>]*role="group" tabindex="-1"[^>]*autofocus>.*<button [^>]*form="form">.*<form/s);
      // The same form stays the same intent.
      expect(main).toContain('name="once" value="AAAAAAAAAAAAAAAAAAAAAA"');
    }
  });

  it("does so too when it asks for a code to withdraw, which a proof gets", async () => {
    const leave = (more: Record<string, string> = {}) =>
      harness.post("/en/withdraw/", { email: "x@example.org", ...more }, { "X-Forwarded-For": "192.0.2.9" });
    const answer = await leave();
    const page = await answer.text();
    expect(answer.status).toBe(429);
    expect(page).toContain("Nothing is lost");
    expect(page).toMatch(/<button [^>]*form="form">.*<form [^>]*id="form" data-sign="again".*value="x@example.org"/s);
    expect(page).toContain("/assets/sign.js");
    const altcha = await solveOn(page);
    expect((await leave({ altcha, filled: "" })).status).toBe(303);
  });

  it("is taken with a proof, from the network that was asked for it", async () => {
    const asked = await (await send({}, "203.0.113.1")).text();
    const altcha = await solveOn(asked);
    expect((await send({ altcha }, "203.0.113.1")).status).toBe(303);
    const again = await send({ altcha }, "203.0.113.1");
    expect(again.status).toBe(429);
    // By itself a browser goes on once.
    expect(asked).toContain("data-goes-on");
    expect(await again.text()).not.toContain("data-goes-on");
  });
});
