import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type MailQueue, openMailQueue, WAITS } from "../../../scripts/form-service/mail/queue.ts";
import { openLog } from "../../../scripts/outside/log.ts";
import { type Mail, type MailStamp, openMailer } from "../../../scripts/outside/mail/mailer.ts";
import { fixedClock, fixedRandomness, minutes, people } from "../../support/fixtures.ts";
import { type MailServer, type MailServerOptions, startMailServer } from "../../support/servers/mail-server.ts";

let server: MailServer;
let queue: MailQueue | undefined;
const lines: string[] = [];
const clock = fixedClock();
const random = fixedRandomness();
const log = openLog(clock, { write: (line: string) => void lines.push(line) });
const mailTo = (to: string) => ({ to, subject: "Your code", text: "Hello\n", html: "<p>Hello</p>" });

const open = (waits: readonly number[] = [10, 10], url = server.url): MailQueue => {
  queue = openMailQueue(openMailer({ kind: "smtp", url }, "no-reply@example.org"), { log, clock, random, waits });
  return queue;
};
const restart = async (options: MailServerOptions) => {
  await server.stop();
  server = await startMailServer({ port: Number(new URL(server.url).port), ...options });
};

beforeEach(async () => {
  lines.length = 0;
  server = await startMailServer();
});
afterEach(async () => {
  await queue?.close(0);
  await server.stop();
});

describe("mails on their way out", () => {
  it.each(["greylist", "cut", "throttle", "sender", "tarpit"] as const)("arrive after a fault (%s)", async (fault) => {
    const mails = open();
    server.failNext(fault);
    expect(mails.add(mailTo(people.sara.email))).toBe(true);
    await server.waitForMail(people.sara.email);
    await mails.idle();
    expect(mails.counts()).toEqual({ waiting: 0, putOff: 0, sent: 1, refused: 0, dropped: 0 });
    expect(mails.flow()).toBe("well");
  });

  it("have one Message-ID and one date, however often they are tried, drawn for each alone", async () => {
    const stamps: MailStamp[] = [];
    const send = async (_mail: Mail, stamp: MailStamp) => {
      stamps.push(stamp);
      clock.advance(minutes(1));
      if (stamps.length % 3 !== 0) throw Object.assign(new Error("the line was cut"), { code: "ESOCKET" });
    };
    const mails = openMailQueue(
      { send, probe: async () => {}, close() {} },
      { log, clock, random, waits: [1, 1, 1, 1] },
    );
    for (let i = 0; i < 2; i++) {
      mails.add(mailTo(people.sara.email));
      await mails.idle();
    }
    const [first, , , second] = stamps;
    expect(stamps).toEqual([first, first, first, second, second, second]);
    expect(first?.id).toMatch(/^[0-9a-f]{32}$/);
    expect(second?.id).not.toBe(first?.id);
  });

  it("pass a server that puts off every stranger", async () => {
    await restart({ greylist: 2 });
    const mails = open([10, 10, 10]);
    const everybody = Array.from({ length: 20 }, (_, i) => `person${i}@example.org`);
    for (const email of everybody) mails.add(mailTo(email));
    await mails.idle();
    expect(server.mails.map(({ to }) => to).sort()).toEqual(everybody.sort());
  });

  it("wait longer each time, for hours in all: greylisting may take one", () => {
    expect(WAITS.every((wait, i) => i === 0 || wait > WAITS[i - 1]!)).toBe(true);
    expect(WAITS.reduce((sum, wait) => sum + wait)).toBeGreaterThan(minutes(180));
  });

  it("are given up when the server refuses them for good, and the log does not say whose", async () => {
    const mails = open();
    server.failNext("refuse");
    mails.add(mailTo(people.sara.email));
    await mails.idle();
    expect(server.mails).toEqual([]);
    expect(mails.counts()).toMatchObject({ sent: 0, refused: 1 });
    expect(lines.join("")).toContain('"code":"550"');
    expect(lines.join("")).not.toContain("example.org");
  });

  it("do not wait for others that were put off", async () => {
    const mails = open([60_000]);
    for (let i = 0; i < 8; i++) {
      server.failNext("greylist");
      mails.add(mailTo(`nobody${i}@example.org`));
    }
    await expect.poll(() => mails.counts().putOff).toBe(8);
    mails.add(mailTo(people.sara.email));
    await server.waitForMail(people.sara.email, 5_000);
    // The server has it before its answer is here.
    await expect.poll(() => mails.counts()).toMatchObject({ sent: 1, putOff: 8 });
  });

  it("wait while the server is away, and all leave when it is back; meanwhile a page may say so", async () => {
    await server.stop();
    const mails = open([5, 5]);
    const everybody = Array.from({ length: 12 }, (_, i) => `person${i}@example.org`);
    for (const email of everybody) mails.add(mailTo(email));
    await expect.poll(() => mails.flow()).toBe("away");
    await expect.poll(() => lines.length).toBeGreaterThan(7);
    server = await startMailServer({ port: Number(new URL(server.url).port) });
    await mails.idle();
    expect(server.mails.map(({ to }) => to).sort()).toEqual(everybody.sort());
    expect(mails.flow()).toBe("well");
  });

  it("wait when the server says nothing, as a tarpit does", async () => {
    const mails = open([10, 10], `${server.url}?socketTimeout=400`);
    server.failNext("tarpit");
    mails.add(mailTo(people.sara.email));
    await expect.poll(() => lines.join("")).toContain('"failure":"away"');
    await server.waitForMail(people.sara.email);
  });

  it("are dropped at the end when the server is away, and no more are taken", async () => {
    await server.stop();
    const mails = open([60_000]);
    expect(mails.add(mailTo(people.sara.email))).toBe(true);
    // Nobody listens: it was tried, and waits for the next time.
    await expect.poll(() => lines.length).toBe(1);
    await mails.close(50);
    await mails.idle();
    expect(mails.add(mailTo(people.sara.email))).toBe(false);
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ mails: 1 });
    server = await startMailServer();
  });

  it("are counted: what no longer fits is not taken", async () => {
    await server.stop();
    const mails = open([60_000]);
    let taken = 0;
    while (mails.add(mailTo(`person@domain${taken}.example`))) taken++;
    expect(taken).toBeGreaterThanOrEqual(10_000);
    expect(taken).toBeLessThan(10_100);
    server = await startMailServer();
  });

  it("of one domain never fill the queue, whatever names are made up below it", async () => {
    await server.stop();
    const mails = open([60_000]);
    let taken = 0;
    while (mails.add(mailTo(`person@name${taken}.bought.example`))) taken++;
    expect(taken).toBeLessThan(5_100);
    expect(mails.hasRoom("another@bought.example")).toBe(false);
    expect(mails.add(mailTo(people.sara.email))).toBe(true);
    while (mails.add(mailTo("person@second.example"))) taken++;
    expect(mails.add(mailTo(people.ming.email))).toBe(true);
    server = await startMailServer();
  });

  it("that are not sent take up room like the others, and are counted like them", async () => {
    const mails = open();
    for (const to of ["a@quiet.example", "b@quiet.example"])
      expect(mails.add({ ...mailTo(to), blank: true })).toBe(true);
    mails.add(mailTo(people.sara.email));
    await mails.idle();
    expect(mails.counts()).toMatchObject({ waiting: 0, putOff: 0, sent: 3 });
    expect(server.mails.map(({ to }) => to)).toEqual([people.sara.email]);

    await server.stop();
    const away = open([60_000]);
    for (const blank of [true, false]) {
      let taken = 0;
      const domain = blank ? "quiet.example" : "loud.example";
      while (away.add({ ...mailTo(`p@${domain}`), ...(blank && { blank }) })) taken++;
      // The first fills half of the queue, the second half of what is left, sent or not.
      expect(taken).toBeGreaterThan(blank ? 4_900 : 2_400);
      expect(taken).toBeLessThan(blank ? 5_100 : 2_700);
    }
    server = await startMailServer();
  });
});

