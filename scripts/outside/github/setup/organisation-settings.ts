import type { Organisation } from "../organisation.ts";
import { type Setting, setting, unseen } from "./setting.ts";

/** Compares the settings of the organisation. @param isPrivate whether the repository is private */
export function organisationSettings(organisation: Organisation, isPrivate: boolean): Setting[] {
  const { owners } = organisation;
  const patch = (values: Record<string, unknown>) => [{ route: "PATCH /orgs/{org}", values }];
  return [
    setting("two-factor authentication", {
      is: organisation.twoFactor ? "required" : "not required",
      should: "required",
      otherwise: "a stolen password is enough to act as moderator or organiser",
      byHand:
        "organisation’s Settings → Authentication security → Require two-factor authentication; members without it are removed",
    }),
    setting("owners", {
      is: owners.length === 1 ? "one" : owners.length === 2 ? "two" : `${owners.length}`,
      should: "two",
      otherwise:
        owners.length < 2
          ? "nobody can approve the only organiser’s changes, or go on when that person cannot"
          : "more people than two can change rules, code and moderators",
      byHand: `organisation’s People (now ${owners.join(", ")}): the two organisers, with hardware keys, and nobody else`,
    }),
    setting("what members may do in every repository", {
      is: organisation.basePermission === "none" ? "nothing" : organisation.basePermission,
      should: "nothing",
      otherwise: "every member reads the names that wait for review",
      changes: patch({ default_repository_permission: "none" }),
    }),
    ...(isPrivate
      ? [
          setting("forking of private repositories by members", {
            is: organisation.membersMayFork ? "allowed" : "not allowed",
            should: "not allowed",
            otherwise: "copies with pending names lie where the organisation cannot reach them",
            changes: patch({ members_can_fork_private_repositories: false }),
          }),
        ]
      : []),
    unseen(
      "personal access tokens",
      "restricted to fine-grained ones that an owner approves",
      "a forgotten token of a member opens the repository",
      "organisation’s Settings → Personal access tokens → Settings",
    ),
  ];
}
