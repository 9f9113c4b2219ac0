import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Client } from "../../../scripts/form-service/limits/client.ts";
import { openClients } from "../../../scripts/form-service/limits/client.ts";
import { CAPACITY, openIntents, type SentForm } from "../../../scripts/form-service/signing/intents.ts";
import { createApp, type Peer } from "../../../scripts/form-service/web/app.ts";
import { formatBase64url } from "../../../scripts/letter/bytes/base64url.ts";
import { fixedClock, fixedRandomness, minutes, people } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness, torExit } from "../harness.ts";
import { fillUp } from "../limits/no-room.ts";

const seed = inject("seed");
const random = fixedRandomness(`intents ${seed}`);
const pepper = random(32);
const seconds = (count: number) => count * 1000;

/** One instance, and people who send forms to it. */
function street(clock = fixedClock()) {
  const isTorExit = (address: string) => address === torExit;
  const clients = openClients({ trustProxy: false, isTorExit, clock, random });
  const intents = openIntents({ clock, random, pepper });
  const at = (address: string | undefined): Client => clients.of(new Request("https://letter.example/"), address);
  const send = (
    sent: { address?: string } & Partial<Omit<SentForm, "form">> & { form?: Record<string, string> } = {},
  ) => {
    const { address = "192.0.2.1", form = formOf(people.sara), ...rest } = sent;
    const s = intents.secretFor({
      ...{ lang: "en", client: at(address), userAgent: "Firefox", connection: undefined },
      ...{ ...rest, form: new URLSearchParams(form) },
    });
    expect(s).toHaveLength(16);
    return formatBase64url(s);
  };
  return { clock, intents, at, send };
}

describe(`one intent with scripts (seed ${seed})`, () => {
  it("has one secret for the same page and words, on every instance, at any time, wherever it comes from", () => {
    const once = formatBase64url(random(16));
    const form = formOf(people.sara, { once });
    const s = street().send({ form });
    const later = street(fixedClock("2026-11-24T03:00:00.000Z"));
    expect(later.send({ form, address: torExit, userAgent: "other" })).toBe(s);
    // What a browser adds on the way is not what was meant.
    expect(later.send({ form: { ...form, altcha: "1:2:3", filled: "17" } })).toBe(s);
  });

  it("has another secret for another page, other words, another language, another service", () => {
    const { send } = street();
    const once = formatBase64url(random(16));
    const form = formOf(people.sara, { once });
    const other = openIntents({ clock: fixedClock(), random, pepper: random(32) });
    const secrets = [
      send({ form }),
      send({ form, lang: "fa" }),
      send({ form: { ...form, once: formatBase64url(random(16)) } }),
      ...Object.keys(formOf(people.sara)).map((field) => send({ form: { ...form, [field]: `${field} ` } })),
      formatBase64url(
        other.secretFor({
          ...{
            form: new URLSearchParams(form),
            lang: "en",
            client: { kind: "tor" },
            userAgent: "",
            connection: undefined,
          },
        }),
      ),
    ];
    expect(new Set(secrets).size).toBe(secrets.length);
  });

  it("is not one without sixteen bytes", () => {
    const { send } = street();
    for (const once of ["", "A", "A".repeat(21), "A".repeat(23), `${"A".repeat(21)}=`, `${"A".repeat(22)}\n`]) {
      const form = formOf(people.sara, { once });
      expect(send({ form, address: torExit })).not.toBe(send({ form, address: torExit }));
    }
  });
});

describe("one intent without scripts", () => {
  it("is the same bytes from the same line and browser within fifteen seconds, over whatever connection", () => {
    const { clock, send } = street();
    const s = send({ connection: {} });
    clock.advance(600);
    expect(send({ connection: {} })).toBe(s);
    clock.advance(seconds(15) - 600);
    expect(send()).toBe(s);
    clock.advance(1);
    expect(send()).not.toBe(s);
  });

  it("is the same bytes over the same connection, however long it lasts", () => {
    const { clock, send } = street();
    const connection = {};
    const s = send({ connection });
    for (const wait of [seconds(30), minutes(5)]) {
      clock.advance(wait);
      expect(send({ connection })).toBe(s);
    }
    expect(send({ connection, form: formOf(people.omid) })).not.toBe(s);
    expect(send({ connection })).not.toBe(s);
  });

  it("is never known over Tor, nor where nobody can tell the line", () => {
    const { at, send } = street();
    const connection = {};
    for (const client of [at(torExit), at(undefined), at("no address")]) {
      expect(send({ client, connection })).not.toBe(send({ client, connection }));
    }
  });

  it.each([
    ["another browser", { userAgent: "Chrome" }],
    ["another language", { lang: "fa" }],
    ["other bytes", { form: formOf(people.sara, { filled: "" }) }],
    ["another line", { address: "192.0.2.2" }],
  ])("is not that of a neighbour who sends the same from %s", (_, other) => {
    const { send } = street();
    const s = send();
    expect(send(other)).not.toBe(s);
  });

  it("is not known on a line where somebody else sent anything in the last minute, with or without scripts", () => {
    for (const form of [formOf(people.omid), formOf(people.omid, { once: formatBase64url(random(16)) })]) {
      const { clock, send } = street();
      const connection = {};
      send({ form, userAgent: "Chrome" });
      clock.advance(seconds(59));
      const s = send({ connection });
      expect(send({ connection })).not.toBe(s);
      clock.advance(seconds(61));
      const later = send({ connection });
      expect(send({ connection })).toBe(later);
      // The neighbour comes between.
      send({ form, userAgent: "Chrome" });
      expect(send({ connection })).not.toBe(later);
    }
  });

  it("is that of nobody else, whatever a street sends", () => {
    const person = fc.record({ line: fc.nat(1), words: fc.nat(1), connections: fc.integer({ min: 1, max: 2 }) });
    const form = fc.record({
      who: fc.nat(3),
      connection: fc.nat(1),
      wait: fc.constantFrom(0, 600, 14_000, 20_000, 61_000),
    });
    fc.assert(
      fc.property(fc.array(person, { minLength: 4, maxLength: 4 }), fc.array(form, { maxLength: 25 }), (all, forms) => {
        const { clock, send } = street();
        const connections = all.map(({ connections }) => Array.from({ length: connections }, () => ({})));
        const owners = new Map<string, number>();
        for (const { who, connection, wait } of forms) {
          clock.advance(wait);
          const { line, words } = all[who]!;
          const s = send({
            ...{
              address: `192.0.2.${line}`,
              userAgent: `browser ${who}`,
              form: formOf(people.sara, { place: `${words}` }),
            },
            connection: connections[who]![connection],
          });
          expect(owners.get(s) ?? who).toBe(who);
          owners.set(s, who);
        }
      }),
    );
  });

  it("is forgotten rather than mistaken when there are more lines than it remembers", () => {
    const { at, clock, intents, send } = street();
    const s = send();
    const { form, ...rest } = { form: new URLSearchParams(), lang: "en", userAgent: "", connection: undefined };
    const neighbour = at("192.0.2.1");
    for (let i = 0; i < CAPACITY; i++)
      intents.secretFor({ ...rest, form, client: { ...neighbour, line: `${i}` } as Client });
    expect(send()).not.toBe(s);
    const other = { address: "192.0.2.5" };
    expect(send(other)).not.toBe(send(other));
    clock.advance(seconds(61));
    expect(send(other)).toBe(send(other));
  });
});

