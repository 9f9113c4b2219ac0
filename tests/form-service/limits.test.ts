import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openBuckets } from "../../scripts/form-service/buckets.ts";
import { openClients } from "../../scripts/form-service/client.ts";
import { readTorExits } from "../../scripts/outside/tor-exits.ts";
import { findCanaries, findCanariesIn } from "../support/canaries.ts";
import { days, fixedClock, fixedRandomness, minutes, people } from "../support/fixtures.ts";
import { formOf, type Harness, openHarness, torExit } from "./harness.ts";

let harness: Harness;
beforeEach(async () => {
  harness = await openHarness({ settings: { LIMITS: "on", TRUST_PROXY: "on" } });
});
afterEach(() => harness.close());

let mailboxes = 0;
const formFrom = (from: string, path = "/en/sign/", headers: Record<string, string> = {}) =>
  harness.post(path, formOf({ ...people.niamh, email: `signatory-${mailboxes++}@example.org` }), {
    "X-Forwarded-For": from,
    ...headers,
  });
const statusFrom = async (from: string, headers: Record<string, string> = {}) =>
  (await formFrom(from, "/en/sign/", headers)).status;

describe("one address", () => {
  it("sends one form a minute and five in five minutes, and is told when to come back", async () => {
    expect(await statusFrom("192.0.2.1")).toBe(303);
    harness.clock.advance(15_000);
    for (const [path, words] of [
      ["/en/sign/", "in 1 minute."],
      ["/fa/sign/", "۱ دقیقهٔ دیگر"],
    ] as const) {
      const answer = await formFrom("192.0.2.1", path);
      expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "45"]);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(await answer.text()).toContain(words);
    }
    harness.clock.advance(45_000);
    let taken = 0;
    for (let second = 0; second < 300; second += 10) {
      if ((await statusFrom("192.0.2.1")) === 303) taken++;
      harness.clock.advance(10_000);
    }
    expect(taken).toBe(5);
  });

  it("is not held up by what others send, nor by forms of its own that have to be mended", async () => {
    for (let slips = 0; slips < 5; slips++) {
      const slip = { ...formOf(people.niamh), email: "no address" };
      expect((await harness.post("/en/sign/", slip, { "X-Forwarded-For": "192.0.2.1" })).status).toBe(422);
    }
    for (let i = 1; i <= 20; i++) expect(await statusFrom(`192.0.2.${i}`)).toBe(303);
  });

  it("is the last hop that the proxy names: what stands before it, anybody may have written", async () => {
    expect(await statusFrom("203.0.113.1, 192.0.2.1")).toBe(303);
    expect(await statusFrom("203.0.113.2, 192.0.2.1")).toBe(429);
  });

  it("is a line of IPv6, however many addresses it has", async () => {
    expect(await statusFrom("2001:db8:1:2::1")).toBe(303);
    expect(await statusFrom("2001:db8:1:2:ffff::9")).toBe(429);
    expect(await statusFrom("2001:db8:1:3::1")).toBe(303);
  });

  it("asks for a code to withdraw as often, whether it has just signed or not", async () => {
    const leave = () => harness.post("/en/withdraw/", { email: people.sara.email }, { "X-Forwarded-For": "192.0.2.1" });
    expect(await statusFrom("192.0.2.1")).toBe(303);
    expect((await leave()).status).toBe(303);
    expect((await leave()).status).toBe(429);
  });

  it("cannot guess codes without end", async () => {
    const guess = async (from: string) =>
      (await harness.post("/en/verify/", { code: "0".repeat(26) }, { "X-Forwarded-For": from })).status;
    const statuses = [];
    for (let tries = 0; tries < 80; tries++) statuses.push(await guess("192.0.2.1"));
    expect(statuses.filter((status) => status === 200)).toHaveLength(60);
    expect(await guess("192.0.2.2")).toBe(200);
  });
});

