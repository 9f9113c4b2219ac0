import { readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTransport, type SendMailOptions } from "nodemailer";
import { makeFolder } from "../folder.ts";
import { domainOf, isLoopbackHost } from "./address.ts";
import type { DkimKey } from "./dkim.ts";

/** One mail to one person, as text and as HTML. */
export type Mail = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

/**
 * Keeps a mail the same at every attempt, so that a server can recognise a duplicate (RFC 5322 §3.6.4). `id` is the
 * part of its Message-ID before the @.
 */
export type MailStamp = { readonly id: string; readonly date: Date };

/** Sends mails, one promise each, which rejects if the server did not take the mail. */
export type Mailer = {
  send(mail: Mail, stamp: MailStamp): Promise<void>;
  /** Asks the server whether it takes mail, and sends none. It fails as sending does when the server is away. */
  probe(): Promise<void>;
  close(): void;
};

/** Where mail goes. */
export type MailSettings =
  | { readonly kind: "capture"; readonly folder: string }
  | { readonly kind: "smtp"; readonly url: string; readonly dkim?: DkimKey | undefined };

/** Concurrent deliveries, of mails that are sent for the first time and of others. Their connections stay open. */
export const CONNECTIONS = { first: 8, again: 2 };

/**
 * Opens a mailer for `MAIL_URL`: into a folder of this machine, or to an SMTP server.
 *
 * @param noteTime is told the time in the server's greeting, where it has one
 */
export function openMailer(at: MailSettings, from: string, noteTime?: (time: Date) => void): Mailer {
  return at.kind === "capture" ? captureMailer(at.folder, from) : smtpMailer(at, from, noteTime);
}

// A mail never reads a file or an address, and does not name the program that made it.
const PLAIN = { disableFileAccess: true, disableUrlAccess: true, xMailer: false } as const;

function smtpMailer(
  { url, dkim }: { url: string; dkim?: DkimKey | undefined },
  from: string,
  noteTime?: (time: Date) => void,
): Mailer {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: CONNECTIONS.first + CONNECTIONS.again,
    // The queue does the retries, and knows how long it may.
    maxRequeues: 0,
    connectionTimeout: 15_000,
    greetingTimeout: 15_000,
    socketTimeout: 30_000,
    // Address and code must not cross the network in the clear because an attacker has stripped STARTTLS.
    requireTLS: !isLoopbackHost(new URL(url).hostname),
    // The default would greet the server with the machine's own name.
    name: domainOf(from),
    // The greeting can be seen only in what would be logged of the conversation.
    ...(noteTime && { transactionLog: true, logger: greetingLogger(noteTime) }),
    ...(dkim && { dkim: { domainName: domainOf(from), keySelector: dkim.selector, privateKey: dkim.privateKey } }),
  });
  return {
    async send(mail, stamp) {
      await transport.sendMail(messageOf(mail, from, stamp));
    },
    async probe() {
      await transport.verify();
    },
    close: () => transport.close(),
  };
}

/** The date and time of RFC 5322 §3.3 with a zone in numbers or GMT; old servers write others, which could mean anything. */
const MOMENT = /\b\d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (?:[+-]\d{4}|GMT|UTC)(?!\w)/;

/** A logger that keeps nothing: it looks for the time in greetings (RFC 5321 §4.2, reply 220). */
function greetingLogger(noteTime: (time: Date) => void) {
  const look = ({ tnx }: { tnx?: unknown }, text: unknown) => {
    const moment = tnx === "server" && /^220[ -]/.test(String(text)) ? MOMENT.exec(String(text))?.[0] : undefined;
    if (moment !== undefined) noteTime(new Date(moment));
  };
  const none = () => {};
  return { level: none, trace: none, debug: look, info: none, warn: none, error: none, fatal: none };
}

/** Writes mails as numbered `.eml` files, such as `000001.eml`. They take the place of the mailboxes. */
function captureMailer(folder: string, from: string): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: "unix" });
  let last: Promise<number> | undefined;
  const nextNumber = (): Promise<number> => {
    last = (last ?? lastNumber(folder)).then((number) => number + 1);
    return last;
  };
  return {
    async send(mail, stamp) {
      const { message } = await transport.sendMail(messageOf(mail, from, stamp));
      const name = `${String(await nextNumber()).padStart(6, "0")}.eml`;
      // A program that watches the folder must never see half a mail.
      const part = join(folder, `.${name}.part`);
      await writeFile(part, message as Buffer, { mode: 0o600 });
      await rename(part, join(folder, name));
    },
    probe: async () => {},
    close: () => transport.close(),
  };
}

async function lastNumber(folder: string): Promise<number> {
  makeFolder(folder);
  const numbers = (await readdir(folder)).flatMap((name) => /^(\d+)\.eml$/.exec(name)?.[1] ?? []);
  return Math.max(0, ...numbers.map(Number));
}

// No header holds a link or the site's name. There is no List-Unsubscribe either, because there is no list to leave.
function messageOf(mail: Mail, from: string, { id, date }: MailStamp): SendMailOptions {
  return {
    ...PLAIN,
    from,
    date,
    messageId: `<${id}@${domainOf(from)}>`,
    to: { name: "", address: mail.to },
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    // Unlike base64, it leaves a code readable where a mail program shows the source.
    textEncoding: "quoted-printable",
    headers: {
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
    },
    // A bounce would bring address and code to a mailbox of ours, so the server is asked for none (RFC 3461 §4.1).
    dsn: { notify: "NEVER", return: "HDRS" },
  };
}

/**
 * What a failed delivery means.
 *
 * - `refused`: the server has rejected this mail for good; another attempt would only annoy it
 * - `put off`: this mail may be taken later, as with greylisting, or by a provider that takes no more for now
 * - `away`: no server answers, or it does not let us in: nothing is wrong with the mail
 */
export type MailFailure = "refused" | "put off" | "away";

/** Classifies the error of a mailer by the reply code of RFC 5321 §4.2 and the command that it answered. */
export function mailFailure(error: unknown): MailFailure {
  const { responseCode, command } = Object(error) as { responseCode?: unknown; command?: unknown };
  const reply = Number(responseCode);
  // A failure before RCPT TO is about us: a wrong password, a sender that is not allowed, a full server.
  const ofMail = command === "RCPT TO" || command === "DATA";
  if (!ofMail || !(reply >= 400 && reply < 600)) return "away";
  return reply >= 500 ? "refused" : "put off";
}
