import { once } from "node:events";
import { symlinkSync, unlinkSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Peer } from "../../../scripts/form-service/web/app.ts";
import { listen } from "../../../scripts/form-service/web/listener.ts";
import { people } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness } from "../harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
  harness.writeSite("fa/index.html", "<h1>fa</h1>");
  harness.writeSite("fa/sign/index.html", "<h1>form</h1>");
  harness.writeSite("ledger/checkpoint", "checkpoint\n");
  harness.writeSite("ledger/tile/0/000", "tile");
  harness.writeSite("ledger/tile/0/000.p/5", "part");
  harness.writeSite("list/000.md", "| index |\n");
  harness.writeSite("assets/site.css", "body{}");
  harness.writeSite("count.json", "{}");
});
afterAll(() => harness.close());

describe("every answer", () => {
  it.each([
    ["GET", "/", 302],
    ["GET", "/fa/", 200],
    ["GET", "/healthz", 200],
    ["GET", "/nowhere/", 404],
    ["POST", "/fa/", 405],
    ["GET", "/en/confirm/resend/", 405],
    ["POST", "/en/sign/", 415],
    ["GET", "/en/confirm/?s=nonsense", 404],
  ])("%s %s: %d, with the headers that keep others out", async (method, path, status) => {
    const answer = await harness.request(path, { method });
    expect(answer.status).toBe(status);
    const policy = answer.headers.get("content-security-policy")!;
    expect(policy).toMatch(/^default-src 'none'; style-src 'self';/);
    expect(policy).not.toContain("unsafe");
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(answer.headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(answer.headers.get("permissions-policy")).toContain("geolocation=()");
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  it("to a form is kept in no cache", async () => {
    for (const answer of [
      await harness.get("/en/confirm/?s=AAAAAAAAAAAAAAAAAAAAAA"),
      await harness.post("/en/sign/", {}),
      await harness.post("/en/sign/", formOf(people.sara)),
    ]) {
      expect(answer.headers.get("cache-control")).toBe("no-store");
    }
  });
});

describe("the start page", () => {
  it.each([
    [undefined, "/fa/"],
    ["de-DE,de;q=0.9", "/fa/"],
    ["en-GB,en;q=0.9,fa;q=0.8", "/en/"],
    ["en;q=0.2, fa-IR;q=0.9", "/fa/"],
    ["fa;q=0, en;q=0.1", "/en/"],
  ])("leads %s to %s", async (header, location) => {
    const answer = await harness.get("/", header === undefined ? {} : { "Accept-Language": header });
    expect(answer.headers.get("location")).toBe(location);
    expect(answer.headers.get("vary")).toBe("Accept-Language");
  });
});

describe("pages for what went wrong", () => {
  it("speak the language of the address, else that of the browser", async () => {
    expect(await (await harness.get("/en/nowhere/")).text()).toContain('<html lang="en"');
    expect(await (await harness.get("/fa/nowhere/", { "Accept-Language": "en" })).text()).toContain('<html lang="fa"');
    expect(await (await harness.get("/nowhere/", { "Accept-Language": "en" })).text()).toContain('<html lang="en"');
  });

  it("name the methods that an address takes", async () => {
    const allow = async (method: string, path: string) =>
      (await harness.request(path, { method })).headers.get("allow");
    expect(await allow("POST", "/fa/")).toBe("GET, HEAD");
    expect(await allow("PUT", "/fa/sign/")).toBe("GET, HEAD, POST");
    expect(await allow("GET", "/en/confirm/resend/")).toBe("POST");
  });

  it("refuse a form that is too long or encoded otherwise", async () => {
    expect((await harness.post("/en/sign/", { name: "x".repeat(20_000) })).status).toBe(413);
    const multipart = new FormData();
    multipart.set("name", "Sara");
    expect((await harness.request("/en/sign/", { method: "POST", body: multipart })).status).toBe(415);
    const endless = new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(4096).fill(120)) });
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const init = { method: "POST", body: endless, duplex: "half", headers } as RequestInit;
    expect((await harness.request("/en/sign/", init)).status).toBe(413);
  });

  it.each([
    ["bytes of another encoding", "name=\xc2\xe1\xed", 400],
    ["bytes of another encoding behind percent signs", "name=%D3%C7%D1%C7", 400],
    ["a percent sign that stands alone", "name=100%", 400],
    ["a percent sign with other letters", "name=%zz", 400],
    ["half a surrogate pair", "name=%ED%A0%80", 400],
    ["an overlong zero", "name=%C0%80", 400],
    ["a field cut in the middle of a letter", "name=%D8", 400],
    ["blanks as plus signs, Persian letters and a percent sign", "name=a+b%D8%B3%25&place=", 422],
  ])("refuse a form with %s", async (_what, text, status) => {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const body = Buffer.from(text, "latin1");
    expect((await harness.request("/en/sign/", { method: "POST", body, headers })).status).toBe(status);
  });

  it("refuse a form that says it is not UTF-8", async () => {
    const ask = async (charset: string) => {
      const headers = { "Content-Type": `application/x-www-form-urlencoded${charset}` };
      return (await harness.request("/en/sign/", { method: "POST", body: "name=a", headers })).status;
    };
    expect(await Promise.all([";charset=UTF-8", '; charset="utf-8"', "; charset=windows-1256"].map(ask))).toEqual([
      ...[422, 422, 415],
    ]);
  });

  it("say nothing of what failed, on the page or in the log", async () => {
    const open = harness.service.codes.add;
    Object.assign(harness.service.codes, {
      add() {
        throw new Error(`cannot mail ${people.sara.email}`);
      },
    });
    const answer = await harness.post("/en/sign/", formOf(people.sara));
    Object.assign(harness.service.codes, { add: open });
    expect(answer.status).toBe(500);
    expect((await answer.text()) + harness.logged()).not.toContain(people.sara.email);
  });
});

