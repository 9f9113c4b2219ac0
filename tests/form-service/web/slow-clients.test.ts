import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../../scripts/form-service/web/app.ts";
import { type Listener, listen, PATIENCE } from "../../../scripts/form-service/web/listener.ts";
import { onBusyMachine } from "../../support/busy-machine.ts";
import { people } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness } from "../harness.ts";

// As in the service, only shorter.
const patience = { headersTimeout: 400, requestTimeout: 800, keepAliveTimeout: 300, timeout: 1_000 };
let harness: Harness;
let listener: Listener;
beforeAll(async () => {
  harness = await openHarness({ settings: { LIMITS: "off" } });
  harness.writeSite("assets/big.css", "a".repeat(30_000_000));
  const app = createApp(harness.service);
  listener = await listen(app.fetch, { port: 0, from: "this machine" }, harness.service.log, patience);
});
afterAll(async () => {
  await listener.close(0);
  await harness.close();
});

const open = async (): Promise<Socket> => {
  const socket = connect(listener.port, "127.0.0.1").on("error", () => {});
  await once(socket, "connect");
  return socket;
};
/** Everything that the server says until it hangs up; throws when it has not done so in time. */
async function untilClosed(socket: Socket, within = 15_000): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  await once(socket, "close", { signal: AbortSignal.timeout(within) });
  return text;
}
const say = async (...texts: string[]) => {
  const socket = await open();
  const said = untilClosed(socket);
  for (const text of texts) socket.write(text);
  return said;
};
/** Writes a little every so often for as long as anybody listens. */
const drip = (socket: Socket, text: () => string) => {
  const timer = setInterval(() => socket.write(text()), 50);
  socket.once("close", () => clearInterval(timer));
};
const form = new URLSearchParams(formOf(people.sara)).toString();
const postHead =
  "POST /en/sign/ HTTP/1.1\r\nHost: localhost:8080\r\nContent-Type: application/x-www-form-urlencoded\r\n";

describe("a client that holds a socket", () => {
  it("by saying nothing is cut off", async () => {
    expect(await untilClosed(await open())).toMatch(/^(HTTP\/1.1 408 [\s\S]*)?$/);
  });

  it("by a head without end is told so, and cut off", async () => {
    const socket = await open();
    const said = untilClosed(socket);
    socket.write("GET /en/ HTTP/1.1\r\nHost: localhost\r\n");
    drip(socket, () => "X-More: 1\r\n");
    expect(await said).toMatch(/^HTTP\/1.1 408 /);
  });

  it("by a body that comes a letter at a time is cut off", async () => {
    const socket = await open();
    const said = untilClosed(socket);
    socket.write(`${postHead}Content-Length: 4000\r\n\r\n`);
    drip(socket, () => "a");
    expect(await said).not.toMatch(/^HTTP\/1.1 [23]/);
  });

  it("by not taking the answer is cut off", async () => {
    const socket = await open();
    socket.write("GET /assets/big.css HTTP/1.1\r\nHost: localhost\r\n\r\n");
    socket.pause();
    // On a busy machine the answer itself may be long in coming.
    await once(socket, "readable");
    await sleep(2_500);
    socket.resume();
    await once(socket, "close", { signal: AbortSignal.timeout(15_000) });
    expect(socket.bytesRead).toBeLessThan(30_000_000);
  });

  it("by asking for nothing more is cut off", async () => {
    expect(await say("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")).toMatch(/^HTTP\/1.1 200 [\s\S]*ok\n/);
  });

  it("holds up nobody else, however many they are", async () => {
    const many = await Promise.all(Array.from({ length: 300 }, open));
    for (const socket of many) socket.write("POST /en/sign/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
    const answer = await fetch(`http://127.0.0.1:${listener.port}/healthz`);
    expect(answer.status).toBe(200);
    for (const said of await Promise.all(many.map((socket) => untilClosed(socket))))
      expect(said).toMatch(/^(HTTP\/1.1 408|$)/);
  });

  it("may take half a minute in the service, no more", () => {
    expect(PATIENCE.headersTimeout).toBeLessThanOrEqual(15_000);
    expect(PATIENCE.requestTimeout).toBeLessThanOrEqual(30_000);
  });
});

describe("many connections that ask for nothing", () => {
  const MOST = 200;
  const get = "GET / HTTP/1.1\r\nHost: localhost\r\n";
  const ways: [string, string][] = [
    ["say nothing", ""],
    ["say half a head", `${get}X-Slow: `],
    ["send half a form", `${postHead}Content-Length: 4000\r\n\r\nname=`],
    ["have asked, and stay", `${get}\r\n`],
    ["have asked, and say half a head", `${get}\r\n${get}`],
  ];

  it.each(ways)("and %s keep nobody out, and none that is being answered is closed for them", async (_what, text) => {
    const waiting: (() => void)[] = [];
    const answer = async (request: Request) => {
      if (request.method === "POST") await request.text().catch(() => {});
      if (new URL(request.url).pathname === "/slow") await new Promise<void>((resolve) => waiting.push(resolve));
      return new Response("here");
    };
    const { port, close } = await listen(
      answer,
      { port: 0, from: "this machine", connections: MOST },
      harness.service.log,
    );
    const address = `http://127.0.0.1:${port}`;
    const slow = fetch(`${address}/slow`);
    await expect.poll(() => waiting.length).toBe(1);
    const sockets: Socket[] = [];
    for (let i = 0; i < 2 * MOST; i++) {
      const socket = connect(port, "127.0.0.1").on("error", () => {});
      sockets.push(socket.resume());
      await once(socket, "connect");
      if (text !== "") socket.write(text);
      if (i % MOST !== MOST - 1) continue;
      const agent = new Agent();
      const [said] = (await once(request(address, { agent }).end(), "response")) as [IncomingMessage];
      expect(said.statusCode).toBe(200);
      agent.destroy();
    }
    // No more than there is room for: the oldest have gone, and long before the service loses patience with any.
    const left = () => sockets.filter((socket) => !socket.destroyed).length;
    await expect.poll(left, { timeout: PATIENCE.headersTimeout / 2 }).toBeLessThanOrEqual(MOST);
    for (const resolve of waiting) resolve();
    expect(await (await slow).text()).toBe("here");
    // Nor do those that are left keep the service from ending.
    const start = performance.now();
    // Half a form may be somebody's: it has as long as the service has.
    await close(text.startsWith("POST") ? 500 : 10_000);
    expect(performance.now() - start).toBeLessThan(onBusyMachine(5_000));
    for (const socket of sockets) socket.destroy();
  });
});

describe("a connection that a proxy keeps for the next form", () => {
  it("is kept for longer than any proxy keeps it", async () => {
    // Caddy two minutes, nginx one.
    expect(PATIENCE.keepAliveTimeout).toBeGreaterThan(120_000);
    const { port, close } = await listen(
      async () => new Response("here"),
      { port: 0, from: "this machine" },
      harness.service.log,
    );
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect(answer.headers.get("keep-alive")).toBe(`timeout=${PATIENCE.keepAliveTimeout / 1000}`);
    await answer.text();
    await close(10_000);
  });

  it("is kept between two requests, though the service is less patient with those that are on their way", async () => {
    const times = { ...patience, headersTimeout: 100, requestTimeout: 100, timeout: 200, keepAliveTimeout: 60_000 };
    const { port, close } = await listen(
      async () => new Response("here"),
      { port: 0, from: "this machine" },
      harness.service.log,
      times,
    );
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async () => {
      const asked = request({ port, agent, host: "127.0.0.1" }).end();
      const [answer] = (await once(asked, "response")) as [IncomingMessage];
      await once(answer.resume(), "end");
      return asked.reusedSocket;
    };
    expect(await ask()).toBe(false);
    await sleep(700);
    expect(await ask()).toBe(true);
    agent.destroy();
    await close(10_000);
  });

  it("ends with its answer once the service is closing", async () => {
    const waiting: (() => void)[] = [];
    const answer = async () => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return new Response("here");
    };
    const { port, close } = await listen(answer, { port: 0, from: "this machine" }, harness.service.log);
    const idle = connect(port, "127.0.0.1");
    await once(idle, "connect");
    const agent = new Agent({ keepAlive: true });
    const asked = request({ port, agent, host: "127.0.0.1" }).end();
    await once(asked, "socket");
    await expect.poll(() => waiting.length).toBe(1);
    const start = performance.now();
    const closed = close(20_000);
    waiting[0]!();
    const [said] = (await once(asked, "response")) as [IncomingMessage];
    expect(said.headers.connection).toBe("close");
    said.resume();
    await closed;
    expect(performance.now() - start).toBeLessThan(onBusyMachine(10_000));
    agent.destroy();
    idle.destroy();
  });
});

