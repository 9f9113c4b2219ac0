import { believeClock } from "../form-service/clock-check.ts";
import { systemClock } from "../outside/clock.ts";
import { type Finding, formatFinding } from "../outside/mail-domain-check.ts";
import type { Settings } from "../outside/settings.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { checkLetter } from "../site/content-check.ts";
import { runCommand, usageError } from "./command.ts";
import { findHere, findServed } from "./start/findings.ts";

const HELP = `
usage: npm run doctor [-- --clock-is-right]
       npm run doctor -- content
       npm run doctor -- served [--socks HOST:PORT]

Looks whether this machine, the settings and the content are fit for npm start, and says what to do where they are not:
also whether a sheet is stuck, whether people are told who is responsible, and whether a day that the pages promise comes
soon (!) or is over (✕), whether main's history has to be erased (.github/erasing.md), and whether the exits of Tor are known.
With a mail server it asks the DNS whether the sender's domain has what lets mail arrive, and prints the records to publish.

  --clock-is-right   says so where days that the campaign has had contradict the clock, as after a long standstill; a
                     service that runs takes forms and deletes again within a minute
  content            looks whether the letter in content/ may go live: names each missing file, placeholder and text without
                     a translation, and what is left of the letter that was there before; content/README.md is the list
  served             asks the public addresses and the onion service as a visitor does, and says what is wrong there
  --socks HOST:PORT  where a Tor answers that asks the onion service (default: 127.0.0.1:9050)`;

const OPTIONS = {
  "clock-is-right": { type: "boolean" },
  socks: { type: "string", default: "127.0.0.1:9050" },
} as const;

await runCommand(HELP, OPTIONS, async ({ positionals: [what, ...rest], values }) => {
  if (rest.length > 0 || ![undefined, "served", "content"].includes(what))
    throw usageError("it takes no other names", HELP);
  const settings = currentSettings();
  if (values["clock-is-right"]) return console.log(await believeClock(settings, systemClock));
  const findings = await find(what, settings, values.socks);
  for (const finding of findings) console.log(formatFinding(finding));
  if (findings.some(({ mend }) => mend !== undefined)) process.exitCode = 1;
});

function find(what: string | undefined, settings: Settings, socks: string): Promise<Finding[]> {
  if (what === "content") return checkLetter("content");
  return what === "served" ? findServed(settings, socks) : findHere(settings);
}
