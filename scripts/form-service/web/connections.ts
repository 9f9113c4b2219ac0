import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** The connections of a server: how many there may be, and which one is closed when another comes. */
export type Connections = {
  /** From now on no connection is kept: those that wait for a request close at once, the others after their answer. */
  end(): void;
};

/**
 * Limits a server to `most` connections at a time, because a process has a limited number of files.
 *
 * A new connection is not refused in favour of silent ones: otherwise a client could keep out all others by opening
 * connections and sending nothing, or half a request, again after each time-out. At the limit, one is closed:
 *
 * 1. one that has waited for the rest of a request for `grace` milliseconds or more (browsers send theirs at once);
 * 2. one that waits between two requests, as proxies keep theirs;
 * 3. one that waits for the rest of a request, however short: so many have come within `grace`;
 * 4. one whose answer has been on its way for long: a client that reads nothing.
 *
 * Of each kind it is the one that has waited longest.
 */
export function holdConnections(server: Server, most: number, grace = 2_000): Connections {
  // A set keeps its insertion order: the first has waited longest.
  const asking = new Set<Socket>();
  const idle = new Set<Socket>();
  const answered = new Set<Socket>();
  const states = [asking, idle, answered];
  const since = new WeakMap<Socket, number>();
  const answers = new Map<Socket, ServerResponse>();
  let ending = false;

  const forget = (socket: Socket) => {
    for (const state of states) state.delete(socket);
  };
  const move = (socket: Socket, state: Set<Socket>) => {
    forget(socket);
    if (socket.destroyed) return;
    since.set(socket, performance.now());
    state.add(socket);
  };
  const drop = (socket: Socket) => {
    forget(socket);
    socket.destroy();
  };
  const longest = (state: Set<Socket>, least: number): Socket | undefined => {
    const [first] = state;
    return first && performance.now() - (since.get(first) ?? 0) >= least ? first : undefined;
  };

  server.on("connection", (socket: Socket) => {
    if (socket.destroyed) return;
    if (asking.size + idle.size + answered.size >= most) {
      const goes =
        longest(asking, grace) ?? longest(idle, 0) ?? longest(asking, 0) ?? longest(answered, 5 * grace) ?? socket;
      drop(goes);
      if (goes === socket) return;
    }
    move(socket, asking);
    socket.once("close", () => forget(socket));
  });

  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const { socket, headers } = request;
    answers.set(socket, response);
    if (ending) response.shouldKeepAlive = false;
    const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
    // The rest of a form may take long: until it is there, the server is waiting for the client.
    if (hasBody) request.once("end", () => answers.get(socket) === response && move(socket, answered));
    else move(socket, answered);
    response.once("close", () => {
      if (answers.get(socket) !== response) return;
      answers.delete(socket);
      if (ending) socket.destroySoon();
      else move(socket, idle);
    });
  });

  return {
    end() {
      ending = true;
      for (const response of answers.values()) response.shouldKeepAlive = false;
      for (const socket of [...idle, ...asking]) if (!answers.has(socket)) drop(socket);
    },
  };
}
