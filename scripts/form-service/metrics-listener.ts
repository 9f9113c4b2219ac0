import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Metrics } from "./metrics.ts";
import { isOwnHost } from "./web/this-machine.ts";

/** `GET /metrics` on a port of its own. */
export type MetricsListener = { readonly port: number; close(): Promise<void> };

/**
 * Answers only this machine, and only under its own names: a collector elsewhere comes through a tunnel of the
 * operator's, and a site that the operator visits can read nothing.
 */
export async function listenForMetrics(metrics: Metrics, port: number): Promise<MetricsListener> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, async (request, response) => {
    const here = isOwnHost(URL.parse(`http://${request.headers.host}`)?.hostname ?? "");
    const known = here && request.method === "GET" && request.url === "/metrics";
    const text = known ? await metrics.read().catch(() => undefined) : "";
    const status = known ? (text === undefined ? 500 : 200) : here ? 404 : 403;
    response.writeHead(status, {
      "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
      "Content-Security-Policy": "default-src 'none'",
    });
    response.end(text);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
