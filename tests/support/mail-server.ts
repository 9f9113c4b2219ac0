import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";

/** A mail as its reader would see it, and the bytes it came in. `to` is the address of the envelope. */
export type ReceivedMail = {
  to: string;
  from: string;
  subject: string;
  text: string;
  html: string;
  /** Every address in the text, in order: what a reader could open. */
  links: string[];
  raw: Buffer;
};

/** What goes wrong once: the recipient is put off (451), refused (550), or the line is cut in the middle of the message. */
export type MailFault = "greylist" | "refuse" | "cut";

export type MailServer = {
  /** For `MAIL_URL`. */
  url: string;
  /** All mails that arrived whole, in order. */
  mails: ReceivedMail[];
  /** How many clients have connected so far. */
  connections: () => number;
  /** The oldest mail to this address that no earlier call has returned; throws if none comes in time. */
  waitForMail: (to: string, timeout?: number) => Promise<ReceivedMail>;
  /** Lets the next message meet this fault; may be called several times. */
  failNext: (fault: MailFault) => void;
  stop: () => Promise<void>;
};

/** Starts a real SMTP server on a free port of this machine. It keeps every message and relays none. */
export async function startMailServer(): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const taken = new Set<ReceivedMail>();
  const faults: MailFault[] = [];
  const sockets = new Map<number | undefined, Socket>();
  let connections = 0;

  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    closeTimeout: 100,
    onRcptTo(_address, _session, answer) {
      const fault = faults[0];
      if (fault === undefined || fault === "cut") return answer();
      faults.shift();
      const [responseCode, text] =
        fault === "greylist" ? [451, "4.7.1 come back later"] : [550, "5.1.1 no such mailbox"];
      answer(Object.assign(new Error(text), { responseCode }));
    },
    onData(stream, session, answer) {
      const cut = faults[0] === "cut";
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      if (cut) {
        faults.shift();
        sockets.get(session.remotePort)?.destroy();
        return;
      }
      stream.on("end", () => {
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        readMails(Buffer.concat(chunks), recipients).then(
          (received) => {
            mails.push(...received);
            answer();
          },
          (error: Error) => answer(error),
        );
      });
    },
  });
  server.on("error", () => {}); // A cut line is what the test asked for.
  server.server.on("connection", (socket) => {
    connections += 1;
    sockets.set(socket.remotePort, socket);
    socket.on("close", () => sockets.delete(socket.remotePort));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.server.address() as AddressInfo;

  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    connections: () => connections,
    failNext: (fault) => faults.push(fault),
    async waitForMail(to, timeout = 15_000) {
      const end = Date.now() + timeout;
      for (;;) {
        const mail = mails.find((candidate) => candidate.to === to && !taken.has(candidate));
        if (mail !== undefined) {
          taken.add(mail);
          return mail;
        }
        if (Date.now() > end) throw new Error(`no mail to ${to} within ${timeout} ms (${mails.length} to others)`);
        await sleep(20);
      }
    },
    stop: () =>
      new Promise((done) => {
        server.close(done);
        for (const socket of sockets.values()) socket.destroy();
      }),
  };
}

/** One message, once for each recipient of its envelope. Also reads the `.eml` files of captured mail. */
export async function readMails(raw: Buffer, recipients: string[]): Promise<ReceivedMail[]> {
  const { from, subject = "", text = "", html = "" } = await PostalMime.parse(raw);
  const links = text.match(/https?:\/\/[^\s<>"]+/g) ?? [];
  return recipients.map((to) => ({ to, from: from?.address ?? "", subject, text, html, links, raw }));
}
