import { once } from "node:events";
import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../../scripts/form-service/app.ts";
import { listen } from "../../scripts/form-service/listener.ts";
import { allowAgain } from "../../scripts/form-service/suppression.ts";
import { people } from "../support/fixtures.ts";
import { formOf, type Harness, openHarness, sign, stateShown, submit } from "./harness.ts";

let harness: Harness;
beforeEach(async () => {
  // Another address for each form, since only the mailbox is to make a difference.
  harness = await openHarness({ settings: { LIMITS: "on", TRUST_PROXY: "on" } });
});
afterEach(() => harness.close());

let lines = 0;
const post = (path: string, form: Record<string, string>) =>
  harness.post(path, form, { "X-Forwarded-For": `192.0.2.${lines++ % 250}` });
const mailsTo = (address: string) => harness.mailServer.mails.filter(({ to }) => to === address);

/** Five people with one story each; what the form is told is the same but for the address. */
const person = (email: string) => ({ name: "Niamh O’Neil", email });
const stories = {
  async fresh() {},
  async repeated(email: string) {
    await signFrom(email);
  },
  async withdrawn(email: string) {
    const { withdrawalCode } = await signFrom(email);
    await post("/en/withdraw/", { code: withdrawalCode });
  },
  async suppressed(email: string) {
    const { s, code } = await submitFrom(email);
    expect((await post("/en/not-me/", { s, code })).status).toBe(200);
  },
  async blocked(email: string) {
    for (let times = 0; times < 3; times++) await submitFrom(email);
  },
};
type Story = keyof typeof stories;

async function submitFrom(email: string): Promise<{ s: string; code: string }> {
  const answer = await post("/en/sign/", formOf(person(email)));
  const s = new URL(answer.headers.get("location")!, "http://localhost").searchParams.get("s")!;
  const { text } = await harness.mailServer.waitForMail(email);
  return { s, code: /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec(text)![0] };
}

async function signFrom(email: string) {
  const asked = await submitFrom(email);
  const page = await (await post("/en/confirm/", asked)).text();
  return { ...asked, withdrawalCode: /id="withdrawal-code">(\w{26})</.exec(page)![1]! };
}

/** Everything that an answer says, with the secret of the link taken out. */
async function faceOf(answer: Response, s: string): Promise<string> {
  const text = JSON.stringify([answer.status, [...answer.headers], await answer.text()]);
  return text.replaceAll(s, "S");
}

describe("whoever an address belongs to and whatever it has done", () => {
  it("every answer has the same bytes; only what reaches the mailbox differs", async () => {
    const faces = new Map<Story, string[]>();
    const mails = new Map<Story, number>();
    for (const story of Object.keys(stories) as Story[]) {
      const email = `${story}@example.org`;
      await stories[story](email);
      await harness.mailed();
      // What the others have used of the allowances is over.
      harness.clock.advance(300_000);
      const before = mailsTo(email).length;
      const all: string[] = [];
      for (const lang of ["fa", "en"]) {
        const answer = await post(`/${lang}/sign/`, formOf(person(email)));
        const link = answer.headers.get("location")!;
        const s = new URL(link, "http://localhost").searchParams.get("s")!;
        all.push(await faceOf(answer, s), await faceOf(await harness.get(link), s));
        for (const path of ["confirm/", "not-me/"]) {
          all.push(await faceOf(await harness.get(`/${lang}/${path}?s=${s}`), s));
          all.push(await faceOf(await post(`/${lang}/${path}`, { s, code: "00000000" }), s));
        }
        for (let times = 0; times < 3; times++) {
          all.push(await faceOf(await post(`/${lang}/confirm/resend/`, { s }), s));
        }
        const leaving = await post(`/${lang}/withdraw/`, { email });
        const asked = leaving.headers.get("location")!;
        const other = new URL(asked, "http://localhost").searchParams.get("s")!;
        all.push(await faceOf(leaving, other), await faceOf(await harness.get(asked), other));
        all.push(await faceOf(await post(`/${lang}/withdraw/confirm/`, { s: other, code: "00000000" }), other));
      }
      faces.set(story, all);
      await harness.mailed();
      mails.set(story, mailsTo(email).length - before);
    }
    const fresh = faces.get("fresh")!;
    for (const [story, all] of faces) expect(all, story).toEqual(fresh);
    expect(Object.fromEntries(mails)).toEqual({ fresh: 3, repeated: 2, withdrawn: 2, suppressed: 0, blocked: 0 });
  });

  it("the answer has been read to its end before anything looks at the address", async () => {
    await sign(harness, people.sara);
    const work: string[] = [];
    const { codeMails } = harness.service;
    const listened = {
      ...codeMails,
      send(mail: Parameters<typeof codeMails.send>[0], answered: Promise<void>) {
        void answered.then(() => work.push(mail.to));
        codeMails.send(mail, answered);
      },
    };
    const app = createApp({ ...harness.service, codeMails: listened });
    const server = await listen(app.fetch, { port: 0, from: "this machine" }, harness.service.log);
    for (const [path, form] of [
      ["/en/sign/", formOf(people.sara)],
      ["/en/withdraw/", { email: people.sara.email }],
    ] as const) {
      await harness.mailed();
      const before = harness.mailServer.mails.length;
      // The other side has not taken the whole answer yet: the work waits as long.
      let hand: () => void = () => {};
      const answered = new Promise<void>((resolve) => {
        hand = resolve;
      });
      const asked = new Request(`http://localhost:8080${path}`, { method: "POST", body: new URLSearchParams(form) });
      const answer = await app.fetch(asked, { address: `198.51.100.${lines++}`, answered });
      expect(answer.status).toBe(303);
      await answer.text();
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(work).toEqual([]);
      expect(harness.mailServer.mails).toHaveLength(before);
      hand();
      await codeMails.idle();
      expect(work.splice(0)).toHaveLength(1);
    }
    // Over a real connection: its end of the answer comes first.
    const client = request({ port: server.port, path: "/en/sign/", method: "POST" });
    client.setHeader("Content-Type", "application/x-www-form-urlencoded").setHeader("X-Forwarded-For", "203.0.113.9");
    client.end(String(new URLSearchParams(formOf(people.niamh))));
    const [answer] = await once(client, "response");
    answer.resume();
    await once(answer, "end");
    await harness.mailServer.waitForMail(people.niamh.email);
    expect(work).toEqual(["confirm"]);
    await server.close(1000);
  });
});

