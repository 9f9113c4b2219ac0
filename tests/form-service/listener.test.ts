import { describe, expect, it } from "vitest";
import { listen } from "../../scripts/form-service/listener.ts";
import { isLoopback } from "../../scripts/form-service/this-machine.ts";
import { systemClock } from "../../scripts/outside/clock.ts";
import { openLog } from "../../scripts/outside/log.ts";
import { ownAddress } from "../support/own-address.ts";

const log = openLog(systemClock, { write: () => {} });
const answer = async () => new Response("here");
const fromOutside = ownAddress();

describe("a trial, whose captured mail shows every code", () => {
  it.skipIf(fromOutside === undefined)("is open to this machine alone", async () => {
    const listener = await listen(answer, { port: 0, from: "this machine" }, log);
    expect(await (await fetch(`http://127.0.0.1:${listener.port}/`)).text()).toBe("here");
    await expect(fetch(`http://${fromOutside}:${listener.port}/`)).rejects.toThrow();
    await listener.close(0);
  });

  it.skipIf(fromOutside === undefined)("is told from a service that sends its mail", async () => {
    const listener = await listen(answer, { port: 0, from: "anywhere" }, log);
    expect(await (await fetch(`http://${fromOutside}:${listener.port}/`)).text()).toBe("here");
    await listener.close(0);
  });
});

it("knows the addresses of this machine", () => {
  for (const own of ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"]) expect(isLoopback(own)).toBe(true);
  for (const other of ["10.0.0.7", "::ffff:10.0.0.7", "128.0.0.1", "", "fe80::1", "127.0.0.1.example"])
    expect(isLoopback(other)).toBe(false);
});
