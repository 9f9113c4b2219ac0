import type { ActionsSettings, ForkWorkflows } from "../repository-settings.ts";
import { onOff, type Setting, setting } from "./setting.ts";

const PERMISSIONS = "PUT /repos/{owner}/{repo}/actions/permissions";
/** Every action that the workflows use; `attest` is used by `attest-build-provenance`, `upload-artifact` by `upload-pages-artifact`. */
export const ACTIONS = [
  "actions/attest",
  "actions/attest-build-provenance",
  "actions/checkout",
  "actions/deploy-pages",
  "actions/download-artifact",
  "actions/upload-artifact",
  "actions/upload-pages-artifact",
];
const NO_FORKS: ForkWorkflows = {
  run_workflows_from_fork_pull_requests: false,
  send_write_tokens_to_workflows: false,
  send_secrets_and_variables: false,
  require_approval_for_fork_pr_workflows: true,
};

/**
 * Compares what workflows may do.
 *
 * @param mayName whether single actions can be named. docs.github.com, "Allowing select actions": on private
 * repositories only with GitHub Enterprise; elsewhere all of GitHub's own are allowed, which ours are
 */
export function actionsSettings(actions: ActionsSettings, mayName: boolean): Setting[] {
  const permissions = [
    { route: PERMISSIONS, values: { enabled: true, allowed_actions: "selected", sha_pinning_required: true } },
  ];
  const strangers = "code of strangers runs beside the keys";
  const workflow = [
    {
      route: `${PERMISSIONS}/workflow`,
      values: { default_workflow_permissions: "read", can_approve_pull_request_reviews: false },
    },
  ];
  return [
    setting("Actions", {
      is: onOff(actions.enabled),
      should: "on",
      otherwise: "no sheet is validated, accepted or published",
      changes: permissions,
      loosens: true,
    }),
    setting("actions that may be used", {
      ...selection(actions, mayName),
      otherwise: strangers,
      changes: [...permissions, selectionChange(mayName)],
      loosens: actions.allowed === "local_only",
    }),
    setting("pinning of actions by their full SHA", {
      is: actions.pinned ? "required" : "not required",
      should: "required",
      otherwise: "somebody who moves a tag elsewhere changes what runs beside the keys",
      changes: permissions,
    }),
    setting("the workflows’ own token", {
      is: actions.tokenMayWrite ? "allowed to write" : "read only",
      should: "read only",
      otherwise: "a workflow that forgets to say what it needs may write everywhere",
      changes: workflow,
    }),
    setting("approval of pull requests by workflows", {
      is: actions.mayApprove ? "allowed" : "not allowed",
      should: "not allowed",
      otherwise: "a workflow can approve its own change of the code",
      changes: workflow,
    }),
    forkSetting(actions.forks),
  ];
}

function selection({ allowed, selected }: ActionsSettings, mayName: boolean): Pick<Setting, "is" | "should"> {
  const named = (list: readonly string[]) => (list.length === 0 ? "none" : [...list].sort().join(", "));
  const should = mayName ? named(ACTIONS.map((name) => `${name}@*`)) : "GitHub’s own";
  if (allowed !== "selected") return { is: allowed === "all" ? "all" : "those of this organisation", should };
  const whole = [
    ...(selected.github ? ["GitHub’s own"] : []),
    ...(selected.verified ? ["all of verified creators"] : []),
    ...(selected.patterns.length > 0 ? [named(selected.patterns)] : []),
  ];
  return { is: whole.join(" and ") || "none", should };
}

function selectionChange(mayName: boolean) {
  return {
    route: `${PERMISSIONS}/selected-actions`,
    values: {
      github_owned_allowed: !mayName,
      verified_allowed: false,
      patterns_allowed: mayName ? ACTIONS.map((name) => `${name}@*`) : [],
    },
  };
}

function forkSetting(forks: ActionsSettings["forks"]): Setting {
  const otherwise = "anybody’s pull request runs anybody’s code on our runners, unseen";
  if (typeof forks === "string") {
    const should = "only after approval";
    return setting("workflows of pull requests from outside", {
      is: forks === "all_external_contributors" ? should : "run for some without approval",
      should,
      otherwise,
      changes: [
        {
          route: `${PERMISSIONS}/fork-pr-contributor-approval`,
          values: { approval_policy: "all_external_contributors" },
        },
      ],
    });
  }
  return setting("workflows of pull requests from forks", {
    is: forks.run_workflows_from_fork_pull_requests ? "run" : "not run",
    should: "not run",
    otherwise,
    changes: [{ route: `${PERMISSIONS}/fork-pr-workflows-private-repos`, values: { ...NO_FORKS } }],
  });
}
