import type { RepositorySettings, Switch } from "../repository-settings.ts";
import { onOff, type Setting, setting, unseen } from "./setting.ts";

const REPO = "/repos/{owner}/{repo}";
const HISTORY = "a merge writes other commits than those that were reviewed";
const OUTSIDE = "people write about the letter where no review looks";

const SWITCHES: readonly (readonly [field: Switch, name: string, should: boolean, otherwise: string])[] = [
  ["allow_merge_commit", "merge commits", true, "changes of code cannot be merged"],
  ["allow_squash_merge", "squash merging", false, HISTORY],
  ["allow_rebase_merge", "rebase merging", false, HISTORY],
  ["allow_auto_merge", "auto-merge", false, "a change is merged at a moment when nobody looks"],
  ["delete_branch_on_merge", "deletion of branches after a merge", true, "old branches are taken for open work"],
  ["has_wiki", "wiki", false, OUTSIDE],
  ["has_projects", "projects", false, OUTSIDE],
];

/** Compares the repository's own settings. @param mayBePublic the organisers want pending names to be public */
export function repositorySettings(repository: RepositorySettings, mayBePublic: boolean): Setting[] {
  const { switches } = repository;
  const patch = (values: Record<string, unknown>) => [{ route: `PATCH ${REPO}`, values }];
  const visibility = repository.private ? "private" : "public";
  const switched = ([field, name, should, otherwise]: (typeof SWITCHES)[number]) =>
    setting(name, {
      is: onOff(switches[field]),
      should: onOff(should),
      otherwise,
      changes: patch({ [field]: should }),
    });
  return [
    setting("visibility", {
      is: visibility,
      should: mayBePublic ? visibility : "private",
      otherwise:
        "everyone can read the names that wait for review, and what was refused or withdrawn stays readable forever",
      byHand: "Settings → General → Danger Zone → Change visibility, or say --public if that is what you want",
    }),
    setting("default branch", {
      is: repository.default_branch,
      should: "main",
      otherwise: "rules and workflows look at a branch that nobody works on",
      changes: patch({ default_branch: "main" }),
    }),
    ...SWITCHES.map(switched),
    setting("discussions", {
      is: onOff(switches.has_discussions),
      should: "off",
      otherwise: OUTSIDE,
      byHand: "Settings → General → Features: take the tick from Discussions",
    }),
    ...(repository.private
      ? [
          switched([
            "allow_forking",
            "forking",
            false,
            "copies with pending names lie where the organisation cannot reach them",
          ]),
        ]
      : []),
    ...security(repository),
  ];
}

/** GitHub looks for keys in what is pushed: free for public repositories, a paid extra for private ones. */
function security(repository: RepositorySettings): Setting[] {
  const features = [
    ["secret scanning", repository.secretScanning],
    ["push protection", repository.pushProtection],
  ] as const;
  const enabled = { status: "enabled" };
  const both = { secret_scanning: enabled, secret_scanning_push_protection: enabled };
  return features.map(([name, is]) => {
    const otherwise = "a key that somebody pushes by mistake is noticed late";
    if (repository.private && is !== true) {
      return unseen(
        name,
        "on",
        otherwise,
        "for a private repository it is a paid extra (GitHub Secret Protection); without it, look twice at what you push",
      );
    }
    return setting(name, {
      is: onOff(is === true),
      should: "on",
      otherwise,
      // Both at once, because push protection needs the scanning.
      changes: [{ route: `PATCH ${REPO}`, values: { security_and_analysis: both } }],
    });
  });
}
