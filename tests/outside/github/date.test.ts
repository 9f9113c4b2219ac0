import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { openGitHub } from "../../../scripts/outside/github/api.ts";
import { fixedClock } from "../../support/fixtures.ts";

it("tells the time that is in the Date header of each answer, also of a refusal", async () => {
  const days = ["Sun, 22 Nov 2026 12:00:00 GMT", "Fri, 27 Nov 2026 12:00:00 GMT"];
  const server = createServer((_, answer) => {
    const date = days[seen.length]!;
    answer.writeHead(seen.length === 0 ? 200 : 404, { date, "content-type": "application/json" }).end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const seen: Date[] = [];
  const { port } = server.address() as AddressInfo;
  const api = openGitHub({
    ...{ repository: "o/r", as: { token: "none" }, apiUrl: `http://127.0.0.1:${port}`, clock: fixedClock() },
    noteTime: (time) => void seen.push(time),
  });
  const octokit = await api.octokit();
  await octokit.request("GET /meta");
  await octokit.request("GET /meta").catch(() => {});
  server.close();
  server.closeAllConnections();
  expect(seen.map((time) => time.toUTCString())).toEqual(days);
});
