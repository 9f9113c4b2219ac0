import { assertNeutralSender } from "../outside/mail-sender.ts";
import { readSettings } from "../outside/settings.ts";
import { runCommand, usageError } from "./command.ts";
import { startOnGitHub } from "./start/on-github.ts";
import { startLocally } from "./start/on-this-machine.ts";

const HELP = `
usage: npm start

Runs a whole campaign on this machine: letter, form, captured mail, filing, acceptance, list, ledger. What is missing
in DATA_DIR (default: .data) is made, what is there goes on. Ctrl-C ends everything. Settings: see README.md.

With GIT_HOST=github:OWNER/REPOSITORY it runs the form service alone, which files sheets there as pull requests:
moderators review them on GitHub, and the workflows accept and publish.`;

await runCommand(HELP, {}, async ({ positionals }) => {
  if (positionals.length > 0) throw usageError("it takes no names", HELP);
  const settings = readSettings(process.env);
  assertNeutralSender(settings);
  const { gitHost } = settings;
  await (gitHost.kind === "local" ? startLocally(settings) : startOnGitHub(settings, gitHost));
});
