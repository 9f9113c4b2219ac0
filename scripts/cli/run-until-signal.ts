import { LetterError } from "../letter/error.ts";

/** A form service that listens, as far as a command that starts it is concerned. */
export type Running = { readonly port: number };

/** Says that a port is taken where a start failed for that. */
export function explainPort(port: number): (cause: NodeJS.ErrnoException) => never {
  return (cause) => {
    if (cause.code !== "EADDRINUSE") throw cause;
    throw new LetterError("port", `port ${port} is taken: stop what listens there, or set PORT to another number`);
  };
}

/**
 * Says that the service is ready once it answers, and resolves when a signal has come and everything has been closed; a
 * second signal ends the process at once.
 */
export async function runUntilSignal(service: Running, introduction: string, close: () => Promise<void>) {
  const stopped = stopOnSignal(close);
  const origin = `http://localhost:${service.port}`;
  const response = await fetch(`${origin}/readyz`, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new LetterError("start", "the form service does not answer; its log above says why");
  console.log(introduction);
  console.log(`ready ${origin}/`);
  await stopped;
  // What still waits for somebody elsewhere must not keep the process.
  setTimeout(() => process.exit(), 500).unref();
}

function stopOnSignal(close: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    let stopping = false;
    const stop = () => {
      if (stopping) process.exit(1);
      stopping = true;
      console.log("stopping …");
      close().then(resolve, reject);
    };
    process.on("SIGINT", stop).on("SIGTERM", stop);
  });
}
