import type { Server } from "node:http";
import type { Socket } from "node:net";
import { parseAddress } from "../../outside/network-address.ts";
import type { ByTor } from "../limits/client.ts";

/**
 * Makes an HTTP server one that only the Tor program of this machine leads to. With `HiddenServiceExportCircuitID haproxy`
 * it writes a line before the first request of each connection, which tells the connections of one circuit from those of
 * another (the PROXY protocol, version 1):
 *
 *     PROXY TCP6 fc00:dead:beef:4dad::0:29 ::1 65535 42
 *
 * The line belongs to the connection. A visitor writes only what comes after it, and through no other port can anybody
 * write one that counts. Without it the visitor comes over Tor too, on a circuit that nobody knows.
 *
 * @param patience milliseconds until the line must be there
 * @param missing is called once, when a connection begins without it
 * @returns what is known of a connection
 */
export function openTorDoor(
  server: Server,
  { patience, missing }: { patience: number; missing: () => void },
): (socket: object) => ByTor | undefined {
  const known = new WeakMap<object, ByTor>();
  let miss: (() => void) | undefined = missing;
  const serve = server.listeners("connection") as ((socket: Socket) => void)[];
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) =>
    readPreface(socket, patience, (line) => {
      if (line === undefined) {
        miss?.();
        miss = undefined;
      }
      known.set(socket, { circuit: line === undefined ? undefined : parseCircuit(line) });
      for (const listener of serve) listener.call(server, socket);
    }),
  );
  return (socket) => known.get(socket);
}

/** How the line begins, and how long it is at most, with its end (haproxy, proxy-protocol.txt §2.1). */
const [BEGIN, LONGEST] = ["PROXY ", 107];

/** Takes the first line off a connection if it is Tor's, and leaves what follows to the server. */
function readPreface(socket: Socket, patience: number, then: (line: string | undefined) => void): void {
  let head = Buffer.alloc(0);
  const drop = () => socket.destroy();
  const late = setTimeout(drop, patience);
  const leave = () => clearTimeout(late);
  const finish = (line: string | undefined, length: number) => {
    clearTimeout(late);
    socket.off("readable", look).off("error", drop).off("close", leave);
    if (head.length > length) socket.unshift(head.subarray(length));
    then(line);
  };
  const look = () => {
    const more = socket.read() as Buffer | null;
    if (more === null) return;
    head = Buffer.concat([head, more]);
    const text = head.toString("latin1");
    if (!text.startsWith(BEGIN.slice(0, text.length))) return finish(undefined, 0);
    const end = text.indexOf("\r\n");
    if (end >= 0 && end + 2 <= LONGEST) return finish(text.slice(0, end), end + 2);
    if (text.length >= LONGEST) drop();
  };
  socket.on("readable", look).on("error", drop).on("close", leave);
}

/** Returns the number of the circuit, as an address that Tor makes of it; undefined where Tor does not know it either. */
export function parseCircuit(line: string): string | undefined {
  const [, text = ""] = /^PROXY TCP6 (\S{1,39}) \S{1,39} \d{1,5} \d{1,5}$/.exec(line) ?? [];
  const address = parseAddress(text);
  return address?.startsWith(PREFIX) && address !== `${PREFIX}0:0:ffff:ffff` ? address : undefined;
}

/** Nobody's network: Tor writes the number of the circuit into its last 32 bits, all of them set where there is none. */
const PREFIX = "fc00:dead:beef:4dad:";
