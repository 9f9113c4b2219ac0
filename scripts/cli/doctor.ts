import { believeClock } from "../form-service/clock-check.ts";
import { systemClock } from "../outside/clock.ts";
import { formatFinding } from "../outside/mail-domain-check.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { runCommand, usageError } from "./command.ts";
import { findHere, findServed } from "./start/findings.ts";

const HELP = `
usage: npm run doctor [-- --clock-is-right]
       npm run doctor -- served [--socks HOST:PORT]

Looks whether this machine, the settings and the content are fit for npm start, and says what to do where they are not:
also whether a sheet is stuck, whether people are told who is responsible, and whether a day that the pages promise comes
soon (!) or is over (✕), whether main's history has to be erased (.github/erasing.md), and whether the exits of Tor are known.
With a mail server it asks the DNS whether the sender's domain has what lets mail arrive, and prints the records to publish.

  --clock-is-right   says so where days that the campaign has had contradict the clock, as after a long standstill; a
                     service that runs takes forms and deletes again within a minute
  served             asks the public addresses and the onion service as a visitor does, and says what is wrong there
  --socks HOST:PORT  where a Tor answers that asks the onion service (default: 127.0.0.1:9050)`;

const OPTIONS = {
  "clock-is-right": { type: "boolean" },
  socks: { type: "string", default: "127.0.0.1:9050" },
} as const;

await runCommand(HELP, OPTIONS, async ({ positionals: [what, ...rest], values }) => {
  if (rest.length > 0 || (what !== undefined && what !== "served")) throw usageError("it takes no other names", HELP);
  const settings = currentSettings();
  if (values["clock-is-right"]) return console.log(await believeClock(settings, systemClock));
  const findings = what === "served" ? await findServed(settings, values.socks) : await findHere(settings);
  for (const finding of findings) console.log(formatFinding(finding));
  if (findings.some(({ mend }) => mend !== undefined)) process.exitCode = 1;
});
