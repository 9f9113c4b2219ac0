import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dkimVerify } from "mailauth";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { codeMail } from "../../../scripts/form-service/mail/message.ts";
import { mailedCodeOf } from "../../../scripts/letter/signature/derivation.ts";
import { readCapturedMails } from "../../../scripts/outside/mail/captured.ts";
import { dkimRecord } from "../../../scripts/outside/mail/dkim.ts";
import { openMailer } from "../../../scripts/outside/mail/mailer.ts";
import { fixedRandomness, people } from "../../support/fixtures.ts";
import { type MailServer, readMails, startMailServer } from "../../support/servers/mail-server.ts";

const mailTo = (to: string) => ({
  to,
  subject: "کد شما — 1",
  text: `سلام، = \n\n${"خط بلند ".repeat(40)}\n\n00AB12CD\n\n.\n\nخداحافظ\n`,
  html: '<p dir="rtl">سلام</p>',
});
const stamp = { id: "00112233445566778899aabbccddeeff", date: new Date("2026-11-22T12:00:00Z") };

describe("captured mails", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "undersigned-mail-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("lie in files whose names tell nothing, numbered on after a restart", async () => {
    const send = async () => {
      const mailer = openMailer({ kind: "capture", folder }, "no-reply@example.org");
      await Promise.all([mailer.send(mailTo(people.sara.email), stamp), mailer.send(mailTo(people.omid.email), stamp)]);
      mailer.close();
    };
    await send();
    await send();
    expect(readdirSync(folder)).toEqual(["000001.eml", "000002.eml", "000003.eml", "000004.eml"]);
    const [mail] = await readMails(readFileSync(join(folder, "000001.eml")), [people.sara.email]);
    expect(mail).toMatchObject({ from: "no-reply@example.org", subject: "کد شما — 1" });
    expect(mail?.text.trim()).toBe(mailTo("").text.trim());
    expect(mail?.raw.toString()).toMatch(/^00AB12CD$/m);
  });

  it("are read as their reader would see them, the newest first", async () => {
    const mailer = openMailer({ kind: "capture", folder }, "no-reply@example.org");
    for (const { email } of [people.sara, people.omid]) await mailer.send(mailTo(email), stamp);
    const { subject, text } = mailTo("");
    expect(await readCapturedMails(folder, 5)).toEqual([
      { to: people.omid.email, subject, text: text.trim() },
      { to: people.sara.email, subject, text: text.trim() },
    ]);
    expect(await readCapturedMails(join(folder, "missing"), 5)).toEqual([]);
  });
});

