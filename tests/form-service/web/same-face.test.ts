import { once } from "node:events";
import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { allowAgain } from "../../../scripts/form-service/signing/suppression.ts";
import { createApp } from "../../../scripts/form-service/web/app.ts";
import { listen } from "../../../scripts/form-service/web/listener.ts";
import { days, people } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness, sign, stateShown } from "../harness.ts";

let harness: Harness;
beforeEach(async () => {
  // Another address for each form, since only the mailbox is to make a difference.
  harness = await openHarness({ settings: { LIMITS: "on", TRUST_PROXY: "on", MAILS_AN_HOUR: "1000000" } });
});
afterEach(() => harness.close());

let lines = 0;
const post = (path: string, form: Record<string, string>) =>
  harness.post(path, form, { "X-Forwarded-For": `10.${lines >> 8}.${lines++ & 255}.7` });
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
    const { code } = await submitFrom(email);
    expect((await post("/en/not-me/", { email, code })).status).toBe(200);
  },
  async usedUp(email: string) {
    for (let times = 0; times < 5; times++) await submitFrom(email);
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
        all.push(await faceOf(await harness.get(`/${lang}/confirm/?s=${s}`), s));
        all.push(await faceOf(await post(`/${lang}/confirm/`, { s, code: "00000000" }), s));
        all.push(await faceOf(await post(`/${lang}/not-me/`, { email, code: "00000000" }), s));
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
    // Two languages, of each: a code, two more of "send again", and one for leaving, of which five and five arrive in a day.
    expect(Object.fromEntries(mails)).toEqual({ fresh: 7, repeated: 6, withdrawn: 6, suppressed: 2, usedUp: 2 });
  });

  it("the answer has been read to its end before anything looks at the address", async () => {
    await sign(harness, people.sara);
    const work: string[] = [];
    const { codeMails } = harness.service;
    const listened = {
      ...codeMails,
      send(mail: Parameters<typeof codeMails.send>[0], answered: Promise<void>) {
        void answered.then(() => work.push(mail.purpose));
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
      await harness.service.after.idle();
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

describe("it was not me", () => {
  const stored = () => harness.store.query.selectFrom("suppressed").selectAll().execute();
  const notMe = async (email: string, code: string, lang = "en") => {
    const answer = await post(`/${lang}/not-me/`, { email, code });
    const text = await answer.text();
    await harness.mailed();
    return { status: answer.status, text };
  };

  it("keeps a keyed hash of the address only when a code of its mailbox is right, with one answer for all", async () => {
    const { email } = people.sara;
    const { code } = await submitFrom(email);
    const wrong = await notMe(email, "00000000");
    expect(await stored()).toEqual([]);
    const right = await notMe(email, code);
    expect(right).toEqual(wrong);
    expect(right.status).toBe(200);
    expect(await stored()).toHaveLength(1);
    const before = harness.mailServer.mails.length;
    expect((await post("/fa/sign/", formOf(people.sara))).status).toBe(303);
    await harness.mailed();
    expect(harness.mailServer.mails).toHaveLength(before);
    await submitFrom(people.niamh.email);
  });

  it("takes the code of a withdrawal too, and stops none of those", async () => {
    const { email } = people.sara;
    const leave = async () => {
      await post("/en/withdraw/", { email });
      return /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec((await harness.mailServer.waitForMail(email)).text)![0];
    };
    await notMe(email, await leave(), "fa");
    expect(await stored()).toHaveLength(1);
    await leave();
  });

  it("leaves a signature as it is, and what waits for a code", async () => {
    const { code, withdrawalCode } = await sign(harness, people.sara);
    const waiting = await submitFrom(people.niamh.email);
    await notMe(people.sara.email, code);
    await notMe(people.niamh.email, waiting.code);
    expect(await stateShown(harness, withdrawalCode)).toBe("pending");
    expect((await post("/en/confirm/", waiting)).status).toBe(200);
  });

  it("looks at no more than five wrong codes for one address, whoever sends them", async () => {
    const { email } = people.sara;
    const { code } = await submitFrom(email);
    for (let times = 0; times < 5; times++) await notMe(email, `0000000${times}`);
    await notMe(email, code);
    expect(await stored()).toEqual([]);
    const niamh = await submitFrom(people.niamh.email);
    await notMe(people.niamh.email, niamh.code);
    expect(await stored()).toHaveLength(1);
  });

  it("is no stranger's to say for an address that only looks like his", async () => {
    const email = "sara.azadi+x@example.org";
    const { code } = await submitFrom(email);
    await notMe(email, code);
    await notMe(people.sara.email, code);
    await submitFrom(people.sara.email);
  });

  it("ends after thirty days, or earlier when the owner writes to the organisers", async () => {
    const { email } = people.sara;
    const { code } = await submitFrom(email);
    await notMe(email, code);
    expect(await allowAgain(harness.store, harness.service.pepper, people.niamh.email)).toBe(false);
    expect(await allowAgain(harness.store, harness.service.pepper, "Sara.Azadi@Example.org")).toBe(true);
    await notMe(email, (await submitFrom(email)).code);
    harness.clock.advance(days(29));
    await harness.sweep();
    expect(await stored()).toHaveLength(1);
    harness.clock.advance(days(1));
    await harness.sweep();
    expect(await stored()).toEqual([]);
  });

  it("says what is missing, in both fields", async () => {
    for (const lang of ["fa", "en"]) {
      const { status, text } = await notMe("nobody", "", lang);
      expect(status).toBe(422);
      expect(text).toContain('href="#email"');
      expect(text).toContain('href="#code"');
    }
  });
});

describe("a mailbox", () => {
  const mailsOf = async (send: () => Promise<unknown>) => {
    const before = harness.mailServer.mails.length;
    await send();
    await harness.mailed();
    return harness.mailServer.mails.length - before;
  };
  const many = async (path: string, emails: readonly string[], from: (i: number) => string) => {
    for (const [i, email] of emails.entries()) {
      const answer = await harness.post(path, { ...formOf(person(email)) }, { "X-Forwarded-For": from(i) });
      expect([303, 429]).toContain(answer.status);
    }
  };
  const spellings = ["ShirinB@gmail.com", "shirinb+2@googlemail.com", "s.hirinb@gmail.com", "shirin.b@gmail.com"];

  it("gets five mails a day, in whatever spelling and from wherever, and as many for leaving", async () => {
    const from = (i: number) => `10.9.${i}.1`;
    const emails = [...spellings, ...spellings];
    expect(await mailsOf(() => many("/en/sign/", emails, from))).toBe(5);
    expect(await mailsOf(() => many("/en/withdraw/", emails, (i) => `10.8.${i}.1`))).toBe(5);
    harness.clock.advance(days(1));
    expect(await mailsOf(() => many("/en/sign/", emails, from))).toBe(5);
  });

  it("gets two of them at most from one line or its network, so that a stranger leaves it three", async () => {
    const stranger = (i: number) => `10.7.7.${i}`;
    expect(await mailsOf(() => many("/en/sign/", [...spellings, ...spellings], stranger))).toBe(2);
    expect(await mailsOf(() => many("/en/sign/", [...spellings, ...spellings], (i) => `10.6.${i}.1`))).toBe(3);
  });
});
