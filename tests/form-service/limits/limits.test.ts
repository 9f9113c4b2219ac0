import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openBuckets } from "../../../scripts/form-service/limits/buckets.ts";
import { openClients } from "../../../scripts/form-service/limits/client.ts";
import { findCanaries, findCanariesIn } from "../../support/canaries.ts";
import { days, fixedClock, fixedRandomness, minutes, people } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness, torExit, withdrawalCodeIn } from "../harness.ts";

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

/** So many forms, and how many of them were taken. */
async function takenOf(count: number, from: (i: number) => string, headers: Record<string, string> = {}) {
  let taken = 0;
  for (let i = 0; i < count; i++) if ((await statusFrom(from(i), headers)) === 303) taken++;
  return taken;
}

describe("one address", () => {
  it("sends as many forms as come in an ordinary hour; then each is drawn alone, and may come again in 5 s", async () => {
    const answers: Response[] = [];
    for (let i = 0; i < 120; i++) answers.push(await formFrom("192.0.2.1", i % 2 ? "/en/sign/" : "/fa/sign/"));
    const lost = answers.filter(({ status }) => status === 429);
    const first = answers.findIndex(({ status }) => status === 429);
    expect(first).toBeGreaterThanOrEqual(36);
    // 36, and after them 36 in 37, 36 in 38 and so on: the logarithm of how many times too many they are.
    expect(120 - lost.length).toBeGreaterThan(55);
    expect(120 - lost.length).toBeLessThan(100);
    for (const { headers } of lost) {
      expect([headers.get("retry-after"), headers.get("cache-control")]).toEqual(["5", "no-store"]);
    }
    expect(await lost[0]!.text()).toMatch(/دکمه را دوباره بزنید|press the button again in a moment/);
    // Other networks notice nothing, and a few minutes later it is as if nothing had been.
    expect(await statusFrom("203.0.113.2")).toBe(303);
    harness.clock.advance(minutes(3));
    expect(await takenOf(20, () => "192.0.2.1")).toBe(20);
  });

  it("is not held up by what others send, nor by forms of its own that have to be mended", async () => {
    for (let slips = 0; slips < 50; slips++) {
      const slip = { ...formOf(people.niamh), email: "no address" };
      expect((await harness.post("/en/sign/", slip, { "X-Forwarded-For": "192.0.2.1" })).status).toBe(422);
    }
    expect(await takenOf(20, (i) => `192.0.2.${i + 1}`)).toBe(20);
    expect(await statusFrom("192.0.2.1")).toBe(303);
  });

  it("is the last hop that the proxy names: what stands before it, anybody may have written", async () => {
    expect(await takenOf(200, (i) => `203.0.113.${i}, 192.0.2.1`)).toBeLessThan(130);
    expect(await statusFrom("203.0.113.1")).toBe(303);
  });

  it("is a line of IPv6, however many addresses it has; and so are the networks around it", async () => {
    const line = await takenOf(100, (i) => `2001:db8:1:2::${i.toString(16)}`);
    expect(line).toBeLessThan(40);
    harness.clock.advance(minutes(5));
    const lines = await takenOf(100, (i) => `2001:db9:1:${i.toString(16)}::1`);
    expect(lines).toBeLessThan(40);
    harness.clock.advance(minutes(5));
    const networks = await takenOf(300, (i) => `2001:dba:${i.toString(16)}::1`);
    expect(networks).toBeLessThan(80);
    harness.clock.advance(minutes(5));
    expect(await statusFrom("2001:dbb:1:3::1")).toBe(303);
  });

  it("is asked for a proof when it has scripts and half of the allowance is gone: the rest is for those without", async () => {
    const send = (more: Record<string, string>) => {
      const form = formOf({ ...people.niamh, email: `scripts-${mailboxes++}@example.org` }, more);
      return harness.post("/en/sign/", form, { "X-Forwarded-For": "192.0.2.1" });
    };
    const statuses = [];
    for (let i = 0; i < 40; i++) statuses.push((await send({ filled: "30" })).status);
    expect(statuses.filter((status) => status === 303)).toHaveLength(18);
    const page = await (await send({ filled: "30" })).text();
    const challenge = /data-challenge="([^"]+)"/.exec(page)![1]!;
    const [parameters] = [challenge.replaceAll("&quot;", '"')];
    expect(parameters).not.toBe("");
    // Those who ask again and again have taken nothing from the others.
    expect(await takenOf(15, () => "192.0.2.1")).toBe(15);
  });

  it("names one mailbox 200 times in a day at most, whatever is known of it", async () => {
    const name = (i: number, lang = "en") =>
      harness.post(`/${lang}/sign/`, formOf({ ...people.niamh, email: "Victim@example.org" }), {
        "X-Forwarded-For": `198.18.${i}.1`,
      });
    let taken = 0;
    for (let i = 0; i < 110; i++) {
      if ((await name(i)).status === 303) taken++;
      harness.clock.advance(minutes(1));
    }
    // 100 at once, and 100 in the course of the day.
    expect(taken).toBeGreaterThanOrEqual(100);
    expect(taken).toBeLessThanOrEqual(108);
    const refused = await name(200);
    // What takes longer than a moment is called by its length.
    const wait = Math.ceil(Number(refused.headers.get("retry-after")) / 60);
    expect(wait).toBeGreaterThan(1);
    expect(await refused.text()).toContain(`Send the form again in ${wait} minutes.`);
    const digits = new Intl.NumberFormat("fa").format(wait);
    expect(await (await name(200, "fa")).text()).toContain(`پس از ${digits} دقیقه فرم را دوباره بفرستید.`);
    expect(await statusFrom("198.18.201.1")).toBe(303);
  });
});