describe("mails through an SMTP server", () => {
  let server: MailServer;
  beforeEach(async () => {
    server = await startMailServer();
  });
  afterEach(() => server.stop());

  it("arrive with both parts, and tell neither program nor machine", async () => {
    const mailer = openMailer({ kind: "smtp", url: server.url }, "no-reply@example.org");
    await mailer.send(mailTo(people.sara.email), stamp);
    const mail = await server.waitForMail(people.sara.email);
    expect(mail.html).toContain("سلام");
    expect(mail.text.trim()).toBe(mailTo("").text.trim());
    expect(mail.raw.toString()).not.toMatch(/^x-mailer|nodemailer/im);
    mailer.close();
  });

  it.each(["en", "fa"])("have the code whole on its line in the source too, in %s", async (lang) => {
    const random = fixedRandomness(inject("seed"));
    const mailer = openMailer({ kind: "smtp", url: server.url }, "no-reply@example.org");
    for (let i = 0; i < 20; i++) {
      const code = mailedCodeOf(random(32), "confirm", "sara@example.org");
      await mailer.send(codeMail(lang, people.sara.email, code), stamp);
      const { raw } = await server.waitForMail(people.sara.email);
      expect(raw.toString().split("\r\n")).toContain(code);
    }
    mailer.close();
  });

  it("say that a program wrote them, name neither site nor link in any header, and ask for no bounce", async () => {
    const mailer = openMailer({ kind: "smtp", url: server.url }, "no-reply@example.org");
    await mailer.send(mailTo(people.sara.email), stamp);
    const { raw } = await server.waitForMail(people.sara.email);
    expect(raw.toString()).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    // There is no list that anybody could leave, and a link would lead to the site.
    expect(raw.toString()).not.toMatch(/^list-|https?:/im);
    expect(raw.toString()).toMatch(/^Message-ID: <00112233445566778899aabbccddeeff@example\.org>\r$/m);
    expect(raw.toString()).toMatch(/^Date: Sun, 22 Nov 2026 12:00:00 \+0000\r$/m);
    expect(server.notify).toEqual(["NEVER"]);
    mailer.close();
  });

  it("are signed so that others can check it with the DNS record, and see any change", async () => {
    const { privateKey } = generateKeyPairSync("rsa", {
      ...{ modulusLength: 2048, publicKeyEncoding: { type: "spki", format: "pem" } },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const dkim = { selector: "mail", privateKey };
    const record = dkimRecord(dkim, "example.org");
    expect(record.name).toBe("mail._domainkey.example.org");
    const mailer = openMailer({ kind: "smtp", url: server.url, dkim }, "no-reply@example.org");
    await mailer.send(mailTo(people.sara.email), stamp);
    mailer.close();
    const { raw } = await server.waitForMail(people.sara.email);
    const verdict = async (message: Buffer) => {
      const resolver = async (name: string) => (name === record.name ? [[record.value]] : []);
      const { results } = await dkimVerify(message, { resolver } as never);
      return results.map(({ signingDomain, status }) => `${signingDomain} ${status.result}`);
    };
    expect(await verdict(raw)).toEqual(["example.org pass"]);
    const other = raw.toString().replace("00AB12CD", "00AB12CE");
    expect(await verdict(Buffer.from(other))).toEqual(["example.org neutral"]);
    const header = /^DKIM-Signature:[\s\S]*?(?=\r\n\S)/m.exec(raw.toString())?.[0].replace(/\s+/g, "") ?? "";
    for (const name of ["from", "to", "subject", "message-id", "date"]) expect(header.toLowerCase()).toContain(name);
  });
});

it("never cross a net in the clear", async () => {
  const server = await startMailServer();
  // The same server, by an address that is not this machine's own; it offers no STARTTLS.
  const mailer = openMailer({ kind: "smtp", url: server.url.replace("127.0.0.1", "0.0.0.0") }, "no-reply@example.org");
  await expect(mailer.send(mailTo(people.sara.email), stamp)).rejects.toMatchObject({ code: "ETLS" });
  expect(server.connections()).toBe(1);
  expect(server.mails).toEqual([]);
  mailer.close();
  await server.stop();
});

describe("the time of a mail server", () => {
  it.each([
    ["ready at Sun, 22 Nov 2026 14:00:00 +0200", ["2026-11-22T12:00:00.000Z"]],
    ["Sendmail 8.18; Sun, 22 Nov 2026 12:00:00 GMT", ["2026-11-22T12:00:00.000Z"]],
    ["Postfix", []],
    // Which zone that is nobody can tell.
    ["ready at Sun, 22 Nov 2026 14:00:00 IST", []],
    ["ready at Sun, 99 Foo 2026 14:00:00 +0200", [Number.NaN]],
  ])("is read in its greeting: %s", async (banner, times) => {
    const server = await startMailServer({ banner });
    const seen: Date[] = [];
    const mailer = openMailer({ kind: "smtp", url: server.url }, "no-reply@example.org", (time) => seen.push(time));
    await mailer.probe();
    mailer.close();
    await server.stop();
    expect(seen.map((time) => (Number.isNaN(time.getTime()) ? Number.NaN : time.toISOString()))).toEqual(times);
  });
});
