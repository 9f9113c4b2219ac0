import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { listen } from "../../../scripts/form-service/web/listener.ts";
import { isLoopback } from "../../../scripts/form-service/web/this-machine.ts";
import { systemClock } from "../../../scripts/outside/clock.ts";
import { openLog } from "../../../scripts/outside/log.ts";
import { ownAddress } from "../../support/own-address.ts";

const log = openLog(systemClock, { write: () => {} });
const answer = async () => new Response("here");
const fromOutside = ownAddress();
const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

describe("a trial, whose captured mail shows every code", () => {
  it.skipIf(fromOutside === undefined)("is open to this machine alone", async () => {
    const listener = await listen(answer, { port: 0, host: "0.0.0.0", from: "this machine" }, log);
    expect(await (await fetch(`http://127.0.0.1:${listener.port}/`)).text()).toBe("here");
    await expect(fetch(`http://${fromOutside}:${listener.port}/`)).rejects.toThrow();
    await listener.close(0);
  });

  it.skipIf(fromOutside === undefined)("is told from a service that sends its mail", async () => {
    const listener = await listen(answer, { port: 0, host: "0.0.0.0", from: "anywhere" }, log);
    expect(await (await fetch(`http://${fromOutside}:${listener.port}/`)).text()).toBe("here");
    await listener.close(0);
  });
});

describe("a service", () => {
  const asked = async (address: string, port: number) => (await fetch(`http://${address}:${port}/`)).text();

  it.skipIf(fromOutside === undefined)("listens at the address that it was given, and nowhere else", async () => {
    const listener = await listen(answer, { port: 0, from: "anywhere" }, log);
    expect(await asked("127.0.0.1", listener.port)).toBe("here");
    await expect(asked(fromOutside!, listener.port)).rejects.toThrow();
    await listener.close(0);
  });

  it.skipIf(!hasIpv6)("listens at an IPv6 address too", async () => {
    const one = await listen(answer, { port: 0, host: "::1", from: "this machine" }, log);
    expect(await asked("[::1]", one.port)).toBe("here");
    await expect(asked("127.0.0.1", one.port)).rejects.toThrow();
    await one.close(0);
    const all = await listen(answer, { port: 0, host: "::", from: "this machine" }, log);
    expect([await asked("[::1]", all.port), await asked("127.0.0.1", all.port)]).toEqual(["here", "here"]);
    await all.close(0);
  });
});

it.each([
  ["/healthz", 200],
  ["/readyz", 200],
  ["/en/sign/", 400],
])("answers a health check in HTTP/1.0, which names no host, and nothing else so: %s", async (path, status) => {
  const listener = await listen(answer, { port: 0, from: "anywhere" }, log);
  const socket = connect(listener.port, "127.0.0.1");
  socket.write(`GET ${path} HTTP/1.0\r\n\r\n`);
  expect(await text(socket)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  await listener.close(0);
});

it("knows the addresses of this machine", () => {
  for (const own of ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"]) expect(isLoopback(own)).toBe(true);
  for (const other of ["10.0.0.7", "::ffff:10.0.0.7", "128.0.0.1", "", "fe80::1", "127.0.0.1.example"])
    expect(isLoopback(other)).toBe(false);
});
