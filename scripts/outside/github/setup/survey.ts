import { LetterError } from "../../../letter/bytes/error.ts";
import type { Moderators } from "../../../letter/review/moderation.ts";
import { MODERATORS_PATH, parseModerators } from "../../../letter/review/moderators.ts";
import { sheetBranch } from "../../../letter/signature/sheet.ts";
import { CAMPAIGN_PATH } from "../../git/letter-files.ts";
import type { GitHubApi } from "../api.ts";
import { readActionsBudgets, readLastEditor } from "../costs.ts";
import { readEnvironment, readRepositoryVariables } from "../environments.ts";
import { type Organisation, readOrganisation } from "../organisation.ts";
import { readCodeOwnerErrors, readMainFile, readPeople } from "../people.ts";
import { readPages, readRepositorySettings } from "../repository-settings.ts";
import { isProtectedTheOldWay, readRulesInForce } from "../rules-in-force.ts";
import { readRulesets } from "../rulesets.ts";
import { actionsSettings } from "./actions-settings.ts";
import { type Apps, appSettings, findApps } from "./app-settings.ts";
import { costSettings } from "./cost-settings.ts";
import {
  environmentSettings,
  secretSettings,
  strayedSecretSettings,
  variableSettings,
} from "./environment-settings.ts";
import { organisationSettings } from "./organisation-settings.ts";
import { pagesNamedSetting, pagesOffSetting, pagesSettings } from "./pages-settings.ts";
import { codeOwnersSetting, peopleSettings } from "./people-settings.ts";
import { repositorySettings } from "./repository-settings.ts";
import { mainRulesSettings, sheetRulesSettings } from "./rules-in-force-settings.ts";
import { rulesetSettings } from "./ruleset-settings.ts";
import { notOffered, type Setting } from "./setting.ts";
import { OWN, wantedRulesets } from "./wanted-rulesets.ts";

/** All settings of a campaign on GitHub, compared. */
export type Survey = {
  readonly visibility: "private" | "public";
  readonly plan: string;
  readonly groups: readonly { readonly title: string; readonly settings: readonly Setting[] }[];
};

/** The plans on which single actions cannot be named, and on which private repositories may lack rulesets. */
const SMALL = ["free", "team", "pro"];

/** Reads and compares everything. @throws LetterError `github` when the token may not read something */
export async function surveyGitHub(api: GitHubApi, mayBePublic: boolean): Promise<Survey> {
  const repository = await readRepositorySettings(api);
  const organisation = await readOrganisation(api);
  const { plan = "unknown" } = organisation;
  const isPrivate = repository.private;
  // docs.github.com: public repositories have rulesets, environments and Pages; private ones need Team.
  const rulesets = isPrivate && plan === "free" ? undefined : await readRulesets(api);
  const variables = await readRepositoryVariables(api);
  const offered = rulesets !== undefined;
  const accept = offered ? await readEnvironment(api, "accept") : undefined;
  const apps = findApps(organisation.apps);
  const environments = [
    ...environmentSettings("accept", accept, "any branch can bring code that takes the keys of the ledger and of main"),
    ...secretSettings(accept),
  ];
  // Otherwise another host serves the site.
  const onPages = variables.variables.get("PUBLISH_TO") === "pages";
  const pages = onPages
    ? [
        pagesNamedSetting(await readMainFile(api, CAMPAIGN_PATH)),
        ...pagesSettings(offered ? await readPages(api) : undefined),
        ...environmentSettings(
          "github-pages",
          offered ? await readEnvironment(api, "github-pages") : undefined,
          "any branch can publish another site",
        ),
      ]
    : [pagesOffSetting(offered ? await readPages(api) : undefined)];
  const wanted = wantedRulesets(apps.accept?.id, apps.file?.id);
  const known = (settings: readonly Setting[]) => (offered ? settings : notOffered(settings));
  return {
    visibility: isPrivate ? "private" : "public",
    plan,
    groups: [
      { title: "organisation", settings: organisationSettings(organisation, isPrivate) },
      { title: "Apps", settings: appSettings(organisation.apps) },
      { title: "repository", settings: repositorySettings(repository, mayBePublic) },
      { title: "Actions", settings: actionsSettings(repository.actions, !isPrivate || !SMALL.includes(plan)) },
      { title: "publication", settings: known(pages) },
      { title: "keys", settings: [...known(environments), ...strayedSecretSettings(variables)] },
      { title: "variables", settings: variableSettings(variables, accept, apps.accept?.id) },
      { title: "rules for branches and tags", settings: known(rulesetSettings(wanted, rulesets ?? [])) },
      { title: "rules in force", settings: offered ? await surveyRules(api, apps) : [] },
      ...(await surveyPeople(api, organisation, isPrivate)),
    ],
  };
}

/** Compares what GitHub enforces, no matter who has set it, with what the two Apps have to do. */
async function surveyRules(api: GitHubApi, { accept, file }: Apps): Promise<Setting[]> {
  // A branch need not exist to have rules.
  const [main, sheet] = ["main", sheetBranch("0".repeat(26))];
  const [mover, filer] = [
    { id: accept?.id, own: OWN.main },
    { id: file?.id, own: OWN.pending },
  ];
  return [
    ...mainRulesSettings(await readRulesInForce(api, main), await isProtectedTheOldWay(api, main), mover),
    ...sheetRulesSettings(await readRulesInForce(api, sheet), filer, mover),
  ];
}

async function surveyPeople(api: GitHubApi, organisation: Organisation, isPrivate: boolean): Promise<Survey["groups"]> {
  const codeOwners = await readMainFile(api, ".github/CODEOWNERS");
  const errors = codeOwners === undefined ? [] : await readCodeOwnerErrors(api);
  const moderators = await readModerators(api);
  const people = await readPeople(api, moderators.ids);
  const settings = peopleSettings(moderators, people, organisation.owners, isPrivate);
  const budgets = isPrivate ? await readActionsBudgets(api) : undefined;
  const editor = await readLastEditor(api, ".github/workflows/accept.yml");
  return [
    { title: "people", settings: [codeOwnersSetting(codeOwners, errors), ...settings] },
    { title: "costs", settings: costSettings({ organisation, isPrivate, moderators, people, budgets, editor }) },
  ];
}

async function readModerators(api: GitHubApi): Promise<Moderators> {
  const text = await readMainFile(api, MODERATORS_PATH);
  if (text !== undefined) return parseModerators(text);
  throw new LetterError("github", `main has no ${MODERATORS_PATH}: push this project’s files to main first`);
}
