import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkServed } from "../../scripts/form-service/served-check.ts";
import { LetterError } from "../../scripts/letter/bytes/error.ts";
import { UNNAMED_ONION } from "../../scripts/letter/text/onion.ts";
import { formatFinding } from "../../scripts/outside/mail-domain-check.ts";
import type { Get } from "../../scripts/outside/tor/socks.ts";
import { onionHost } from "../support/addresses.ts";
import { fixedRandomness } from "../support/fixtures.ts";
import { type Harness, openHarness } from "./harness.ts";

const onion = onionHost(fixedRandomness("served"));
const settings = {
  ...{ siteUrl: "https://letter.example.org", serviceUrl: "https://sign.example.org" },
  ...{ port: 8080, onionPort: 8081 },
};
const pageAt = (host: string, path: string) =>
  `<meta http-equiv="onion-location" content="http://${onion}${path}"><form action="//${host}/x">`;

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness({
    settings: { SITE_URL: settings.siteUrl, SERVICE_URL: settings.serviceUrl },
    substitutes: {
      service: (service) => ({
        ...service,
        onionSite: { origin: UNNAMED_ONION, folder: async () => harness.siteFolder },
      }),
    },
  });
  for (const path of ["en/index.html", "fa/index.html", "fa/sign/index.html", "fa/withdraw/index.html"])
    harness.writeSite(path, "<form action='/fa/sign/'>");
});
afterAll(() => harness.close());

/** What a network is like: the form service behind its proxy, the site on its own host, nothing else. */
const world: Record<string, (url: URL) => Promise<Response> | Response> = {
  "letter.example.org": ({ pathname }) => new Response(pageAt("sign.example.org", pathname)),
  "sign.example.org": (url) => harness.request(url.pathname, { headers: { Host: url.host } }),
  [onion]: (url) => harness.request(url.pathname, { headers: { Host: url.host } }),
};

/** The doctor's lines, in a world in which something is different. */
async function linesIn(
  change: typeof world = {},
  named: string | undefined = `http://${onion}`,
  more: { onionPort?: undefined } = {},
): Promise<string[]> {
  const all = { ...world, ...change };
  const get: Get = async (url) => {
    const answer = all[url.host];
    if (!answer) throw new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } });
    const given = await answer(url);
    const to = given.headers.get("location");
    return to === null ? given : get(new URL(to, url), AbortSignal.timeout(1000));
  };
  const campaign = { ...harness.content.campaign, ...(named ? { onion: named } : {}) };
  return (await checkServed({ settings: { ...settings, ...more }, campaign, get, getOverTor: get })).map(formatFinding);
}

describe("what the doctor says of what is served", () => {
  it("is that all is well where it is", async () => {
    const lines = await linesIn();
    expect(lines).toHaveLength(4);
    expect(lines.filter((line) => !line.startsWith("✓"))).toEqual([]);
    expect(await linesIn({}, "")).toContainEqual(expect.stringMatching(/^! no onion service: .*operating\.md/));
    const untold = await linesIn({}, undefined, { onionPort: undefined });
    expect(untold).toContainEqual(expect.stringMatching(/^! Tor does not lead to an ONION_PORT: .*operating\.md/));
  });

  it.each<[string, typeof world, RegExp]>([
    ["a site that is away", { "letter.example.org": () => new Response("", { status: 503 }) }, /status 503/],
    [
      "a site that names no onion service",
      { "letter.example.org": () => new Response("<p>") },
      /does not tell Tor Browser/,
    ],
    [
      "a proxy that leads elsewhere",
      { "sign.example.org": () => new Response("Welcome to nginx!") },
      /something else answers/,
    ],
    [
      "a proxy that takes headers away",
      {
        "sign.example.org": ({ pathname }) =>
          pathname === "/inbox/" ? new Response("", { status: 404 }) : new Response("ok\n"),
      },
      /takes the headers away/,
    ],
    [
      "a trial that others reach",
      {
        "sign.example.org": ({ pathname }) =>
          new Response("ok\n", { headers: { "Content-Security-Policy": pathname } }),
      },
      /captured mail, with every code/,
    ],
    ["a port that is open", { "sign.example.org:8080": () => new Response("ok\n") }, /port 8080 is closed.*it is open/],
    [
      "an onion service behind a proxy that does not pass its name on",
      { [onion]: (url) => harness.request(url.pathname) },
      /leads to [\w.]+: Tor must lead to ONION_PORT/,
    ],
    [
      "a mirror of the site as an onion service",
      { [onion]: ({ pathname }) => new Response(pageAt("sign.example.org", pathname)) },
      /leads to sign\.example\.org/,
    ],
    [
      "an onion service that cannot be reached",
      { [onion]: () => Promise.reject(new LetterError("socks", "no Tor answers at 127.0.0.1:9050")) },
      /no Tor answers at/,
    ],
  ])("names %s", async (_, change, words) => {
    const wrong = (await linesIn(change)).filter((line) => line.startsWith("✕"));
    expect(wrong.join("\n")).toMatch(words);
    expect(wrong).toHaveLength(1);
  });
});
