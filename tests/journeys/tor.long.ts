import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemRandom } from "../../scripts/outside/random.ts";
import { writeOnionKey } from "../../scripts/outside/tor/onion-key.ts";
import { changed, serverFile } from "../operations/server/server-files.ts";
import { startBrowser, visit } from "../support/browsers/browser.ts";
import { findCanaries, findCanariesIn } from "../support/canaries.ts";
import { type MailServer, startMailServer } from "../support/servers/mail-server.ts";
import { hasTor, type PrivateTor, startPrivateTor } from "../support/servers/private-tor.ts";
import { freePort, removeDataDir, type Service, startService } from "../support/servers/service.ts";
import { type SocksRelay, startSocksRelay } from "../support/servers/socks-relay.ts";
import { codeIn } from "./signatory.ts";
import { field, follow, press, see, sendForm, startWalk } from "./walk.ts";

/** Two origins, as with GitHub. Neither is ever to be asked for. */
const settings = {
  ...{ SITE_URL: "https://letter.example.org", SERVICE_URL: "https://sign.example.org" },
  ...{ TRUST_PROXY: "on", LIMITS: "on", MAIL_FROM: "no-reply@codes.example" },
};

describe.skipIf(!hasTor)(`over a Tor network of this machine${hasTor ? "" : ", which lacks Tor"}`, () => {
  let folder: string;
  let tor: PrivateTor;
  let service: Service;
  let mailServer: MailServer;
  let browser: Browser;
  /** Stands before Tor's own proxy, and sees every name that a browser asks for. */
  let relay: SocksRelay;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "undersigned-tor-"));
    const onionPort = await freePort();
    // The key is made beforehand, as operators may do.
    const key = join(folder, "letter");
    address = await writeOnionKey(key, systemRandom);
    const torrc = changed(serverFile("torrc"), [
      [/^SocksPort .*$/m, "SocksPort 0"],
      [/\/var\/lib\/tor\/letter\//g, `${key}/`],
      [/127\.0\.0\.1:8081/, `127.0.0.1:${onionPort}`],
    ]);
    mailServer = await startMailServer();
    const onion = { ONION_PORT: String(onionPort) };
    [tor, service, browser] = await Promise.all([
      startPrivateTor(join(folder, "tor"), torrc),
      startService({ settings: { ...settings, ...onion, MAIL_URL: mailServer.url } }),
      startBrowser(),
    ]);
    await tor.reached();
    relay = await startSocksRelay(() => ({ port: tor.socks, socks: true }));
  }, 400_000);
  afterAll(async () => {
    await Promise.all([browser?.close(), tor?.stop(), relay?.close(), mailServer?.stop()]);
    await service?.stop();
    if (service) removeDataDir(service.dataDir);
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  let address: string;
  const secrets: string[] = ["?s="];
  it.each([
    ["fa", false],
    ["en", false],
    ["fa", true],
    ["en", true],
  ] as const)(
    "people sign and withdraw in %s, with scripts %s, and no other name is asked for",
    async (lang, scripts) => {
      const origin = `http://${tor.onion}`;
      // The size that Tor Browser gives every window.
      const viewport = { width: 1000, height: 600 };
      const visiting = await visit(browser, origin, {
        javaScript: scripts,
        language: lang,
        socks: relay.port,
        viewport,
      });
      const walk = startWalk(visiting, origin, lang);
      walk.page.setDefaultTimeout(60_000);
      await walk.page.goto(`${origin}/`);
      await follow(walk, walk.strings.letter.sign_letter);
      const email = `tor-${lang}-${scripts}@example.org`;
      await sendForm(walk, { shown: "hidden", name: "Sara", place: "", email });
      await see(walk, walk.strings.confirm.title);
      const s = new URL(walk.page.url()).searchParams.get("s")!;
      const typed = codeIn(await mailServer.waitForMail(email));
      secrets.push(email, s, typed);
      await field(walk, walk.strings.confirm.code).fill(typed);
      await press(walk, walk.strings.confirm.confirm_sig);
      await see(walk, walk.strings.confirmed.status);
      const code = await walk.page.locator("#withdrawal-code").innerText();
      secrets.push(code);
      await follow(walk, walk.strings.nav.withdraw);
      await field(walk, walk.strings.withdraw.code).fill(code);
      await press(walk, walk.strings.withdraw.button);
      await see(walk, walk.strings.withdraw.done_title);
      expect(new URL(walk.page.url()).origin).toBe(origin);
      expect(visiting.foreignRequests).toEqual([]);
      await visiting.close();
      expect(new Set(relay.asked)).toEqual(new Set([`${tor.onion}:80`]));
    },
  );

  it("no page leads a browser to another name, link by link", async () => {
    const origin = `http://${tor.onion}`;
    expect(origin).toBe(address);
    const visiting = await visit(browser, origin, { socks: relay.port });
    const seen = new Set([
      "/fa/",
      "/en/",
      "/embed/fa/",
      "/embed/en/",
      "/nowhere/",
      "/fa/confirm/?s=nothing",
      "/en/not-me/",
    ]);
    for (const path of seen) {
      const answer = await visiting.page.goto(origin + path);
      if (!/nowhere|confirm/.test(path)) expect(answer?.status(), path).toBe(200);
      const links = (await visiting.page.evaluate(
        `[...document.querySelectorAll("a[href]")].map((a) => a.href)`,
      )) as string[];
      const own = links.map((link) => new URL(link)).filter((link) => link.origin === origin);
      for (const { pathname } of own) if (pathname.endsWith("/")) seen.add(pathname);
      expect(
        links.filter((link) => /letter\.example\.org|sign\.example\.org/.test(link)),
        path,
      ).toEqual([]);
    }
    expect(seen.size).toBeGreaterThan(20);
    expect(visiting.foreignRequests).toEqual([]);
    await visiting.close();
    expect(new Set(relay.asked)).toEqual(new Set([`${tor.onion}:80`]));
  });

  it("anybody checks the count from outside, and the operator what is served", async () => {
    const socks = ["--socks", `127.0.0.1:${tor.socks}`];
    const verified = await service.run("verify", `http://${tor.onion}/`, ...socks);
    expect(verified.stdout).toMatch(/^ok: /m);
    expect((await service.run("verify", `http://${tor.onion}/`)).stdout).toMatch(/^failed: .*add --socks/m);
    const { stdout } = await service.run("doctor", "served", ...socks);
    // No such name has a server here, which the doctor must say; the onion service is in no campaign.yaml yet.
    expect(stdout).toMatch(/✕ the form service at https:\/\/sign\.example\.org\/: nothing answers there/);
    expect(stdout).toMatch(/! no onion service: /);
  });

  it("the service takes each of them for a visitor over Tor, and nothing is written down of anybody", async () => {
    expect(service.output()).not.toMatch(/without X-Forwarded-For|without the number of a circuit/);
    expect(findCanariesIn(secrets, "output", [service.output(), tor.logs()].join("\n"))).toEqual([]);
    expect(
      findCanaries(
        secrets.filter((secret) => secret.length > 5),
        [folder],
      ),
    ).toEqual([]);
  });
});
