import { createTransport } from "nodemailer";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type MailServer, startMailServer } from "./mail-server.ts";

let server: MailServer;
beforeEach(async () => {
  server = await startMailServer();
});
afterEach(() => server.stop());

const send = (to: string) =>
  createTransport(server.url).sendMail({
    from: "letter@example.org",
    to,
    subject: "کد تأیید شما",
    text: "سلام\n\nhttp://localhost:8080/fa/confirm/?s=abc\n",
    html: "<p>سلام</p>",
  });

it("keeps a message as its reader sees it", async () => {
  await send("sara@example.org");
  const mail = await server.waitForMail("sara@example.org");
  expect(mail).toMatchObject({ from: "letter@example.org", subject: "کد تأیید شما" });
  expect(mail.text).toContain("سلام");
  expect(mail.html).toContain("<p>سلام</p>");
  expect(mail.links).toEqual(["http://localhost:8080/fa/confirm/?s=abc"]);
});

it("returns every message once, and waits for the next", async () => {
  await send("sara@example.org");
  await server.waitForMail("sara@example.org");
  await expect(server.waitForMail("sara@example.org", 50)).rejects.toThrow("no mail to sara@example.org");
  const next = server.waitForMail("sara@example.org");
  await send("sara@example.org");
  await expect(next).resolves.toMatchObject({ to: "sara@example.org" });
});

it("puts a sender off once", async () => {
  server.failNext("greylist");
  await expect(send("sara@example.org")).rejects.toMatchObject({ responseCode: 451 });
  await send("sara@example.org");
  expect(server.mails).toHaveLength(1);
});

it("refuses a recipient once", async () => {
  server.failNext("refuse");
  await expect(send("sara@example.org")).rejects.toMatchObject({ responseCode: 550 });
});

it("cuts the line in the middle of a message, once", async () => {
  server.failNext("cut");
  await expect(send("sara@example.org")).rejects.toThrow();
  await send("sara@example.org");
  expect(server.mails).toHaveLength(1);
  expect(server.connections()).toBe(2);
});
