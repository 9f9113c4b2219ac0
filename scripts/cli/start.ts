import { assertNeutralSender } from "../outside/mail-sender.ts";
import { currentSettings } from "../outside/settings-file.ts";
import { runCommand, usageError } from "./command.ts";
import { startOnGitHub } from "./start/on-github.ts";
import { startLocally } from "./start/on-this-machine.ts";
import { endOnSignal } from "./start/run-until-signal.ts";

const HELP = `
usage: npm start [-- --new-database | --moved]

Runs a whole campaign on this machine: letter, form, captured mail, filing, acceptance, list, ledger. What is missing
in DATA_DIR (default: .data) is made, what is there goes on. Ctrl-C ends everything. Settings: see README.md.

With GIT_HOST=github:OWNER/REPOSITORY it runs the form service alone, which files sheets there as pull requests:
moderators review them on GitHub, and the workflows accept and publish.

  --new-database  goes on without the database of before, when it is lost and there is no backup: the contact details are
                  lost, and people may sign twice. Without it a start on an empty database is refused once main has
                  signatures
  --moved         says that DATA_DIR was moved here from where a service was not stopped, and that none runs there`;

const WORD = { type: "boolean", default: false } as const;
const OPTIONS = { "new-database": WORD, moved: WORD } as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals }) => {
  if (positionals.length > 0) throw usageError("it takes no names", HELP);
  endOnSignal();
  const settings = currentSettings();
  assertNeutralSender(settings);
  const { gitHost } = settings;
  const newDatabase = values["new-database"];
  await (gitHost.kind === "local"
    ? startLocally(settings, { newDatabase, isMoved: values.moved })
    : startOnGitHub(settings, gitHost, { newDatabase }));
});
