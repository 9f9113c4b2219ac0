import { z } from "zod";
import { LetterError } from "../letter/bytes/error.ts";
import { systemClock } from "../outside/clock.ts";
import { openGitHub } from "../outside/github/api.ts";
import { applySettings } from "../outside/github/setup/apply.ts";
import { formatSetting, type Setting } from "../outside/github/setup/setting.ts";
import { type Survey, surveyGitHub } from "../outside/github/setup/survey.ts";
import { printable } from "../outside/terminal.ts";
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
  const look = () => surveyGitHub(api, values.public === true);
  const changed: string[] = [];
  let survey = await look();
  if (values.apply && allSettings(survey).some(({ state }) => state === "wrong")) {
    await applySettings(api, allSettings(survey), (line) => {
      changed.push(line);
      if (!json) console.log(printable(line));
    });
    if (!json) console.log();
    survey = await look();
  }
  console.log(json ? asJson(repo, survey, changed) : inWords(repo, survey));
  if (!isAsItShould(survey)) process.exitCode = 1;
});

function allSettings({ groups }: Survey): Setting[] {
  return groups.flatMap(({ settings }) => settings);
}

function isAsItShould(survey: Survey): boolean {
  return allSettings(survey).every(({ state }) => state === "right" || state === "unseen");
}

function inWords(repo: string, survey: Survey): string {
  const groups = survey.groups.filter(({ settings }) => settings.length > 0);
  const count = (...states: Setting["state"][]) =>
    allSettings(survey).filter(({ state }) => states.includes(state)).length;
  const sum = [
    `${count("right")} as they should be`,
    `${count("wrong")} that --apply changes`,
    `${count("by hand")} to do by hand`,
    `${count("not offered")} not offered by the plan`,
    `${count("unseen")} to see for yourself`,
  ];
  return [
    `${repo}: ${survey.visibility}, plan ${survey.plan}`,
    ...groups.map(({ title, settings }) =>
      [`\n${title}`, ...settings.map((one) => `  ${printable(formatSetting(one))}`)].join("\n"),
    ),
    `\n${sum.join(", ")}`,
  ].join("\n");
}

function asJson(repository: string, survey: Survey, changed: readonly string[]): string {
  const settings = survey.groups.flatMap(({ title, settings: list }) =>
    list.map(({ name, state, is, should, otherwise, byHand }) => {
      return { group: title, name, state, is, should, otherwise, byHand };
    }),
  );
  const { visibility, plan } = survey;
  return JSON.stringify({ repository, visibility, plan, ok: isAsItShould(survey), changed, settings }, undefined, 2);
}
