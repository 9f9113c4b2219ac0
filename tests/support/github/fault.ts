import type { IncomingMessage, ServerResponse } from "node:http";

/** A request as it was met. `sends`: the second of the two requests of a push, which moves the refs. */
export type GitHubCall = {
  readonly operation: string;
  by: string;
  readonly at: number;
  status: number;
  readonly sends?: boolean;
};

/** What goes wrong with a request: an answer instead of the work, a cut connection, or a long wait. */
export type Fault =
  | { readonly status: number; readonly message?: string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly cut: "before" | "after" }
  | { readonly delay: number };

/** Lets a fault happen; true when the request is over. */
export async function meetFault(
  fault: Fault,
  call: GitHubCall,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if ("delay" in fault) {
    await new Promise((wake) => setTimeout(wake, fault.delay));
    return false;
  }
  if ("cut" in fault) {
    if (fault.cut === "after") return false;
    request.socket.destroy();
    return true;
  }
  call.status = fault.status;
  response.writeHead(fault.status, { "content-type": "application/json; charset=utf-8", ...fault.headers });
  response.end(JSON.stringify({ message: fault.message ?? "Server Error" }));
  return true;
}

/**
 * Faults for a share of the calls, all kinds in turn by a fixed row of numbers.
 *
 * @param share 0 to 1
 * @param seed the same seed, the same faults
 */
export function someFaults(share: number, seed: number): (call: GitHubCall) => Fault | undefined {
  let state = seed >>> 0 || 1;
  // xorshift32: enough for a test, and the same everywhere.
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const kinds: Fault[] = [
    { status: 500 },
    { status: 502 },
    { cut: "before" },
    { cut: "after" },
    { cut: "after" },
    { status: 403, message: "You have exceeded a secondary rate limit.", headers: { "retry-after": "1" } },
    { status: 403, message: "Forbidden" },
    { status: 429, message: "Too Many Requests", headers: { "retry-after": "1" } },
  ];
  return () => (next() < share ? kinds[Math.floor(next() * kinds.length)] : undefined);
}
