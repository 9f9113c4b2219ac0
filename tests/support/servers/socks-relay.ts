import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { openDirection, type SlowLine } from "./slow-line.ts";

/** A SOCKS 5 proxy as Tor's, which notes what it was asked for, and leads there or refuses. */
export type SocksRelay = {
  readonly port: number;
  /** `HOST:PORT` of each connection */
  readonly asked: string[];
  close(): Promise<void>;
};

/**
 * @param lead where a connection to this host leads: a port of this machine, or a SOCKS proxy; undefined: nowhere
 * @param line what is between the browser and the proxy; a wire unless told
 */
export async function startSocksRelay(
  lead: (host: string, port: number) => { port: number; socks?: boolean } | undefined,
  line?: SlowLine,
): Promise<SocksRelay> {
  const asked: string[] = [];
  const directions = line && { up: openDirection(line), down: openDirection(line) };
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => {}).on("close", () => open.delete(socket));
    void serve(socket).catch(() => socket.destroy());
  });
  async function serve(socket: Socket) {
    const [, methods = 0] = await read(socket, 2);
    await read(socket, methods);
    socket.write(Buffer.from([5, 0]));
    const head = await read(socket, 4);
    const size = head[3] === 3 ? await read(socket, 1) : Buffer.alloc(0);
    const name = await read(socket, head[3] === 3 ? size[0]! : head[3] === 4 ? 16 : 4);
    const port = await read(socket, 2);
    const host = head[3] === 3 ? name.toString() : [...name].join(".");
    asked.push(`${host}:${port.readUInt16BE()}`);
    const to = lead(host, port.readUInt16BE());
    if (to === undefined) return void socket.end(Buffer.from([5, 4, 0, 1, 0, 0, 0, 0, 0, 0]));
    if (line) await sleep(line.milliseconds);
    const next = connect(to.port, "127.0.0.1");
    open.add(next);
    next.on("error", () => socket.destroy()).on("close", () => open.delete(next));
    await once(next, "connect");
    if (to.socks) {
      next.write(Buffer.from([5, 1, 0]));
      await read(next, 2);
      next.write(Buffer.concat([head, size, name, port]));
    } else socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
    if (directions === undefined) return void socket.pipe(next).pipe(socket);
    const { up, down } = directions;
    await Promise.all([pipeline(socket, up(), next), pipeline(next, down(), socket)]);
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** Reads exactly so many bytes, and leaves what follows to the next reader. */
export async function read(socket: Socket, count: number): Promise<Buffer> {
  if (count === 0) return Buffer.alloc(0);
  for (;;) {
    const bytes = socket.read(count) as Buffer | null;
    if (bytes !== null) return bytes;
    if (socket.destroyed || socket.readableEnded) throw new Error("the connection has ended");
    await new Promise<void>((resolve) => {
      const go = () => {
        socket.off("readable", go).off("close", go);
        resolve();
      };
      socket.on("readable", go).on("close", go);
    });
  }
}
