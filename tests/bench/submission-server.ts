import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parentPort } from "node:worker_threads";
import { createApp } from "../../scripts/form-service/web/app.ts";
import { listen } from "../../scripts/form-service/web/listener.ts";
import { openHarness } from "../form-service/harness.ts";

// A thread of its own: the load generator must not share the server's.
const harness = await openHarness({ settings: { MAIL_URL: "capture:", LIMITS: "off" } });
// Mail leaves at its own pace; here the queue is never full.
const codeMails = { hasRoom: () => true, send() {} };
const app = createApp({ ...harness.service, codeMails });
const service = await listen(app.fetch, { port: 0, from: "this machine" }, harness.service.log);

// The same bytes in and out with nothing between: what a server on this machine can do at all.
const bare = createServer((request, response) => {
  request.on("data", () => {});
  request.on("end", () => {
    response.writeHead(303, { Location: "/en/confirm/?s=AAAAAAAAAAAAAAAAAAAAAA", "Cache-Control": "no-store" }).end();
  });
});
await new Promise<void>((done) => bare.listen(0, "127.0.0.1", done));
parentPort?.postMessage({ service: service.port, bare: (bare.address() as AddressInfo).port });

parentPort?.once("message", async () => {
  await service.close(0);
  bare.close();
  bare.closeAllConnections();
  await harness.close();
  process.exit();
});
