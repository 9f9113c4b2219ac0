import { printable } from "../../../letter/bytes/printable.ts";
import type { GitHubApi } from "../api.ts";
import { applySettings } from "./apply.ts";
import { formatSetting, type Setting } from "./setting.ts";
import { type Survey, surveyGitHub } from "./survey.ts";

/**
 * Compares a repository's settings with what they should be, and changes on request what can be changed from here.
 *
 * @param isPublic whether the repository is meant to be public
 * @param say gets a line for each change, and an empty one after the last
 * @returns the settings as they are now, and the lines
 */
export async function setUpGitHub(
  api: GitHubApi,
  { isPublic, apply }: { isPublic: boolean; apply: boolean },
  say: (line: string) => void,
): Promise<{ survey: Survey; changed: readonly string[] }> {
  const changed: string[] = [];
  const survey = await surveyGitHub(api, isPublic);
  if (!apply || allSettings(survey).every(({ state }) => state !== "wrong")) return { survey, changed };
  await applySettings(api, allSettings(survey), (line) => {
    changed.push(line);
    say(printable(line));
  });
  say("");
  return { survey: await surveyGitHub(api, isPublic), changed };
}

function allSettings({ groups }: Survey): Setting[] {
  return groups.flatMap(({ settings }) => settings);
}

/** Whether nothing is different, and nothing that is wanted is missing from the plan. */
export function isAsItShould(survey: Survey): boolean {
  return allSettings(survey).every(({ state }) => state === "right" || state === "unseen");
}

/** The survey in words, one line a setting. */
export function formatSurvey(repo: string, survey: Survey): string {
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

/** The survey as JSON, with what was changed. */
export function surveyAsJson(repository: string, survey: Survey, changed: readonly string[]): string {
  const settings = survey.groups.flatMap(({ title, settings: list }) =>
    list.map(({ name, state, is, should, otherwise, byHand }) => {
      return { group: title, name, state, is, should, otherwise, byHand };
    }),
  );
  const { visibility, plan } = survey;
  return JSON.stringify({ repository, visibility, plan, ok: isAsItShould(survey), changed, settings }, undefined, 2);
}