describe("sent twice", () => {
  let [limited, unlimited]: Harness[] = [];
  beforeAll(async () => {
    [limited, unlimited] = [await openHarness({ settings: { LIMITS: "on" } }), await openHarness()];
  });
  afterAll(() => Promise.all([limited?.close(), unlimited?.close()]));

  let count = 0;
  const newForm = (more: Record<string, string> = {}) =>
    formOf({ ...people.niamh, email: `n${++count}@example.org` }, more);
  const withOnce = () => newForm({ once: formatBase64url(random(16)) });
  const post = (
    app: { fetch(request: Request, peer?: Peer): Promise<Response> },
    form: Record<string, string>,
    ip: string,
  ) =>
    app.fetch(new Request("http://localhost:8080/en/sign/", { method: "POST", body: new URLSearchParams(form) }), {
      address: ip,
      connection: {},
      answered: Promise.resolve(),
    });
  /** The pages that forms led to, how many submissions and how many mails. */
  async function outcome(harness: Harness, work: () => Promise<Response[]>) {
    const mails = harness.mailServer.mails.length;
    const rows = () => harness.store.query.selectFrom("submission").selectAll().execute();
    const before = (await rows()).length;
    const answers = await work();
    await harness.mailed();
    return {
      statuses: answers.map(({ status }) => status),
      pages: new Set(answers.map(({ headers }) => headers.get("location"))).size,
      submissions: (await rows()).length - before,
      mails: harness.mailServer.mails.length - mails,
    };
  }
  const one = (times: number) => ({ statuses: Array(times).fill(303), pages: 1, submissions: 1, mails: 1 });

  it("is one submission with one mail, and is counted once, at the same time and one after the other", async () => {
    for (const harness of [limited!, unlimited!]) {
      const room = fillUp(harness);
      room.full = false;
      const app = createApp(harness.service);
      const form = withOnce();
      const atOnce = () => Promise.all([1, 2, 3].map(() => post(app, form, "192.0.2.1")));
      expect(await outcome(harness, atOnce)).toEqual(one(3));
      const later = await outcome(harness, async () => [await post(app, form, "192.0.2.1")]);
      expect(later).toEqual({ statuses: [303], pages: 1, submissions: 0, mails: 0 });
      const plain = newForm();
      const inTurn = async () => [await post(app, plain, "192.0.2.2"), await post(app, plain, "192.0.2.2")];
      expect(await outcome(harness, inTurn)).toEqual(one(2));
      expect(room.asked).toBe(2);
    }
  });

  it("is one also when two instances have it at the same time, and after a restart", async () => {
    const harness = unlimited!;
    const { clock, random, pepper } = harness.service;
    const instance = () => createApp({ ...harness.service, intents: openIntents({ clock, random, pepper }) });
    const form = withOnce();
    const apps = [instance(), instance()];
    const atOnce = () => Promise.all(apps.map((app) => post(app, form, "192.0.2.3")));
    expect(await outcome(harness, atOnce)).toEqual(one(2));
    await harness.restart();
    const later = await outcome(harness, async () => [await post(createApp(harness.service), form, "192.0.2.3")]);
    expect(later).toEqual({ statuses: [303], pages: 1, submissions: 0, mails: 0 });
  });

  it("is two where no rule tells that it is one", async () => {
    const app = createApp(limited!.service);
    const form = newForm();
    const answers = await outcome(limited!, () => Promise.all([post(app, form, torExit), post(app, form, torExit)]));
    expect(answers).toEqual({ statuses: [303, 303], pages: 2, submissions: 2, mails: 2 });
  });
});