describe("an address that has been used before", () => {
  it("is told so in its mailbox alone, and how to undo it", async () => {
    const first = await signFrom(people.sara.email);
    for (const [lang, words] of [
      ["en", "This address has been used before"],
      ["fa", "از این نشانی پیش‌تر استفاده شده است"],
    ] as const) {
      const answer = await post(`/${lang}/sign/`, formOf(people.sara));
      const s = new URL(answer.headers.get("location")!, "http://localhost").searchParams.get("s")!;
      const mail = await harness.mailServer.waitForMail(people.sara.email);
      expect(mail.text).toContain(words);
      expect(mail.html).toContain(words);
      expect(mail.text + mail.html).not.toMatch(/letter|petition|signature|sign|نامه|امضا/i);
      const code = /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec(mail.text)![0];
      const page = await (await post(`/${lang}/confirm/`, { s, code })).text();
      expect(page).toContain('id="withdrawal-code"');
    }
    expect(await stateShown(harness, first.withdrawalCode)).toBe("pending");
  });
});

describe("it was not me", () => {
  const stored = () => harness.store.query.selectFrom("suppressed").selectAll().execute();

  it("keeps a keyed hash of the address only when the typed code proves whose it is, and mails it no more", async () => {
    const { s, code } = await submit(harness, people.sara);
    expect((await harness.get(`/en/not-me/?s=${s}`)).status).toBe(200);
    expect((await post("/en/not-me/", { s, code: "00000000" })).status).toBe(422);
    expect(await stored()).toEqual([]);
    expect((await post("/en/not-me/", { s, code })).status).toBe(200);
    expect(await stored()).toHaveLength(1);
    const before = mailsTo(people.sara.email).length;
    for (const email of [people.sara.email, "Sara.Azadi+again@Example.org"]) {
      expect((await post("/fa/sign/", formOf({ ...people.sara, email }))).status).toBe(303);
    }
    await harness.mailed();
    expect(harness.mailServer.mails).toHaveLength(before);
    expect((await post("/fa/sign/", formOf(people.niamh))).status).toBe(303);
    await harness.mailServer.waitForMail(people.niamh.email);
  });

  it("does so too when somebody else has confirmed with the code", async () => {
    const { s, code, withdrawalCode } = await sign(harness, people.sara);
    expect((await post("/en/not-me/", { s, code })).status).toBe(200);
    expect(await stateShown(harness, withdrawalCode)).toBe("withdrawn");
    expect(await stored()).toHaveLength(1);
  });

  it("lets the organisers allow mail again, when the owner writes to them", async () => {
    const { s, code } = await submit(harness, people.sara);
    await post("/en/not-me/", { s, code });
    expect(await allowAgain(harness.store, harness.service.pepper, people.niamh.email)).toBe(false);
    expect(await allowAgain(harness.store, harness.service.pepper, " Sara.Azadi@Example.org ".trim())).toBe(true);
    expect((await signFrom(people.sara.email)).withdrawalCode).toHaveLength(26);
  });
});

it("no mailbox gets more than three mails a day, in whatever spelling and from wherever", async () => {
  await signFrom("shirin.b@gmail.com");
  for (const email of ["ShirinB@gmail.com", "shirinb+2@googlemail.com", "s.hirinb@gmail.com", "shirin.b@gmail.com"]) {
    expect((await post("/en/sign/", formOf(person(email)))).status).toBe(303);
    expect((await post("/en/withdraw/", { email: "shirin.b@gmail.com" })).status).toBe(303);
  }
  await harness.mailed();
  expect(harness.mailServer.mails).toHaveLength(3);
});
