import { execFileSync, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, inject, it } from "vitest";
import { codeMail } from "../../../scripts/form-service/mail/message.ts";
import { mailedCodeOf } from "../../../scripts/letter/signature/derivation.ts";
import { openMailer } from "../../../scripts/outside/mail/mailer.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { type MailServer, startMailServer } from "../../support/servers/mail-server.ts";

// Debian's SpamAssassin, where this machine has it.
const installed = spawnSync("spamassassin", ["--version"]).status === 0;

const MOST = 1.0;
const FROM = "no-reply@codes.example.net";
const random = fixedRandomness(inject("seed"));
const home = mkdtempSync(join(tmpdir(), "undersigned-spam-"));
let server: MailServer;
beforeEach(async () => {
  server = await startMailServer();
});
afterEach(() => server.stop());
afterAll(() => rmSync(home, { recursive: true, force: true }));

const { privateKey } = generateKeyPairSync("rsa", {
  ...{ modulusLength: 2048, publicKeyEncoding: { type: "spki", format: "pem" } },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

/** What SpamAssassin says of a message, by the rules that need no network. */
function judge(message: Buffer): { score: number; rules: string } {
  const env = { ...process.env, HOME: home };
  const judged = execFileSync("spamassassin", ["--local"], { input: message, env, encoding: "utf8" }).replaceAll(
    "\r",
    "",
  );
  const status = /^X-Spam-Status: (.*(?:\n[ \t].*)*)/m.exec(judged)?.[1]?.replace(/\n[ \t]+/g, " ") ?? "";
  return {
    score: Number(/score=(-?[\d.]+)/.exec(status)?.[1]),
    rules: /tests=(.*?) autolearn/.exec(status)?.[1] ?? "",
  };
}

/** As the server of a mailbox gets it, from an address that is not of those for examples: SpamAssassin minds them. */
async function delivered(mail: ReturnType<typeof codeMail>, signed: boolean): Promise<Buffer> {
  const dkim = signed ? { selector: "mail", privateKey } : undefined;
  const mailer = openMailer({ kind: "smtp", url: server.url, dkim }, FROM);
  const date = new Date();
  await mailer.send(mail, { id: Buffer.from(random(16)).toString("hex"), date });
  mailer.close();
  const { raw } = await server.waitForMail(mail.to);
  const received =
    `Return-Path: <${FROM}>\r\nReceived: from codes.example.net (codes.example.net [93.184.215.14])\r\n` +
    `\tby mx.example.org (Postfix) with ESMTPS id 4XYZ; ${date.toUTCString().replace("GMT", "+0000")}\r\n`;
  return Buffer.concat([Buffer.from(received), raw]);
}

it.skipIf(!installed).each([
  ["en", false],
  ["en", true],
  ["fa", false],
  ["fa", true],
] as const)(
  "SpamAssassin finds nothing in the mail in %s, signed: %s",
  async (lang, signed) => {
    for (let i = 0; i < 2; i++) {
      const mail = codeMail(lang, "sara.azadi@example.org", mailedCodeOf(random(32), "confirm", "sara@example.org"));
      const { score, rules } = judge(await delivered(mail, signed));
      console.log(`${lang}, ${signed ? "signed" : "not signed"}: ${score} (${rules})`);
      expect(score).toBeLessThanOrEqual(MOST);
    }
  },
  300_000,
);

it.skipIf(!installed)(
  "SpamAssassin finds something where there is something",
  async () => {
    const mail = codeMail("en", "sara.azadi@example.org", "7KQM4TXR");
    const text = `${mail.text}\nXJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\n`;
    expect(judge(await delivered({ ...mail, text }, false)).score).toBeGreaterThan(100);
  },
  120_000,
);
