import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { causeOf, type Log } from "../../outside/log.ts";
import type { App } from "./app.ts";
import { holdConnections } from "./connections.ts";
import { isLoopback } from "./this-machine.ts";
import { openTorDoor } from "./tor-door.ts";

export type Listener = {
  readonly port: number;
  /** Takes no new request and waits for the running ones; after `deadline` milliseconds it cuts them off. */
  close(deadline: number): Promise<void>;
};

/** How long a client may take, in milliseconds. Slow connections have time, but no client may hold a socket forever. */
export type Patience = {
  /** for the head of a request, and for all of it */
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  /** between two requests, and between two bytes of an answer that it takes */
  readonly keepAliveTimeout: number;
  readonly timeout: number;
};
export const PATIENCE: Patience = {
  ...{ headersTimeout: 15_000, requestTimeout: 30_000 },
  // Longer than proxies keep theirs (Caddy two minutes, nginx one): a form that a proxy sends on a connection which
  // this end has just closed is lost. When connections are scarce, idle ones are closed first: see `holdConnections`.
  ...{ keepAliveTimeout: 150_000, timeout: 60_000 },
};
/** Bytes of the longest request head, and connections at a time. */
const LIMITS = { maxHeaderSize: 16 * 1024, connections: 4_000 };

// A malformed request gets no page, but its answer has headers as strict as elsewhere.
const HEADERS = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  Connection: "close",
};

/**
 * Listens on a port of this machine; rejects if it is taken.
 *
 * @param host the address of this machine at which it listens; `0.0.0.0` and `::` are all of them
 * @param from `this machine`: connections from elsewhere are cut off, because captured mail shows every code; `tor`: the
 *   Tor program leads here, and tells the circuits apart
 */
export async function listen(
  fetch: App["fetch"],
  {
    port,
    host = "127.0.0.1",
    from,
    connections = LIMITS.connections,
  }: { port: number; host?: string; from: "anywhere" | "this machine" | "tor"; connections?: number },
  log: Log,
  patience: Patience = PATIENCE,
): Promise<Listener> {
  const errorHandler = (error: unknown) => {
    const cause = causeOf(error);
    log.warn(cause, "a request failed before it reached a page");
    // Without an answer the socket would stay open for ever. A RequestError means that host or path do not make a URL.
    return new Response(null, { status: cause.error === "RequestError" ? 400 : 500, headers: HEADERS });
  };
  const answer = getRequestListener(
    (request, env) => {
      const { incoming, outgoing } = env as HttpBindings;
      const answered = new Promise<void>((resolve) => outgoing.once("close", resolve));
      const { socket, httpVersion: http } = incoming;
      const { remoteAddress: address } = socket;
      return fetch(request, { address, connection: socket, answered, http, byTor: byTor(socket) });
    },
    { errorHandler },
  );
  const { maxHeaderSize } = LIMITS;
  const { timeout, ...times } = patience;
  const looks = Math.min(2_000, times.headersTimeout / 4);
  // A request without a host is refused above, because it does not make a URL.
  const means = { maxHeaderSize, connectionsCheckingInterval: looks, requireHostHeader: false };
  const server = createServer({ ...times, ...means }, (request, response) => {
    // HTTP/1.0 has no host, and the health checks of load balancers are written in it.
    if (request.httpVersion === "1.0" && /^\/(healthz|readyz)$/.test(request.url ?? ""))
      request.headers.host ??= "localhost";
    return answer(request, response);
  });
  server.timeout = timeout;
  const missing = () => log.warn({}, NO_CIRCUIT);
  const byTor = from === "tor" ? openTorDoor(server, { patience: times.headersTimeout, missing }) : () => undefined;
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
    const head = Object.entries(HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(
      `HTTP/1.1 ${STATUS[error.code ?? ""] ?? "400 Bad Request"}\r\n${head.join("")}Content-Length: 0\r\n\r\n`,
    );
  });
  if (from === "this machine") {
    server.on("connection", (socket) => {
      if (!isLoopback(socket.remoteAddress ?? "")) socket.destroy();
    });
  }
  const held = holdConnections(server, connections);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close(deadline) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      held.end();
      const cut = setTimeout(() => server.closeAllConnections(), deadline);
      await closed;
      clearTimeout(cut);
    },
  };
}

const NO_CIRCUIT =
  "Tor leads to ONION_PORT without the number of a circuit: HiddenServiceExportCircuitID haproxy is missing in the torrc";

const STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "413 Content Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};
