import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { causeOf, type Log } from "../outside/log.ts";
import type { App } from "./app.ts";

/** A server that listens. */
export type Listener = {
  readonly port: number;
  /** Takes no new request and waits for those that run; after `deadline` milliseconds it cuts them off. */
  close(deadline: number): Promise<void>;
};

// Slow lines may take their time, but nobody may hold a socket for ever.
const TIMES = { requestTimeout: 30_000, headersTimeout: 15_000, keepAliveTimeout: 10_000, maxHeaderSize: 16 * 1024 };

/**
 * Listens on a port of this machine; rejects when it is taken.
 *
 * @param from `this machine`: whoever connects from elsewhere is cut off, for captured mail shows every code
 */
export async function listen(
  fetch: App["fetch"],
  { port, from }: { port: number; from: "anywhere" | "this machine" },
  log: Log,
): Promise<Listener> {
  const errorHandler = (error: unknown) => {
    const cause = causeOf(error);
    log.warn(cause, "a request failed before it reached a page");
    // Without an answer the socket would stay open for ever. A RequestError is of a host or a path that makes no URL.
    return new Response(null, { status: cause.error === "RequestError" ? 400 : 500, headers: { Connection: "close" } });
  };
  const answer = getRequestListener(
    (request, env) => {
      const { incoming, outgoing } = env as HttpBindings;
      const answered = new Promise<void>((resolve) => outgoing.once("close", resolve));
      return fetch(request, { address: incoming.socket.remoteAddress, answered });
    },
    { errorHandler },
  );
  const server = createServer(TIMES, answer);
  if (from === "this machine") {
    server.on("connection", (socket) => {
      if (!isLoopback(socket.remoteAddress ?? "")) socket.destroy();
    });
  }
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close(deadline) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), deadline);
      await closed;
      clearTimeout(cut);
    },
  };
}

/** Whether an address of a socket is this machine's own: 127.0.0.0/8, ::1, and the former written as IPv6. */
export function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address);
}
