import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../../scripts/form-service/web/app.ts";
import { UNNAMED_ONION } from "../../../scripts/letter/text/onion.ts";
import { onOneOrigin } from "../../../scripts/site/views/context.ts";
import { every, site as gallery, make } from "../../site/gallery.ts";
import { hostsNamed, hostsOf, onionHost } from "../../support/addresses.ts";
import { fixedRandomness, people } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness } from "../harness.ts";

const onion = onionHost(fixedRandomness("onion"));
const siteHost = "letter.example.org";
const serviceHost = "sign.example.org";
const settings = { SITE_URL: `https://${siteHost}`, SERVICE_URL: `https://${serviceHost}` };

let harness: Harness;
let fails = false;
beforeAll(async () => {
  harness = await openHarness({
    settings,
    substitutes: {
      service: (service) => ({
        ...service,
        onionSite: {
          origin: UNNAMED_ONION,
          folder: async () => (fails ? Promise.reject(new Error("no build")) : harness.siteFolder),
        },
      }),
    },
  });
  const page = `<link rel="canonical" href="${UNNAMED_ONION}/fa/"><a href="https://t.me/?url=${encodeURIComponent(UNNAMED_ONION)}">`;
  for (const path of ["fa/index.html", "en/index.html", "en/sign/index.html", "fa/feed.xml"])
    harness.writeSite(path, page);
  harness.writeSite("list/000.md", UNNAMED_ONION);
});
afterAll(() => harness.close());

const ask = (path: string, init: RequestInit = {}, Host = onion) =>
  harness.request(path, { ...init, headers: { ...(init.headers as Record<string, string>), Host } });
const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  ask(path, { method: "POST", body: new URLSearchParams(form), headers });

describe("an onion address, where site and form service have two origins", () => {
  it("is the whole site: letter, form and redirects lead nowhere else", async () => {
    expect((await ask("/")).headers.get("location")).toBe("/fa/");
    for (const path of ["/fa/", "/en/", "/en/sign/", "/fa/feed.xml"]) {
      const answer = await ask(path);
      expect(answer.status, path).toBe(200);
      expect(new Set(await hostsOf(answer)), path).toEqual(new Set([onion, "t.me"]));
    }
  });

  it("takes the form, the code and the withdrawal without an address of another origin", async () => {
    const own = { Origin: `http://${onion}` };
    const taken = await post("/fa/sign/", formOf(people.sara), own);
    const next = taken.headers.get("location") ?? "";
    expect([taken.status, next]).toEqual([303, expect.stringMatching(/^\/fa\/confirm\/\?s=/)]);
    const mail = await harness.mailServer.waitForMail(people.sara.email);
    const s = new URL(next, "http://x").searchParams.get("s")!;
    const code = /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec(mail.text)![0];
    const answers = [
      await ask(next),
      await post("/fa/confirm/", { s, code: "00000000" }, own),
      await post("/fa/confirm/", { s, code }, own),
      await post("/en/sign/", { email: "nonsense" }, own),
      await post("/en/sign/", formOf(people.omid), { Origin: "https://evil.example" }),
      await ask("/en/nothing/"),
      await ask("/en/not-me/"),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 422, 200, 422, 403, 404, 200]);
    for (const answer of answers) {
      const hosts = await hostsOf(answer);
      expect(hosts).not.toContain(siteHost);
      expect(hosts).not.toContain(serviceHost);
    }
  });

  it("has a policy of its own, and neither HSTS nor an onion address to go to", async () => {
    const { headers } = await ask("/fa/");
    expect(headers.get("content-security-policy")).toMatch(/form-action 'self'; /);
    expect(headers.get("strict-transport-security")).toBeNull();
    expect(headers.get("onion-location")).toBeNull();
    const elsewhere = await harness.request("/en/confirm/?s=nonsense");
    expect(elsewhere.headers.get("content-security-policy")).toContain(siteHost);
    expect(elsewhere.headers.get("strict-transport-security")).not.toBeNull();
  });

  it("names the address that was asked, and nothing that could be more than a host", async () => {
    const other = onionHost(fixedRandomness("another onion"));
    expect(await hostsOf(await ask("/fa/", {}, `${other.toUpperCase()}:8081`))).toContain(`${other}:8081`);
    const text = async (host: string) => (await ask("/fa/", {}, host)).text();
    for (const host of [`"><script>.onion`, "a.onion.evil.example", "onion", ".onion", `${onion}:port`])
      expect(await text(host), host).toContain(UNNAMED_ONION);
    // A file for programs is as it was signed.
    expect(await (await ask("/list/000.md")).text()).toBe(UNNAMED_ONION);
  });

  it("says that it is in trouble rather than showing pages that lead out, while there is no site for it", async () => {
    fails = true;
    try {
      for (const path of ["/fa/", "/en/sign/"]) {
        const answer = await ask(path);
        expect(answer.status, path).toBe(503);
        expect(await hostsOf(answer), path).not.toContain(siteHost);
      }
      expect((await ask("/assets/site.css")).status).toBe(404);
    } finally {
      fails = false;
    }
  });

  it("shows the built site as it is where there is no other", async () => {
    const app = createApp({ ...harness.service, onionSite: undefined });
    const answer = await app.fetch(new Request("http://localhost:8080/fa/", { headers: { Host: onion } }));
    expect(await hostsOf(answer)).toContain(UNNAMED_ONION.slice("http://".length));
  });
});

it.each(every)("names no other origin of the campaign on the page %s in %s at an onion address", (name, lang) => {
  const campaign = { ...gallery.campaign, onion: `http://${onion}` };
  const elsewhere = { ...gallery, campaign, siteUrl: settings.SITE_URL, serviceUrl: settings.SERVICE_URL };
  expect(hostsNamed(make(name, lang, elsewhere))).toContain(siteHost);
  const page = make(name, lang, onOneOrigin(elsewhere, `http://${onion}`));
  const named = hostsNamed(page);
  expect(named).not.toContain(siteHost);
  expect(named).not.toContain(serviceHost);
  expect(page).not.toMatch(/onion-location/i);
  for (const [command] of page.matchAll(/npm run verify -- [^<]*/g))
    expect(command).toContain(" --socks 127.0.0.1:9150");
});
