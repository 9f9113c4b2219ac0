import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openMailQueue } from "../../scripts/form-service/mail-queue.ts";
import { openLog } from "../../scripts/outside/log.ts";
import { openMailer } from "../../scripts/outside/mail.ts";
import { fixedClock, people } from "../support/fixtures.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";

let server: MailServer;
beforeEach(async () => {
  server = await startMailServer();
});
afterEach(() => server.stop());

const mailTo = (to: string) => ({ to, subject: "Your confirmation code", text: "Hello\n", html: "<p>Hello</p>" });
const lines: string[] = [];
const log = openLog(fixedClock(), { write: (line: string) => void lines.push(line) });
const open = () => openMailer({ kind: "smtp", url: server.url }, "no-reply@example.org");

describe("mails on their way out", () => {
  it.each(["greylist", "cut"] as const)("are tried again after a fault (%s)", async (fault) => {
    const queue = openMailQueue(open(), log, [10, 10]);
    server.failNext(fault);
    expect(queue.add(mailTo(people.sara.email))).toBe(true);
    await server.waitForMail(people.sara.email);
    await queue.idle();
    await queue.close(0);
  });

  it("are given up when the server refuses them for good, and the log does not say whose", async () => {
    const queue = openMailQueue(open(), log, [10, 10]);
    server.failNext("refuse");
    queue.add(mailTo(people.sara.email));
    await queue.idle();
    await queue.close(0);
    expect(server.mails).toEqual([]);
    expect(lines.join("")).toContain('"code":"550"');
    expect(lines.join("")).not.toContain("example.org");
  });

  it("do not wait for others that were put off", async () => {
    const queue = openMailQueue(open(), log, [60_000]);
    for (let i = 0; i < 8; i++) {
      server.failNext("greylist");
      queue.add(mailTo(`nobody${i}@example.org`));
    }
    queue.add(mailTo(people.sara.email));
    await server.waitForMail(people.sara.email, 5_000);
    await queue.close(0);
    await queue.idle();
    expect(server.mails).toHaveLength(1);
  });

  it("are dropped at the end when the server is away, and no more are taken", async () => {
    await server.stop();
    const queue = openMailQueue(open(), log, [60_000]);
    expect(queue.add(mailTo(people.sara.email))).toBe(true);
    await queue.close(50);
    await queue.idle();
    expect(queue.add(mailTo(people.sara.email))).toBe(false);
    server = await startMailServer();
  });
});
