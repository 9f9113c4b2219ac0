import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCapturedMails } from "../../scripts/outside/captured-mail.ts";
import { openMailer } from "../../scripts/outside/mail.ts";
import { people } from "../support/fixtures.ts";
import { type MailServer, readMails, startMailServer } from "../support/mail-server.ts";

const mailTo = (to: string) => ({
  to,
  subject: "کد تأیید شما — 1",
  text: `سلام، = \n\n${"خط بلند ".repeat(40)}\n\n00AB12CD\n\n.\n\nhttps://example.org/fa/confirm/?s=AAAA\n`,
  html: '<p dir="rtl">سلام</p>',
});

describe("captured mails", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "undersigned-mail-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("lie in files whose names tell nothing, numbered on after a restart", async () => {
    const send = async () => {
      const mailer = openMailer({ kind: "capture", folder }, "no-reply@example.org");
      await Promise.all([mailer.send(mailTo(people.sara.email)), mailer.send(mailTo(people.omid.email))]);
      mailer.close();
    };
    await send();
    await send();
    expect(readdirSync(folder)).toEqual(["000001.eml", "000002.eml", "000003.eml", "000004.eml"]);
    const [mail] = await readMails(readFileSync(join(folder, "000001.eml")), [people.sara.email]);
    expect(mail).toMatchObject({ from: "no-reply@example.org", subject: "کد تأیید شما — 1" });
    expect(mail?.text.trim()).toBe(mailTo("").text.trim());
    expect(mail?.raw.toString()).toMatch(/^00AB12CD$/m);
  });

  it("are read as their reader would see them, the newest first", async () => {
    const mailer = openMailer({ kind: "capture", folder }, "no-reply@example.org");
    for (const { email } of [people.sara, people.omid]) await mailer.send(mailTo(email));
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
    await mailer.send(mailTo(people.sara.email));
    const mail = await server.waitForMail(people.sara.email);
    expect(mail.html).toContain("سلام");
    expect(mail.text.trim()).toBe(mailTo("").text.trim());
    expect(mail.raw.toString()).not.toMatch(/^x-mailer|nodemailer/im);
    mailer.close();
  });
});