describe("withdrawing", () => {
  const leave = (from: string, email = `leaving-${mailboxes++}@example.org`) =>
    harness.post("/en/withdraw/", { email }, { "X-Forwarded-For": from });

  it("has allowances of its own, by line and network like signing", async () => {
    await takenOf(120, () => "192.0.2.1");
    for (let i = 0; i < 5; i++) expect((await leave("192.0.2.1")).status).toBe(303);
    const statuses = [];
    for (let i = 0; i < 120; i++) statuses.push((await leave("192.0.2.1")).status);
    expect(statuses).toContain(429);
  });
});

describe("a right code", () => {
  it("is looked up first, however many wrong ones come over the same line", async () => {
    const from = { "X-Forwarded-For": "192.0.2.1" };
    const email = "right.code@example.org";
    const answer = await harness.post("/en/sign/", formOf({ ...people.niamh, email }), from);
    const s = new URL(answer.headers.get("location")!, "http://localhost").searchParams.get("s")!;
    const code = /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec((await harness.mailServer.waitForMail(email)).text)![0];

    const other = Buffer.alloc(16, 7).toString("base64url");
    const guess = (path: string, form: Record<string, string>) => harness.post(`/en/${path}`, form, from);
    const statuses = [];
    for (let i = 0; i < 80; i++) statuses.push((await guess("confirm/", { s: other, code: "00000000" })).status);
    expect(statuses.filter((status) => status === 422)).toHaveLength(60);
    expect(statuses.at(-1)).toBe(429);
    expect((await guess("withdraw/", { code: "0".repeat(26) })).status).toBe(429);
    expect((await guess("withdraw/confirm/", { s: other, code: "00000000" })).status).toBe(429);
    expect((await guess("verify/", { code: "0".repeat(26) })).status).toBe(429);

    const page = await guess("confirm/", { s, code });
    expect(page.status).toBe(200);
    const withdrawalCode = withdrawalCodeIn(await page.text());
    expect((await guess("verify/", { code: withdrawalCode })).status).toBe(200);
    expect((await guess("withdraw/", { code: withdrawalCode })).status).toBe(200);
    // Elsewhere a wrong one is still called wrong.
    const elsewhere = { "X-Forwarded-For": "192.0.2.2" };
    expect((await harness.post("/en/withdraw/", { code: "0".repeat(26) }, elsewhere)).status).toBe(422);
  });
});

