import { LetterError } from "../../letter/bytes/error.ts";
import type { GitHubApi } from "./api.ts";
import { orNothing, reading } from "./settings-request.ts";

/** An organisation's settings that a campaign depends on. */
export type Organisation = {
  /** `free`, `team`, `enterprise`, …; undefined if GitHub does not show it to this token */
  readonly plan: string | undefined;
  /** paid for, and taken by people and open invitations; undefined if GitHub does not show it or the plan has none */
  readonly seats: { readonly all: number; readonly taken: number } | undefined;
  readonly twoFactor: boolean;
  /** what every member may do in every repository: `none`, `read`, `write`, `admin` */
  readonly basePermission: string;
  readonly membersMayFork: boolean;
  /** account names */
  readonly owners: readonly string[];
  readonly apps: readonly InstalledApp[];
};
/** An App that is installed in the organisation. */
export type InstalledApp = {
  readonly id: number;
  readonly name: string;
  /** `contents: write` and so on, in alphabetical order; without `metadata`, which every App has */
  readonly permissions: readonly string[];
  /** installed on all repositories of the organisation, not on chosen ones */
  readonly everywhere: boolean;
};

/** Reads the settings. @throws LetterError `github` when the token is not an owner's or lacks a permission */
export async function readOrganisation(api: GitHubApi): Promise<Organisation> {
  const octokit = await api.octokit();
  const org = api.owner;
  const permission = "Administration of the organisation: read and write, and make it as one of its owners";
  const found = await reading("the organisation", permission, async () =>
    orNothing(octokit.request("GET /orgs/{org}", { org })),
  );
  if (found === undefined) {
    throw new LetterError("github", `${org} is not an organisation: move the repository to one, it is free`);
  }
  const { data } = found;
  // GitHub shows the rest to others too, but this only to owners.
  if (typeof data.two_factor_requirement_enabled !== "boolean") {
    throw new LetterError("github", `the token may not read the organisation: give it the permission ${permission}`);
  }
  const owners = await reading("the owners", "Members of the organisation: read", () =>
    octokit.paginate("GET /orgs/{org}/members", { org, role: "admin", per_page: 100 }),
  );
  const apps = await reading("the installed Apps", permission, () =>
    octokit.paginate("GET /orgs/{org}/installations", { org, per_page: 100 }),
  );
  return {
    plan: data.plan?.name,
    seats: seatsOf(data.plan),
    twoFactor: data.two_factor_requirement_enabled,
    basePermission: data.default_repository_permission ?? "read",
    membersMayFork: data.members_can_fork_private_repositories === true,
    owners: owners.map(({ login }) => login),
    apps: apps.map(({ app_id, app_slug, permissions, repository_selection }) => ({
      id: app_id,
      name: app_slug,
      permissions: Object.entries(permissions)
        .filter(([name]) => name !== "metadata")
        .map(([name, level]) => `${name}: ${level}`)
        .sort(),
      everywhere: repository_selection === "all",
    })),
  };
}

function seatsOf(plan: { seats?: number; filled_seats?: number } | undefined): Organisation["seats"] {
  const { seats: all, filled_seats: taken } = plan ?? {};
  return all === undefined || taken === undefined ? undefined : { all, taken };
}
