import { ROLES, type Role } from "../account.ts";
import { by, find, type Routes } from "../call.ts";
import { Refusal } from "../refusal.ts";
import { userView } from "../view.ts";

const REPO = "/repos/{owner}/{repo}";

/** Who belongs to the organisation, and who may do what. docs.github.com/rest/orgs/members, /rest/collaborators */
export const peopleRoutes: Routes = {
  "GET /orgs/{org}/members": {
    app: "members:read" as never,
    role: "read",
    handler: (call) => {
      const { filter = "all", role = "all" } = call.query;
      const owner = call.state.accounts.some((one) => one.id === by(call).id && one.role === "admin");
      // Only owners learn who lacks a second factor.
      if (filter !== "all" && !owner) throw new Refusal(422, "Only owners can use this filter.");
      if (filter === "2fa_insecure") throw new Error("the stand-in does not tell one second factor from another");
      const members = call.state.accounts
        .filter((one) => one.role !== "none" && (filter === "all" || one.withoutTwoFactor === true))
        .filter((one) => role === "all" || (role === "admin") === (one.role === "admin"));
      return { page: members.map(({ id, login }) => userView({ id, login, type: "User" })) };
    },
  },
  [`GET ${REPO}/collaborators`]: {
    app: "metadata:read",
    role: "write",
    handler: ({ state }) => ({
      page: state.accounts
        .filter((one) => one.role !== "none")
        .map(({ id, login, role }) => ({
          ...userView({ id, login, type: "User" }),
          role_name: role,
          permissions: permissionsOf(role),
        })),
    }),
  },
  [`GET ${REPO}/collaborators/{username}/permission`]: {
    app: "metadata:read",
    role: "write",
    handler: ({ state, path }) => {
      const { id, login, role } = find(state.accounts, (one) => one.login === path.username);
      // The old field knows no finer roles than these.
      const permission = role === "maintain" ? "write" : role === "triage" ? "read" : role;
      const user = { ...userView({ id, login, type: "User" }), role_name: role, permissions: permissionsOf(role) };
      return { status: 200, body: { permission, role_name: role, user } };
    },
  },
  [`PUT ${REPO}/collaborators/{username}`]: {
    app: "administration:write",
    role: "admin",
    handler: ({ state, path, body }) => {
      const account = find(state.accounts, (one) => one.login === path.username);
      account.role =
        ({ pull: "read", push: "write" } as Record<string, Role>)[body?.permission] ?? body?.permission ?? "write";
      return { status: 204 };
    },
  },
  [`DELETE ${REPO}/collaborators/{username}`]: {
    app: "administration:write",
    role: "admin",
    handler: ({ state, path }) => {
      find(state.accounts, (one) => one.login === path.username).role = "none";
      return { status: 204 };
    },
  },
};

/** What a role may do, as GitHub spells it out. */
export function permissionsOf(role: Role): object {
  const has = (needed: Role) => ROLES.indexOf(role) >= ROLES.indexOf(needed);
  return {
    pull: has("read"),
    triage: has("triage"),
    push: has("write"),
    maintain: has("maintain"),
    admin: has("admin"),
  };
}