describe("a proxy that nobody said to trust", () => {
  it("cannot speak for others", async () => {
    const direct = await openHarness({ settings: { LIMITS: "on" } });
    let taken = 0;
    for (let i = 0; i < 120; i++) {
      const form = formOf({ ...people.niamh, email: `n${i}@example.org` });
      const { status } = await direct.post("/en/sign/", form, { "X-Forwarded-For": `192.0.${i}.1` });
      if (status === 303) taken++;
    }
    expect(taken).toBeLessThan(100);
    await direct.close();
  });
});

describe("Tor", () => {
  it("has one allowance, whatever exit somebody comes through", async () => {
    // Six minutes' reserve, of 20 forms each, and what the draws leave of the others.
    const taken = await takenOf(200, () => torExit);
    expect(taken).toBeGreaterThanOrEqual(120);
    expect(taken).toBeLessThan(160);
    expect(await statusFrom("192.0.2.1")).toBe(303);
    harness.clock.advance(minutes(3));
    expect(await takenOf(10, () => torExit)).toBe(10);
  });

  it("is known by the onion address that was asked for, from this machine alone", async () => {
    const request = (address: string) =>
      harness.service.clients.of(
        new Request("http://localhost/", { headers: { Host: "letterabc.onion", "X-Forwarded-For": address } }),
        undefined,
      );
    expect(request("127.0.0.1").kind).toBe("tor");
    expect(request("192.0.2.1").kind).toBe("line");
  });
});

describe("a proxy that is trusted and says nothing of its visitors", () => {
  it("is named once in the log, by no request that has the header", async () => {
    const behind = await openHarness({ settings: { TRUST_PROXY: "on" } });
    const warnings = () => behind.logged().match(/a request came without X-Forwarded-For/g)?.length ?? 0;
    await behind.get("/en/not-me/", { "X-Forwarded-For": "192.0.2.7" });
    await behind.get("/healthz");
    expect(warnings()).toBe(0);
    for (const path of ["/en/not-me/", "/fa/not-me/", "/en/not-me/"]) await behind.get(path);
    expect(warnings()).toBe(1);
    await behind.close();
  });
});

describe("what is remembered of an address", () => {
  it("is a hash that is another one tomorrow, and nothing on the disk or in the log", async () => {
    const clock = fixedClock();
    const clients = openClients({ trustProxy: false, isTorExit: () => false, clock, random: fixedRandomness() });
    const seen = () => clients.of(new Request("http://localhost/"), "203.0.113.77");
    const [today, again] = [JSON.stringify(seen()), JSON.stringify(seen())];
    expect(again).toBe(today);
    clock.advance(days(1));
    expect(JSON.stringify(seen())).not.toBe(today);
    expect(today).not.toContain("203.0.113");

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
    for (let i = 0; i < 50_000; i++) buckets.take(`address ${i}`, rate, i, `network ${i >> 4}`);
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

it("takes no room for the code of a page that was made up: without a form there is no mail", async () => {
  const small = await openHarness({ settings: { LIMITS: "on", TRUST_PROXY: "on", MAILS_AN_HOUR: "200" } });
  try {
    for (let i = 0; i < 400; i++) {
      const s = Buffer.from(`${i}`.padEnd(16)).toString("base64url");
      const answer = await small.post(
        "/en/confirm/resend/",
        { s },
        { "X-Forwarded-For": `10.${i % 200}.0.${i % 250}` },
      );
      expect(answer.status).toBe(200);
    }
    const form = formOf({ ...people.niamh, email: "after-them@example.org" });
    expect((await small.post("/en/sign/", form, { "X-Forwarded-For": "192.0.2.1" })).status).toBe(303);
  } finally {
    await small.close();
  }
});