describe("a form of another site", () => {
  it.each([
    [{ Origin: "https://evil.example" }, 403],
    [{ Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" }, 403],
    [{ Origin: "null", "Sec-Fetch-Site": "cross-site" }, 403],
    [{ Origin: "null", "Sec-Fetch-Site": "same-site" }, 403],
    [{ Origin: "null" }, 403],
    [{ "Sec-Fetch-Site": "cross-site" }, 403],
    [{}, 422],
    [{ Origin: "null", "Sec-Fetch-Site": "same-origin" }, 422],
    [{ Origin: "http://localhost:8080" }, 422],
    [{ Origin: "http://letterabc.onion", Host: "letterabc.onion" }, 422],
  ])("is told by its headers: %o gives %d", async (headers, status) => {
    expect((await harness.post("/en/sign/", {}, headers as Record<string, string>)).status).toBe(status);
  });
});

describe("files of the site", () => {
  it.each([
    ["/fa/", "text/html; charset=utf-8", "no-cache"],
    ["/ledger/checkpoint", "text/plain; charset=utf-8", "no-cache"],
    ["/ledger/tile/0/000", "application/octet-stream", "public, max-age=31536000, immutable"],
    ["/ledger/tile/0/000.p/5", "application/octet-stream", "public, max-age=31536000, immutable"],
    ["/list/000.md", "text/markdown; charset=utf-8", "no-cache"],
    ["/count.json", "application/json", "no-cache"],
    ["/assets/site.css", "text/css; charset=utf-8", "public, max-age=300"],
  ])("%s is %s, %s", async (path, type, cache) => {
    const answer = await harness.get(path);
    expect(answer.headers.get("content-type")).toBe(type);
    expect(answer.headers.get("cache-control")).toBe(cache);
    const again = await harness.get(path, { "If-None-Match": answer.headers.get("etag")! });
    expect(again.status).toBe(304);
    const head = await harness.request(path, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  it("are found below the site alone", async () => {
    symlinkSync("/etc/hostname", join(harness.siteFolder, "out.txt"));
    for (const path of [
      "/../package.json",
      "/%2e%2e/data/service.db",
      "/..%2fdata/service.db",
      "/out.txt",
      "//etc/passwd",
    ])
      expect((await harness.get(path)).status).toBe(404);
    unlinkSync(join(harness.siteFolder, "out.txt"));
  });

  it("lead from a folder to its page", async () => {
    const answer = await harness.get("/fa/sign");
    expect([answer.status, answer.headers.get("location")]).toEqual([301, "/fa/sign/"]);
  });

  it("lead from an address without its last slash to the page, and keep what stands behind it", async () => {
    const lead = async (path: string, method = "GET") => {
      const answer = await harness.request(path, { method });
      return [answer.status, answer.headers.get("location"), answer.headers.get("cache-control")];
    };
    for (const path of ["/en/confirm", "/fa/not-me", "/fa/withdraw/confirm"])
      for (const method of ["GET", "HEAD"])
        expect(await lead(`${path}?s=abc`, method)).toEqual([301, `${path}/?s=abc`, "no-store"]);
    // Nothing can be opened there, with or without it.
    expect((await lead("/en/confirm/resend"))[0]).toBe(404);
    expect((await lead("/en/confirm", "POST"))[0]).toBe(404);
  });
});

describe("the inbox", () => {
  it("is not there when mails are sent", async () => {
    expect((await harness.get("/inbox/")).status).toBe(404);
  });

  it("shows captured mails, the newest first", async () => {
    const trial = await openHarness({ settings: { MAIL_URL: "capture:" } });
    await trial.post("/en/sign/", formOf(people.sara));
    await trial.mailed();
    await trial.post("/fa/sign/", formOf(people.omid));
    await trial.mailed();
    expect((await trial.get("/inbox")).headers.get("location")).toBe("/inbox/");
    const page = await (await trial.get("/inbox/")).text();
    expect(page.indexOf(people.omid.email)).toBeLessThan(page.indexOf(people.sara.email));
    expect(page).toContain("کد شما");
    expect(page).not.toContain("/confirm/");
    expect(page.match(/[0-9A-HJKMNP-TV-Z]{8}<\/p>/g)).toHaveLength(2);
    await trial.close();
  });

  it("is shown under no name that another site could let lead here, nor through a proxy", async () => {
    const trial = await openHarness({ settings: { MAIL_URL: "capture:" } });
    await trial.post("/en/sign/", formOf(people.sara));
    await trial.mailed();
    const fetch = (asked: Request) => trial.fetch(asked);
    const { port, close } = await listen(fetch, { port: 0, from: "this machine" }, trial.service.log);
    const ask = async (headers: Record<string, string>) => {
      const [answer] = (await once(get({ port, path: "/inbox/", headers }), "response")) as [IncomingMessage];
      return [answer.statusCode, (await text(answer)).includes(people.sara.email)];
    };
    for (const Host of ["localhost", `127.0.0.1:${port}`, `[::1]:${port}`, "trial.localhost:80"]) {
      expect(await ask({ Host }), Host).toEqual([200, true]);
    }
    const names = ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", `${"a".repeat(56)}.onion`];
    for (const Host of names) expect(await ask({ Host }), Host).toEqual([403, false]);
    for (const header of ["X-Forwarded-For", "Forwarded", "Via"]) {
      expect(await ask({ Host: "localhost", [header]: "203.0.113.7" }), header).toEqual([403, false]);
    }
    await close(0);
    await trial.close();
  });

  /** A trial with one mail, and how its inbox is answered. */
  async function trialWith(settings: Record<string, string> = {}) {
    const trial = await openHarness({ settings: { MAIL_URL: "capture:", ...settings } });
    await trial.post("/en/sign/", formOf(people.sara));
    await trial.mailed();
    const ask = async (path: string, headers: Record<string, string> = {}, more: Partial<Peer> = {}) => {
      const asked = new Request(new URL(path, `http://${headers.Host ?? "localhost:8080"}`), { headers });
      const answer = await trial.fetch(asked, { address: "127.0.0.1", answered: Promise.resolve(), ...more });
      return [answer.status, (await answer.text()).includes(people.sara.email)];
    };
    return { trial, ask, open: `/inbox/?key=${trial.service.inboxKey}` };
  }

  it("opens by its key from everywhere, and by no other", async () => {
    const { trial, ask, open } = await trialWith();
    const onion = { Host: `${"a".repeat(56)}.onion` };
    expect(await ask(open, onion)).toEqual([200, true]);
    expect(await ask(open, { Host: "trial.example", "X-Forwarded-For": "203.0.113.7" })).toEqual([200, true]);
    for (const wrong of ["/inbox/?key=", "/inbox/?key=undefined", `${open}x`, open.slice(0, -1), open.toLowerCase()])
      expect(await ask(wrong, onion), wrong).toEqual([403, false]);
    await trial.close();
  });

  it.each([
    ["a visitor came by an onion address", { Host: `${"a".repeat(56)}.onion` }, {}],
    ["a visitor came by a proxy", { "X-Forwarded-For": "203.0.113.7" }, {}],
    ["a visitor came by Tor's own port", {}, { byTor: {} }],
  ])("asks everybody for its key once %s", async (_, headers, more) => {
    const { trial, ask, open } = await trialWith();
    expect(await ask("/inbox/")).toEqual([200, true]);
    await ask("/en/not-me/", headers, more);
    // Such a visitor may well say that this is localhost.
    expect(await ask("/inbox/")).toEqual([403, false]);
    expect(await ask(open)).toEqual([200, true]);
    await trial.close();
  });

  it("asks everybody for its key where settings say that people come from elsewhere", async () => {
    const elsewhere = [
      { TRUST_PROXY: "on" },
      { ONION_PORT: "0" },
      { SERVICE_URL: "https://sign.example.org", SITE_URL: "https://sign.example.org" },
    ];
    for (const settings of elsewhere) {
      const { trial, ask, open } = await trialWith(settings);
      expect(await ask("/inbox/"), JSON.stringify(settings)).toEqual([403, false]);
      expect(await ask(open)).toEqual([200, true]);
      await trial.close();
    }
  });

  it("is not shown to what speaks as nginx does where nobody told it what to pass on", async () => {
    const { trial, ask } = await trialWith();
    expect(await ask("/inbox/", {}, { http: "1.0" })).toEqual([403, false]);
    await trial.close();
  });
});

describe("readiness", () => {
  it("asks the database, main and the site", async () => {
    expect((await harness.get("/readyz")).status).toBe(200);
  });
});
