import { relative } from "node:path";
import { acceptAll } from "../actions/acceptance.ts";
import { startFormService } from "../form-service/main.ts";
import { every } from "../form-service/rounds.ts";
import { dayOf } from "../letter/day.ts";
import { LetterError } from "../letter/error.ts";
import { systemClock } from "../outside/clock.ts";
import { lockDataFolder } from "../outside/data-folder.ts";
import { openLog } from "../outside/log.ts";
import { systemRandom } from "../outside/random.ts";
import { readSettings } from "../outside/settings.ts";
import { readContent } from "../site/read-content.ts";
import { siteContext } from "../site/views/context.ts";
import { runCommand, usageError } from "./command.ts";
import { openLocalCampaign } from "./local-campaign.ts";
import { openLocalSite } from "./local-site.ts";

const HELP = `
usage: npm start

Runs a whole campaign on this machine: letter, form, captured mail, filing, acceptance, list, ledger. What is missing
in DATA_DIR (default: .data) is made, what is there goes on. Ctrl-C ends everything. Settings: see README.md.`;

// Approvals may come from another process, and withdrawals need none: main is looked at this often.
const ACCEPT_EVERY = 1000;

await runCommand(HELP, {}, async ({ positionals }) => {
  if (positionals.length > 0) throw usageError("it takes no names", HELP);
  const settings = readSettings(process.env);
  const lock = await lockDataFolder(settings.dataDir);
  const [clock, random] = [systemClock, systemRandom];
  const log = openLog(clock);
  const content = await readContent("content");
  const { host, keys, acceptor } = await openLocalCampaign("make");
  const site = openLocalSite(settings.dataDir, keys.publicKeys);

  let seen = "";
  const acceptAndPublish = async () => {
    const refs = await host.refs();
    if (refs === seen) return;
    const { main, outcomes } = await acceptAll({ ...acceptor, day: dayOf(clock.now()) });
    for (const outcome of outcomes)
      if (outcome.state === "invalid") log.warn({ reason: outcome.reason }, "a sheet breaks a rule");
    await site.publish(main);
    seen = refs;
  };
  console.log("building the site …");
  await acceptAndPublish();

  const context = siteContext({ content, settings, keys: keys.publicKeys, at: "service" });
  const service = await startFormService({
    ...{ settings, keys, clock, random, log },
    gitHost: host,
    site: () => context,
    siteFolder: site.folder,
  }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "EADDRINUSE") throw cause;
    throw new LetterError(
      "port",
      `port ${settings.port} is taken: stop what listens there, or set PORT to another number`,
    );
  });
  const rounds = every(ACCEPT_EVERY, log, acceptAndPublish);
  const stopped = stopOnSignal(async () => {
    await Promise.all([rounds.stop(), service.close()]);
    lock.release();
  });

  const origin = `http://localhost:${service.port}`;
  await answer(`${origin}/readyz`);
  console.log(introduction(shortest(settings.dataDir), origin, keys.demoCustodian, settings.mail.kind === "capture"));
  console.log(`ready ${origin}/`);
  await stopped;
});

function introduction(dataDir: string, origin: string, demo: boolean, captured: boolean): string {
  const lines = [`keys, database, repository and site lie in ${dataDir}`];
  if (captured) lines.push(`mail is captured, not sent: ${origin}/inbox/`);
  if (demo)
    lines.push(
      `for trying out only: the contact details are sealed for demonstration keys in ${dataDir}/demo-custodian`,
    );
  lines.push("review what is pending, in another terminal: npm run moderate -- list");
  return lines.join("\n");
}

function shortest(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith("..") ? path : fromHere || ".";
}

async function answer(address: string): Promise<void> {
  const response = await fetch(address, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new LetterError("start", "the form service does not answer; its log above says why");
}

/** Resolves when a signal has come and everything has been closed; a second signal ends the process at once. */
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
