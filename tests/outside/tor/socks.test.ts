import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPublished } from "../../../scripts/outside/published.ts";
import { getOverSocks, parseSocks } from "../../../scripts/outside/tor/socks.ts";
import { onionHost } from "../../support/addresses.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { type SocksRelay, startSocksRelay } from "../../support/servers/socks-relay.ts";

const random = fixedRandomness("socks");
const [onion, other] = [onionHost(random), onionHost(random)];
const file = Buffer.from(random(200_000));

let server: Server;
let relay: SocksRelay;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.headers.host !== onion) return void response.writeHead(421).end();
    if (request.url === "/moved") return void response.writeHead(302, { Location: "/ledger/checkpoint" }).end();
    if (request.url === "/away") return void response.writeHead(302, { Location: `http://${other}/` }).end();
    if (request.url === "/ledger/checkpoint") return void response.end(file);
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  relay = await startSocksRelay((host) => (host === onion || host === other ? { port } : undefined));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await relay.close();
});
const get = () => getOverSocks({ host: "127.0.0.1", port: relay.port });

describe("a site that is read through Tor", () => {
  it("is asked for by its name, which only Tor resolves", async () => {
    const read = openPublished(`http://${onion}`, undefined, get());
    expect(await read("ledger/checkpoint")).toEqual(new Uint8Array(file));
    expect(await read("moved")).toEqual(new Uint8Array(file));
    expect(await read("nothing")).toBeUndefined();
    expect(new Set(relay.asked)).toEqual(new Set([`${onion}:80`]));
    await expect(read("away")).rejects.toThrow("sends its readers to another address");
  });

  it("is refused without Tor, with what to add, and no name is looked up", () => {
    expect(() => openPublished(`http://${onion}/`)).toThrow(/add --socks 127\.0\.0\.1:9050/);
  });

  it("says whether Tor is missing or the site", async () => {
    const signal = AbortSignal.timeout(5_000);
    const nowhere = new URL(`http://${onionHost(random)}/`);
    await expect(get()(nowhere, signal)).rejects.toThrow(/^Tor cannot reach .*\.onion \(SOCKS 4\)$/);
    await expect(getOverSocks({ host: "127.0.0.1", port: 1 })(nowhere, signal)).rejects.toThrow("no Tor answers at");
    const { port } = server.address() as AddressInfo;
    await expect(getOverSocks({ host: "127.0.0.1", port })(nowhere, signal)).rejects.toThrow("is no SOCKS 5 proxy");
  });

  it.each([
    ["127.0.0.1:9050", { host: "127.0.0.1", port: 9050 }],
    ["localhost:9150", { host: "localhost", port: 9150 }],
    ["[::1]:9050", { host: "::1", port: 9050 }],
  ])("%s is where Tor is", (text, place) => expect(parseSocks(text)).toEqual(place));

  it.each(["9050", "127.0.0.1", "127.0.0.1:90500", "http://127.0.0.1:9050", ""])("%j is nowhere", (text) =>
    expect(() => parseSocks(text)).toThrow("--socks: write HOST:PORT"),
  );
});
