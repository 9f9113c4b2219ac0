import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { ClockWatch } from "../../form-service/store/clock-watch.ts";
import { NO_FORM } from "../../form-service/web/operation-routes.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { VERSION } from "../../outside/programs/version.ts";

/** A form service that listens, as far as a command that starts it is concerned. */
export type Running = { readonly host: string; readonly port: number };

/** Says what is wrong with a port or the address where a start failed for that. */
export function explainPort({
  host,
  port,
  metricsPort,
  onionPort,
}: Running & { readonly metricsPort?: number | undefined; readonly onionPort?: number | undefined }): (
  cause: NodeJS.ErrnoException & { port?: number },
) => never {
  return (cause) => {
    if (cause.code === "EADDRNOTAVAIL")
      throw new LetterError("host", `HOST: ${host} is no address of this machine; write 0.0.0.0 or :: for all it has`);
    if (cause.code !== "EADDRINUSE") throw cause;
    const others: Record<string, number | undefined> = { METRICS_PORT: metricsPort, ONION_PORT: onionPort };
    const [name, taken] = Object.entries(others).find(([, other]) => other === cause.port) ?? ["PORT", port];
    throw new LetterError("port", `port ${taken} is taken: stop what listens there, or set ${name} to another number`);
  };
}

/** Where a browser on this machine finds what listens there. */
export function originOf({ host, port }: Running): string {
  if (["127.0.0.1", "0.0.0.0", "::"].includes(host)) return `http://localhost:${port}`;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** What an operator, a supervisor or a closing terminal sends to end a program. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Milliseconds that a service has to come to its end. What hangs, such as a build, is killed then, and done at the next start. */
const PATIENCE = 9_000;

/**
 * Lets a signal end a start that is not yet ready, with everything it has started: without it, a build of the site would
 * go on.
 */
export function endOnSignal(): void {
  for (const signal of SIGNALS) process.once(signal, endAtOnce);
  // A terminal that was closed takes no more lines, and a line that is not taken must not end the process on its way out.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

function endAtOnce(): never {
  process.exit(1);
}

/** Says on the terminal what contradicts the clock at the start, so that nobody who starts the service has to look into a log. */
export function tellDoubt(watch: Pick<ClockWatch, "judge">): void {
  const { reason, mayDate, wait } = watch.judge();
  if (reason === "") return;
  console.error(`warning: ${reason}`);
  const until = wait > 0 ? `, for ${Math.ceil(wait / 60_000)} minutes at least` : "";
  console.error(`meanwhile nothing is deleted for its age${mayDate ? "" : `, and no form is taken${until}`}`);
}

/**
 * Says that the service is ready once it answers, and resolves when a signal has come and everything has been closed; a
 * second signal ends the process at once.
 */
export async function runUntilSignal(service: Running, introduction: string, close: () => Promise<void>) {
  const stopped = stopOnSignal(close);
  const origin = originOf(service);
  await assertAnswers(origin).catch(async (cause) => {
    // A service that went on listening would look like one that has started.
    await close().catch(() => {});
    throw cause;
  });
  console.log(`undersigned ${VERSION}\n${introduction}`);
  console.log(`ready ${origin}/`);
  await stopped;
  // What still waits for somebody elsewhere must not keep the process.
  setTimeout(() => process.exit(), 500).unref();
}

async function assertAnswers(origin: string): Promise<void> {
  const { status, said } = await askHere(`${origin}/readyz`);
  // A doubted clock is no reason to end: the pages are up, people can withdraw, and it may resolve itself.
  const reason = status === 200 ? undefined : said.trim();
  if (reason !== undefined && !reason.startsWith(NO_FORM))
    throw new LetterError("start", `the form service could take no form: ${reason}; its log above may say more`);
}

/** Asks this machine itself: the proxy that the environment may name leads elsewhere, and would see the request. */
async function askHere(address: string): Promise<{ status: number | undefined; said: string }> {
  const agent = new Agent();
  const asked = get(address, { agent, signal: AbortSignal.timeout(10_000) });
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return { status: answer.statusCode, said: await text(answer) };
}

/** Resolves when a signal has come and everything has been closed; a second signal ends the process at once. */
export function stopOnSignal(close: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    let stopping = false;
    const stop = () => {
      if (stopping) process.exit(1);
      stopping = true;
      console.log("stopping …");
      const late = setTimeout(() => {
        console.log("something did not come to its end, and was ended: it is done again at the next start");
        process.exit();
      }, PATIENCE);
      late.unref();
      close().then(resolve, reject);
    };
    for (const signal of SIGNALS) process.off(signal, endAtOnce).on(signal, stop);
  });
}
