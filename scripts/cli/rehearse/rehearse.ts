import { readFile } from "node:fs/promises";
import { parseAnswers } from "../../accept/rehearsal/answers.ts";
import { rehearseThrowAway } from "../../accept/rehearsal/sitting.ts";
import { STEPS } from "../../accept/rehearsal/steps.ts";
import { runCommand, usageError } from "../command.ts";
import { openStage } from "./open-stage.ts";
import { askOnTerminal } from "./terminal-people.ts";

const HELP = `
usage: npm run rehearse -- --repo OWNER/REPO [--attestation-key FILE] [--out FILE] [--answers FILE] [--again STEP] [--public] [--json]

Leads two organisers and two moderators through .github/rehearsal.md on a throw-away repository with invented names: files
sheets and hostile ones, starts workflows, waits and compares, and asks for what only people can do. Enter goes on, s REASON
skips, anything else is what was seen instead. It can be ended at any time; the same command goes on where it ended, and
tries again what has failed.

  --repo             private, and with the word rehearsal in its name or the topic undersigned-rehearsal
  --attestation-key  the key of that campaign, made for it and used for no other; by default keys/attestation.key in DATA_DIR
  --out              the report, rehearsal.md by default; FILE.json beside it is where it goes on from
  --answers          a file in place of the terminal: { "repository": "OWNER/REPO", "steps": { STEP: "done", "*": "skip: …" } }
  --again            tries a step again that has an outcome
  --public           the repository is meant to be public
  --json             prints { repository, day, outcomes: [{ id, state, seen }] } at the end
Exit code 0 when no step has failed and none is left, else 1.

GITHUB_TOKEN holds a fine-grained token of an owner as npm run setup:github needs it, and besides with
  repository:  Contents, Actions, Pull requests: read and write
FILE_APP_ID and FILE_APP_KEY are those of the file App (.github/apps.md). No key, token, account or name is in the report.`;

const [TEXT, WORD] = [{ type: "string" }, { type: "boolean", default: false }] as const;
const OPTIONS = {
  repo: TEXT,
  "attestation-key": TEXT,
  out: TEXT,
  answers: TEXT,
  again: TEXT,
  public: WORD,
  json: WORD,
};

await runCommand(HELP, OPTIONS, async ({ values, positionals }) => {
  const { repo, "attestation-key": keyFile, out = "rehearsal.md", answers, again, json } = values;
  if (positionals.length > 0 || repo === undefined || !/^[\w.-]+\/[\w.-]+$/.test(repo))
    throw usageError("name one repository as OWNER/REPO", HELP);
  if (again !== undefined && !STEPS.some(({ id }) => id === again)) throw usageError(`there is no step ${again}`, HELP);
  if (answers === undefined && !process.stdin.isTTY)
    throw usageError("there is nobody to ask: use a terminal, or --answers", HELP);
  const { stage, secrets, close } = await openStage(repo, { keyFile, isPublic: values.public, env: process.env });
  try {
    const asked = answers === undefined ? await askOnTerminal() : parseAnswers(await readFile(answers, "utf8"), STEPS);
    const sitting = { ...asked, out, again, secrets, say: (line: string) => console.error(line) };
    const { report, passed } = await rehearseThrowAway(stage, STEPS, sitting).finally(() => asked.close?.());
    if (json) console.log(report);
    if (!passed) process.exitCode = 1;
  } finally {
    await close();
  }
});
