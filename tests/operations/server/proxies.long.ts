import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Listener, listen } from "../../../scripts/form-service/web/listener.ts";
import { formOf, type Harness, openHarness } from "../../form-service/harness.ts";
import { findCanaries, findCanariesIn } from "../../support/canaries.ts";
import { people } from "../../support/fixtures.ts";
import { freePort } from "../../support/servers/service.ts";
import { changed, PROXIES, PUBLIC_NAME, type RunningProxy, serverFile } from "./server-files.ts";

/** Nobody's browser says this by chance. */
const agent = "Canary-Browser/77.31";
/** An address of this machine that only the visitor has. */
const visitor = "127.81.62.43";

/** What the service was told of a visitor. */
type Seen = { kind: "tor" | "line"; from: string | null; host: string | null };

let harness: Harness;
let listener: Listener | undefined;
let seen: Seen[];
let folder: string;
let port: number;
const up = async () => {
  listener = await listen((asked) => harness.fetch(asked), { port, from: "anywhere" }, harness.service.log);
};
const down = async () => {
  await listener?.close(0);
  listener = undefined;
};
beforeAll(async () => {
  port = await freePort();
  harness = await openHarness({
    settings: { TRUST_PROXY: "on", SITE_URL: `https://${PUBLIC_NAME}`, SERVICE_URL: `https://${PUBLIC_NAME}` },
    substitutes: {
      service: (service) => ({
        ...service,
        clients: {
          of(asked, peer, byTor) {
            const client = service.clients.of(asked, peer, byTor);
            const { headers } = asked;
            seen.push({ kind: client.kind, from: headers.get("x-forwarded-for"), host: headers.get("host") });
            return client;
          },
        },
      }),
    },
  });
});
beforeEach(async () => {
  seen = [];
  folder = mkdtempSync(join(tmpdir(), "undersigned-proxy-"));
  await up();
});
afterEach(async () => {
  await down();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(() => harness?.close());

type Answer = { status: number; location: string; body: string };

/** Asks a proxy as a browser does, and says where it comes from as somebody does who lies. */
async function ask(
  proxy: RunningProxy,
  path: string,
  form?: Record<string, string>,
  from = "203.0.113.200",
): Promise<Answer> {
  const body = form && new URLSearchParams(form).toString();
  const type = form && { Origin: `https://${PUBLIC_NAME}`, "Content-Type": "application/x-www-form-urlencoded" };
  const asked = request({
    ...{ host: "127.0.0.1", path, method: form ? "POST" : "GET", agent: false },
    headers: { Host: PUBLIC_NAME, "User-Agent": agent, "X-Forwarded-For": from, ...type },
    ...{ port: proxy.publicPort, localAddress: visitor, servername: PUBLIC_NAME, rejectUnauthorized: false },
  });
  const [answer] = (await once(asked.end(body), "response")) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, location: answer.headers.location ?? "", body: await text(answer) };
}

let signers = 0;

/** Signs by a proxy, while the service is there and while it is not. @returns what nobody may find written down */
async function sign(proxy: RunningProxy): Promise<string[]> {
  const email = `canary${++signers}@proxy.example`;
  const taken = await ask(proxy, "/en/sign/", formOf({ ...people.sara, email }));
  expect(taken.status, taken.body).toBe(303);
  const { pathname, search, searchParams } = new URL(taken.location, `https://${PUBLIC_NAME}`);
  const s = searchParams.get("s")!;
  const code = /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec((await harness.mailServer.waitForMail(email)).text)![0];
  expect((await ask(proxy, pathname + search)).status).toBe(200);
  await down();
  expect((await ask(proxy, pathname + search)).status).toBe(502);
  expect((await ask(proxy, "/en/confirm/", { s, code })).status).toBe(502);
  await up();
  expect((await ask(proxy, "/en/confirm/", { s, code })).status).toBe(200);
  expect((await ask(proxy, "/en/sign/", { email: "x".repeat(40_000) })).status).toBe(413);
  return [s, code, email];
}

for (const [name, { program }] of Object.entries(PROXIES))
  if (program === undefined) it.skip(`the file for ${name}: ${name} is not on this machine`, () => {});

describe.each(Object.entries(PROXIES).filter(([, { program }]) => program !== undefined))(
  "the file for %s",
  (name, server) => {
    const file = name === "Caddy" ? "Caddyfile" : "nginx.conf";

    /** What such a server has written after somebody signed, anywhere. */
    async function traces(config: string): Promise<{ found: number; said: string }> {
      const proxy = await server.start(config, { folder, service: port });
      const secrets = [visitor, agent, "?s="];
      try {
        secrets.push(...(await sign(proxy)));
      } finally {
        await proxy.stop();
      }
      const written = [
        ...findCanariesIn(secrets, "output", proxy.output()),
        ...findCanaries(
          secrets.filter((it) => it.length > 5),
          [folder],
        ),
      ];
      return { found: written.length, said: proxy.output() };
    }

    it("leaves no trace of a visitor, at work and while the service is down", async () => {
      expect(await traces(serverFile(file))).toMatchObject({ found: 0 });
    });

    it("would leave one without what switches the log off, so that this test sees it", async () => {
      const talkative =
        name === "Caddy"
          ? changed(serverFile(file), [[/\texclude http\n/, ""]])
          : changed(serverFile(file), [[/^error_log .*$/m, "error_log stderr;"]]);
      expect((await traces(talkative)).found).toBeGreaterThan(0);
    });

    it("says where a visitor comes from, whatever they say themselves, and lets nobody pass for a circuit of Tor", async () => {
      const proxy = await server.start(serverFile(file), { folder, service: port });
      try {
        await ask(proxy, "/en/not-me/");
        await ask(proxy, "/en/not-me/", undefined, "fc00:dead:beef:4dad::0:29");
      } finally {
        await proxy.stop();
      }
      const line = { kind: "line", host: PUBLIC_NAME };
      expect(seen.map(({ from, ...rest }) => ({ ...rest, from: from?.split(", ").at(-1) }))).toEqual([
        { ...line, from: visitor },
        { ...line, from: visitor },
      ]);
    });
  },
);
