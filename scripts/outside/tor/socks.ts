import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { connect as connectSecurely } from "node:tls";
import { LetterError } from "../../letter/bytes/error.ts";

/** Where a Tor program of this machine takes connections (SOCKS 5, RFC 1928). */
export type SocksProxy = { readonly host: string; readonly port: number };

/** Asks an address, as `fetch` does. The answer's `url` is where redirects have led. */
export type Get = (url: URL, signal: AbortSignal) => Promise<Response>;

/** Parses `HOST:PORT`. @throws LetterError `socks` */
export function parseSocks(text: string): SocksProxy {
  const [, host, port] = /^([\w.-]+|\[[\da-f:]+\]):(\d{1,5})$/i.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535)
    throw new LetterError(
      "socks",
      "--socks: write HOST:PORT, such as 127.0.0.1:9050 (Tor) or 127.0.0.1:9150 (Tor Browser)",
    );
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}

const MOST_REDIRECTS = 5;

/**
 * Returns what asks through Tor. The name of a host goes to Tor as it is, so that no other network learns it.
 *
 * @throws LetterError `socks` from each call, when no Tor answers there or it cannot reach the host
 */
export function getOverSocks(proxy: SocksProxy): Get {
  return async (url, signal) => {
    for (let [place, left] = [url, MOST_REDIRECTS]; ; left--) {
      const answer = await getOnce(place, proxy, signal);
      const location = answer.headers.get("location");
      if (location === null || answer.status < 300 || answer.status > 399 || left === 0)
        return Object.defineProperty(answer, "url", { value: place.href });
      await answer.body?.cancel();
      place = new URL(location, place);
    }
  };
}

async function getOnce(url: URL, proxy: SocksProxy, signal: AbortSignal): Promise<Response> {
  const secure = url.protocol === "https:";
  const port = Number(url.port || (secure ? 443 : 80));
  const socket = await connectOverSocks(proxy, url.hostname, port, signal);
  const stream = secure ? connectSecurely({ socket, servername: url.hostname }) : socket;
  const asked = request({
    ...{ method: "GET", path: url.pathname + url.search, headers: { host: url.host, connection: "close" }, signal },
    createConnection: () => stream,
  });
  const [answer] = (await once(asked.end(), "response")) as [IncomingMessage];
  const headers = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const { statusCode: status = 0 } = answer;
  const hasBody = ![204, 205, 304].includes(status);
  return new Response(hasBody ? (Readable.toWeb(answer) as ReadableStream) : null, { status, headers });
}

/** Opens a connection through a SOCKS 5 proxy, without a name or a password. */
async function connectOverSocks(proxy: SocksProxy, host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const socket = connect(proxy);
  const stop = () => socket.destroy(new Error("it took too long"));
  signal.addEventListener("abort", stop, { once: true });
  try {
    await once(socket, "connect", { signal });
  } catch (cause) {
    throw new LetterError("socks", `no Tor answers at ${proxy.host}:${proxy.port}: start it, or name another --socks`, {
      cause,
    });
  }
  try {
    socket.write(Buffer.from([5, 1, 0]));
    const [version, method] = await readBytes(socket, 2);
    if (version !== 5 || method !== 0)
      throw new LetterError("socks", `${proxy.host}:${proxy.port} is no SOCKS 5 proxy`);
    const name = Buffer.from(host);
    socket.write(Buffer.concat([Buffer.from([5, 1, 0, 3, name.length]), name, Buffer.from([port >> 8, port & 255])]));
    const [, code = 1, , kind = 1] = await readBytes(socket, 4);
    if (code !== 0) throw new LetterError("socks", `Tor cannot reach ${host} (SOCKS ${code})`);
    const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await readBytes(socket, 1))[0] ?? 0);
    await readBytes(socket, length + 2);
    return socket;
  } catch (cause) {
    socket.destroy();
    if (cause instanceof LetterError) throw cause;
    throw new LetterError("socks", `Tor cannot reach ${host}`, { cause });
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Reads exactly so many bytes, and leaves what follows to the next reader. */
async function readBytes(socket: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const bytes = socket.read(count) as Buffer | null;
    if (bytes !== null) return bytes;
    if (socket.readableEnded || socket.destroyed) throw new Error("the connection has ended");
    await Promise.race([once(socket, "readable"), once(socket, "close")]);
  }
}
