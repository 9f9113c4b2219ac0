import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Listener, listen } from "../../scripts/form-service/listener.ts";
import { systemClock } from "../../scripts/outside/clock.ts";
import { openLog } from "../../scripts/outside/log.ts";

let listener: Listener;
beforeAll(async () => {
  const log = openLog(systemClock, { write: () => {} });
  listener = await listen(async () => new Response("page"), 0, log);
});
afterAll(() => listener.close(0));

async function answerTo(request: string): Promise<string> {
  const socket = connect(listener.port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("utf8").on("data", (chunk) => {
    answer += chunk;
  });
  socket.setTimeout(5_000, () => socket.destroy(new Error("no answer")));
  socket.write(request);
  await once(socket, "close");
  return answer;
}

// What no URL can be made of never reaches the pages; a socket that is not answered would never be closed.
it.each([
  ["a host with a user", "GET / HTTP/1.1\r\nHost: user:word@host\r\n\r\n"],
  ["a host with a blank", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"],
  ["an empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"],
  ["no host, as in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n"],
  ["no path", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"],
])("answers a request with %s and closes the connection", async (_, request) => {
  expect(await answerTo(request)).toMatch(/^HTTP\/1\.1 400 /);
});
