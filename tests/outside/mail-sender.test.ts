import { describe, expect, it } from "vitest";
import { assertNeutralSender, senderProblem } from "../../scripts/outside/mail-sender.ts";
import { readSettings } from "../../scripts/outside/settings.ts";
import { runCommand } from "../support/servers/service.ts";

const apart = { SITE_URL: "https://letter.example.org", SERVICE_URL: "https://sign.example.net" };
const real = (more: Record<string, string> = {}) =>
  readSettings({ MAIL_URL: "smtps://mail.example.com", ...apart, ...more });

describe("the sender of real mail", () => {
  it.each([
    "codes@letter.example.org",
    "codes@Example.ORG",
    "codes@mail.letter.example.org",
    "codes@other.example.org",
    "codes@sign.example.net",
    "codes@example.net",
  ])("may not name the site or the service: %s", (MAIL_FROM) => {
    expect(senderProblem(real({ MAIL_FROM }))).toContain("write an address at another domain");
    expect(() => assertNeutralSender(real({ MAIL_FROM }))).toThrow(/^MAIL_FROM: [^\n@]+$/);
  });

  it("may be at any other domain, also at one of the same registry", () => {
    expect(senderProblem(real({ MAIL_FROM: "codes@example.com" }))).toBeUndefined();
    const british = { SITE_URL: "https://letter.co.uk", SERVICE_URL: "https://letter.co.uk" };
    expect(senderProblem(real({ ...british, MAIL_FROM: "codes@post.co.uk" }))).toBeUndefined();
    expect(senderProblem(real({ ...british, MAIL_FROM: "codes@post.letter.co.uk" }))).toContain("another domain");
  });

  it("is at no onion address, which no mail server takes", () => {
    const onion = `${"a".repeat(55)}d.onion`;
    expect(senderProblem(real({ MAIL_FROM: `codes@${onion}` }))).toContain("no mail server takes one at .onion");
    expect(senderProblem(real({ MAIL_FROM: `codes@${onion}`, SERVICE_URL: `http://${onion}` }))).toContain(".onion");
  });

  it("must be set, unless everything is on this machine", () => {
    expect(senderProblem(real())).toContain("write the sender’s address");
    expect(senderProblem(real({ MAIL_URL: "smtp://127.0.0.1:25" }))).toContain("write the sender’s address");
    expect(senderProblem(readSettings({ MAIL_URL: "smtps://mail.example.com" }))).toContain("write the sender’s");
    expect(senderProblem(readSettings({ MAIL_URL: "smtp://127.0.0.1:25" }))).toBeUndefined();
    expect(senderProblem(readSettings({ ...apart, MAIL_URL: "" }))).toBeUndefined();
  });

  it("is looked at before anything is started or made", async () => {
    const { stderr, code } = await runCommand("start", [], {
      ...apart,
      MAIL_URL: "smtps://mail.example.com",
      PORT: "0",
    });
    expect(code).not.toBe(0);
    expect(stderr).toContain("MAIL_FROM: write the sender’s address");
  });
});
