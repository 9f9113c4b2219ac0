import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** The connections of a server: how many there may be, and which one goes when another comes. */
export type Connections = {
  /** From now on none is kept: what waits for a request goes at once, every other with its answer. */
  end(): void;
};

/**
 * Holds a server to `most` connections at once, since a process has a limited number of files.
 *
 * A new one is not turned away for those that ask for nothing: otherwise anybody could keep everybody out by opening
 * connections and saying nothing, or half a request, again after each time-out. Where there are too many, one goes:
 *
 * 1. which has waited for the rest of a request for `grace` milliseconds or more (a browser sends its request at once);
 * 2. which waits between two requests, as proxies keep theirs;
 * 3. which waits for the rest of a request, however short: so many have come within `grace`;
 * 4. whose answer has been on its way for long: a client that reads nothing.
 *
 * Of each kind it is the one that has waited longest.
 */
export function holdConnections(server: Server, most: number, grace = 2_000): Connections {
  // A set keeps the order in which it was filled: the first has waited longest.
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
    // The rest of a form may be long in coming: until it is there, the client is the one who is waited for.
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
