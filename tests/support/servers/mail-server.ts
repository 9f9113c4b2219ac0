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

/**
 * What goes wrong once: the recipient is put off (451), refused (550), or answered after a second; the sender is refused
 * (550); the server takes no more at the moment (421); or the line is cut in the middle of the message.
 */
export type MailFault = "greylist" | "refuse" | "tarpit" | "sender" | "throttle" | "cut";

export type MailServer = {
  /** For `MAIL_URL`. */
  url: string;
  /** All mails that arrived whole, in order. */
  mails: ReceivedMail[];
  /** How many clients have connected so far. */
  connections: () => number;
  /** How many messages to this domain were on their way at once, at most. */
  atOnce: (domain: string) => number;
  /** What was asked for about bounces (RFC 3461), one text a recipient. */
  notify: string[];
  /** The oldest mail to this address that no earlier call has returned; throws if none comes in time. */
  waitForMail: (to: string, timeout?: number) => Promise<ReceivedMail>;
  /** Lets the next message meet this fault; may be called several times. */
  failNext: (fault: MailFault) => void;
  stop: () => Promise<void>;
};

/** `greylist`: how often each recipient is put off before it is taken; `takes`: milliseconds that a message takes. */
export type MailServerOptions = { port?: number; greylist?: number; takes?: number; banner?: string };

const ANSWERS: Partial<Record<MailFault, [responseCode: number, text: string]>> = {
  greylist: [451, "4.7.1 come back later"],
  refuse: [550, "5.1.1 no such mailbox"],
  sender: [550, "5.7.1 this sender may not send"],
  throttle: [421, "4.7.28 too many messages"],
};

/** Starts a real SMTP server on a free port of this machine. It keeps every message and relays none. */
export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const taken = new Set<ReceivedMail>();
  const faults: MailFault[] = [];
  const sockets = new Map<number | undefined, Socket>();
  const attempts = new Map<string, number>();
  const onTheirWay = new Map<string, { now: number; most: number }>();
  const notify: string[] = [];
  let connections = 0;
  /** Takes the next fault if it is one of these, and gives the error that the client is to see. */
  const fault = (...kinds: MailFault[]) => {
    const [kind] = faults;
    if (kind === undefined || !kinds.includes(kind)) return undefined;
    faults.shift();
    const [responseCode, text] = ANSWERS[kind] ?? [];
    return { kind, error: text === undefined ? undefined : Object.assign(new Error(text), { responseCode }) };
  };

  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    hideDSN: false,
    closeTimeout: 100,
    ...(options.banner && { banner: options.banner }),
    onMailFrom: (_address, _session, answer) => answer(fault("sender")?.error),
    onRcptTo({ address }, _session, answer) {
      const found = fault("greylist", "refuse", "tarpit");
      if (found) return found.error ? answer(found.error) : void setTimeout(answer, 1_000);
      const before = attempts.get(address) ?? 0;
      attempts.set(address, before + 1);
      if (before >= (options.greylist ?? 0)) return answer();
      answer(Object.assign(new Error("4.7.1 come back later"), { responseCode: 451 }));
    },
    onData(stream, session, answer) {
      const found = fault("cut", "throttle");
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      if (found?.kind === "cut") {
        sockets.get(session.remotePort)?.destroy();
        return;
      }
      const recipients = session.envelope.rcptTo.map(({ address }) => address);
      const ways = recipients.map((to) => wayTo(to.slice(to.lastIndexOf("@") + 1)));
      for (const way of ways) way.most = Math.max(way.most, ++way.now);
      stream.on("end", async () => {
        await sleep(options.takes ?? 0);
        for (const way of ways) way.now--;
        if (found?.error) return answer(found.error);
        notify.push(...session.envelope.rcptTo.map(({ dsn }) => String(dsn?.notify)));
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
  const wayTo = (domain: string) => {
    const way = onTheirWay.get(domain) ?? { now: 0, most: 0 };
    onTheirWay.set(domain, way);
    return way;
  };
  server.on("error", () => {}); // A cut line is what the test asked for.
  server.server.on("connection", (socket) => {
    connections += 1;
    sockets.set(socket.remotePort, socket);
    socket.on("close", () => sockets.delete(socket.remotePort));
  });
  await new Promise<void>((done) => server.listen(options.port ?? 0, "127.0.0.1", done));
  const { port } = server.server.address() as AddressInfo;

  return {
    ...{ mails, notify },
    url: `smtp://127.0.0.1:${port}`,
    connections: () => connections,
    atOnce: (domain) => onTheirWay.get(domain)?.most ?? 0,
    failNext: (kind) => faults.push(kind),
    async waitForMail(to, timeout = 120_000) {
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