describe("what is too much, or no request at all", () => {
  const host = "Host: localhost:8080\r\n";
  it.each([
    ["a head of 20 kB", `GET /en/ HTTP/1.1\r\n${host}X: ${"x".repeat(20_000)}\r\n\r\n`, /^HTTP\/1.1 431 /],
    ["an address of 20 kB", `GET /${"x".repeat(20_000)} HTTP/1.1\r\n${host}\r\n`, /^HTTP\/1.1 431 /],
    [
      "a form that says it is huge",
      `${postHead}Content-Length: 900000000\r\nConnection: close\r\n\r\n`,
      /^HTTP\/1.1 413 /,
    ],
    ["another protocol", "EHLO mail.example.org\r\n\r\n", /^HTTP\/1.1 400 /],
    ["bytes of TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", /^HTTP\/1.1 400 /],
    ["no host", "GET /en/ HTTP/1.1\r\n\r\n", /^HTTP\/1.1 400 /],
    ["two lengths", `${postHead}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`, /^HTTP\/1.1 400 /],
    [
      "a length and chunks",
      `${postHead}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      /^HTTP\/1.1 400 /,
    ],
    ["a chunk of no size", `${postHead}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, /^HTTP\/1.1 400 /],
    ["an address with a line feed", "GET /en/\nX HTTP/1.1\r\n\r\n", /^HTTP\/1.1 400 /],
    ["a host that is none", "GET /en/ HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n", /^HTTP\/1.1 400 /],
  ])("%s is refused, and its answer is kept, framed and sniffed nowhere", async (_what, text, status) => {
    const said = await say(text);
    expect(said).toMatch(status);
    expect(said).toMatch(/^cache-control: no-store\r$/im);
    expect(said).toMatch(/^x-content-type-options: nosniff\r$/im);
    expect(said).toMatch(/^content-security-policy: default-src 'none'; .*frame-ancestors 'none'\r$/im);
  });

  it("takes a form that comes in two pieces", async () => {
    const socket = await open();
    const said = untilClosed(socket);
    socket.write(`${postHead}Content-Length: ${form.length}\r\nConnection: close\r\n\r\n${form.slice(0, 20)}`);
    await sleep(100);
    socket.write(form.slice(20));
    expect(await said).toMatch(/^HTTP\/1.1 303 /);
  });
});