describe("a proxy that nobody said to trust", () => {
  it("cannot speak for others", async () => {
    const direct = await openHarness({ settings: { LIMITS: "on" } });
    const form = (i: number, from: string) =>
      direct.post("/en/sign/", formOf({ ...people.niamh, email: `n${i}@example.org` }), { "X-Forwarded-For": from });
    expect((await form(0, "192.0.2.1")).status).toBe(303);
    expect((await form(1, "192.0.2.2")).status).toBe(429);
    await direct.close();
  });
});

describe("Tor", () => {
  it("shares one large bucket, whatever exit somebody comes through", async () => {
    const statuses = [];
    for (let i = 0; i < 70; i++) statuses.push(await statusFrom(torExit));
    expect(statuses.filter((status) => status === 303)).toHaveLength(60);
    expect(await statusFrom("192.0.2.1")).toBe(303);
    harness.clock.advance(5_000);
    expect(await statusFrom(torExit)).toBe(303);
  });

  it("is known by the onion address that was asked for, from this machine alone", async () => {
    const onion = { Host: "letterabc.onion" };
    for (let i = 0; i < 3; i++) expect(await statusFrom("127.0.0.1", onion)).toBe(303);
    expect(await statusFrom("192.0.2.1", onion)).toBe(303);
    expect(await statusFrom("192.0.2.1", onion)).toBe(429);
  });

  it("is known by a list of its exits in the data folder, which need not be there", async () => {
    const folder = mkdtempSync(join(tmpdir(), "undersigned-exits-"));
    expect(await readTorExits(join(folder, "none"))).toEqual(new Set());
    mkdirSync(join(folder, "data"));
    writeFileSync(join(folder, "data/tor-exits.txt"), "# exits\n198.51.100.66\n2001:db8::6\nnonsense\n");
    expect(await readTorExits(join(folder, "data"))).toEqual(new Set(["198.51.100.66", "2001:db8:0:0:0:0:0:6"]));
    rmSync(folder, { recursive: true });
  });
});

describe("what is remembered of an address", () => {
  it("is a hash that is another one tomorrow, and nothing on the disk or in the log", async () => {
    const clock = fixedClock();
    const clients = openClients({ trustProxy: false, isTorExit: () => false, clock, random: fixedRandomness() });
    const seen = () => clients.of(new Request("http://localhost/"), "203.0.113.77");
    const [today, again] = [seen(), seen()];
    expect(again).toEqual(today);
    clock.advance(days(1));
    expect(seen()).not.toEqual(today);
    expect(JSON.stringify(today)).not.toContain("203.0.113");

    const agent = "Zeldomgezien/7.0";
    await formFrom("203.0.113.77", "/en/sign/", { "User-Agent": agent });
    await formFrom("203.0.113.77", "/en/sign/", { "User-Agent": agent });
    const canaries = ["203.0.113.77", "203.0.113", agent];
    expect(findCanaries(canaries, [harness.dataDir])).toEqual([]);
    expect(findCanariesIn(canaries, "log", harness.logged())).toEqual([]);
  });

  it("has a bound, however many addresses come", () => {
    const buckets = openBuckets(1000);
    const rate = { every: minutes(1), atOnce: 1 };
    for (let i = 0; i < 50_000; i++) buckets.take(`address ${i}`, rate, i);
    expect(buckets.size).toBeLessThanOrEqual(1000);
    expect(buckets.wait("address 49999", rate, 50_000)).toBeGreaterThan(0);
    expect(buckets.wait("address 0", rate, 50_000)).toBe(0);
  });
});

it("is off where everything comes from one machine, if the organisers say so", async () => {
  const local = await openHarness({ settings: { LIMITS: "off" } });
  for (let i = 0; i < 10; i++) {
    const answer = await local.post("/en/sign/", formOf({ ...people.niamh, email: `n${i}@example.org` }));
    expect(answer.status).toBe(303);
  }
  await local.close();
});
