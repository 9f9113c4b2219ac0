import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";
import { read } from "../../support/servers/socks-relay.ts";

/** Somebody without scripts who comes over Tor, on circuits that nobody else has. */
export type Visitor = {
  get(path: string): Promise<Answer>;
  /** Sends a form as the page of the onion service does. */
  post(path: string, form: Record<string, string>): Promise<Answer>;
};
export type Answer = { readonly status: number; readonly headers: Headers; readonly html: string };

let visitors = 0;

/** @param socks the port of Tor's proxy, which gives each name and password circuits of its own */
export function openVisitor(socks: number, onion: string): Visitor {
  const name = `visitor${visitors++}`;
  const ask = async (method: string, path: string, form?: Record<string, string>): Promise<Answer> => {
    const socket = await connectPatiently(socks, name, onion);
    try {
      const body = form && new URLSearchParams(form).toString();
      const headers = {
        ...{ host: onion, connection: "close" },
        ...(form && { origin: `http://${onion}`, "content-type": "application/x-www-form-urlencoded" }),
      };
      const asked = request({ method, path, headers, createConnection: () => socket });
      const [answer] = (await once(asked.end(body), "response")) as [IncomingMessage];
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      const all = Object.entries(answer.headers).flatMap(([key, value]) => (value ? [[key, String(value)]] : []));
      const html = Buffer.concat(chunks).toString();
      return { status: answer.statusCode ?? 0, headers: new Headers(all as [string, string][]), html };
    } finally {
      socket.destroy();
    }
  };
  return { get: (path) => ask("GET", path), post: (path, form) => ask("POST", path, form) };
}

/** A circuit that cannot be built on a busy machine is built again: nothing was sent yet. */
async function connectPatiently(socks: number, name: string, host: string): Promise<Socket> {
  for (let left = 4; ; left--) {
    try {
      return await connectOverTor(socks, name, host);
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

/** SOCKS 5 (RFC 1928) with a name and a password (RFC 1929). */
async function connectOverTor(socks: number, name: string, host: string): Promise<Socket> {
  const socket = connect(socks, "127.0.0.1");
  socket.on("error", () => {}).setTimeout(120_000, () => socket.destroy());
  const text = (value: string) => [value.length, ...Buffer.from(value)];
  await once(socket, "connect");
  // Tor prefers the second way, by which it tells people apart. A proxy that does not takes the first.
  socket.write(Buffer.from([5, 2, 0, 2]));
  if ((await read(socket, 2))[1] === 2) {
    socket.write(Buffer.from([1, ...text(name), ...text("-")]));
    await read(socket, 2);
  }
  socket.write(Buffer.from([5, 1, 0, 3, ...text(host), 0, 80]));
  const [, code = 1] = await read(socket, 10);
  if (code === 0) return socket;
  socket.destroy();
  throw new Error(`Tor cannot reach the onion service (SOCKS ${code})`);
}
