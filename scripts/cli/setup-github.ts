import { z } from "zod";
import { LetterError } from "../letter/bytes/error.ts";
import { systemClock } from "../outside/clock.ts";
import { openGitHub } from "../outside/github/api.ts";
import { formatSurvey, isAsItShould, setUpGitHub, surveyAsJson } from "../outside/github/setup/comparison.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run setup:github -- --repo OWNER/REPO [--apply] [--public] [--json]

Shows how the settings of a campaign's repository on GitHub, and of the organisation around it, differ from what they
should be, and why it matters. Changes nothing without --apply.

  --repo    the repository of an organisation, with this project on its main
  --apply   changes what can be changed from here; what is stricter than it has to be stays as it is
  --public  the repository is meant to be public: everybody can read what waits for review
  --json    { repository, visibility, plan, ok, changed, settings: [{ group, name, state, is, should, otherwise, byHand }] }

  ✓ as it should be   ✕ different   – not offered by the account's plan   ? not shown by GitHub: see for yourself
Exit code 0 when nothing is ✕ or –, else 1.

GITHUB_TOKEN holds a fine-grained token of one of the organisation's owners (github.com/settings/personal-access-tokens;
resource owner: the organisation; this one repository; valid for a day) with these permissions:
  repository:    Administration, Environments, Pages, Variables: read and write; Actions, Contents, Secrets: read
  organisation:  Administration: read and write; Members: read
It is printed nowhere. Delete it when you are done. The Apps are made by hand: .github/apps.md.`;

const OPTIONS = {
  repo: { type: "string" },
  apply: { type: "boolean" },
  public: { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** Whose account speaks, and where GitHub is; nothing that a campaign is set up with. */
const ENVIRONMENT = z.object({ GITHUB_TOKEN: z.string().optional(), GITHUB_API_URL: z.string().optional() });

await runCommand(HELP, OPTIONS, async ({ values, positionals }) => {
  const { repo, json } = values;
  const { GITHUB_TOKEN: token, GITHUB_API_URL: apiUrl } = ENVIRONMENT.parse(process.env);
  if (positionals.length > 0 || repo === undefined || !/^[\w.-]+\/[\w.-]+$/.test(repo)) {
    throw usageError("name one repository as OWNER/REPO", HELP);
  }
  if (!token) throw new LetterError("environment", "GITHUB_TOKEN is not set; --help says which token it has to be");
  const api = openGitHub({ repository: repo, as: { token }, clock: systemClock, ...(apiUrl ? { apiUrl } : {}) });
  const wanted = { isPublic: values.public === true, apply: values.apply === true };
  const { survey, changed } = await setUpGitHub(api, wanted, (line) => {
    if (!json) console.log(line);
  });
  console.log(json ? surveyAsJson(repo, survey, changed) : formatSurvey(repo, survey));
  if (!isAsItShould(survey)) process.exitCode = 1;
});