describe("mails to one domain", () => {
  it("share few connections, and leave the others to the rest", async () => {
    await restart({ takes: 100 });
    const mails = open();
    for (let i = 0; i < 20; i++) mails.add(mailTo(`person${i}@big.example`));
    for (let i = 0; i < 8; i++) mails.add(mailTo(`person@small${i}.example`));
    await mails.idle();
    expect(server.mails).toHaveLength(28);
    expect(server.atOnce("big.example")).toBeLessThanOrEqual(4);
    expect(server.atOnce("big.example")).toBeGreaterThan(1);
    expect(server.connections()).toBeLessThanOrEqual(10);
    // Those to the others did not wait for the twenty.
    expect(server.mails.slice(0, 16).filter(({ to }) => to.includes("@small"))).toHaveLength(8);
  });

  it("go on while the provider puts one of them off, which is tried again alone", async () => {
    const mails = open([60_000]);
    server.failNext("throttle");
    mails.add(mailTo("first@big.example"));
    await expect.poll(() => lines.join("")).toContain('"failure":"put off"');
    for (const to of ["second@big.example", "person@small.example"]) mails.add(mailTo(to));
    await expect.poll(() => mails.counts()).toMatchObject({ sent: 2, putOff: 1 });
  });

  it("do not feel those that were put off: neither their room, nor their connections, nor that nothing answers them", async () => {
    const firsts = new Map<string, number>();
    let atOnce = 0;
    const send = ({ to }: Mail) => {
      firsts.set(to, (firsts.get(to) ?? 0) + 1);
      if (!to.startsWith("late")) return Promise.resolve();
      if (firsts.get(to) === 1) return Promise.reject({ responseCode: 421, command: "DATA" });
      if (++atOnce > 2) return Promise.reject(new Error("more than two at once"));
      return new Promise<void>((_, reject) => {
        setTimeout(() => {
          atOnce--;
          reject(Object.assign(new Error("nothing answers"), { code: "ETIMEDOUT" }));
        }, 20);
      });
    };
    const mailer = { send, probe: async () => {}, close() {} };
    const mails = openMailQueue(mailer, { log, clock, random, waits: Array(100).fill(1), capacity: 20 });
    queue = mails;
    const late = Array.from({ length: 18 }, (_, i) => `late${i}@${i % 2 ? "big" : `domain${i}`}.example`);
    for (const to of late) {
      expect(mails.add(mailTo(to))).toBe(true);
      await expect.poll(() => firsts.get(to)).toBeGreaterThanOrEqual(1);
    }
    await expect.poll(() => [...firsts.values()].reduce((sum, count) => sum + count)).toBeGreaterThan(30);
    for (let i = 0; i < 60; i++) {
      expect(mails.add(mailTo(`person${i}@big.example`))).toBe(true);
      await expect.poll(() => mails.counts().sent, { interval: 5 }).toBe(i + 1);
      expect(mails.flow()).toBe("well");
    }
    expect(lines.join("")).not.toContain("more than two");
  });
});
