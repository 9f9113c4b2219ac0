import type { Environment, RepositoryVariables } from "../environments.ts";
import type { Change } from "../settings-request.ts";
import { type Setting, setting, unseen } from "./setting.ts";

/** The secrets of the environment `accept`. It also holds the number of its App. */
export const SECRETS = ["ACCEPT_APP_KEY", "LEDGER_KEY"];
const ENVIRONMENT = "/repos/{owner}/{repo}/environments/{environment_name}";

/** Compares an environment that only jobs of main may use, and that nobody is above. */
export function environmentSettings(name: string, found: Environment | undefined, otherwise: string): Setting[] {
  return [openToMain(name, found, otherwise), closedToAdmins(name, found, otherwise)];
}

/** Sets what an environment is. GitHub switches on again what a change leaves out. */
function put(name: string, found: Environment | undefined): Change {
  const only = { deployment_branch_policy: { protected_branches: false, custom_branch_policies: true } };
  const values = { environment_name: name, ...found?.keep, ...only, can_admins_bypass: false };
  return { route: `PUT ${ENVIRONMENT}`, values };
}

function closedToAdmins(name: string, found: Environment | undefined, otherwise: string): Setting {
  const title = `administrators in the environment ${name}`;
  const [should, means] = ["bound by its rules", `${otherwise}, if an administrator brings it`];
  if (found !== undefined && found.adminsPass === undefined)
    return unseen(
      title,
      should,
      means,
      `Settings → Environments → ${name}: no tick at “Allow administrators to bypass configured protection rules”`,
    );
  const is = found === undefined ? "missing" : found.adminsPass ? "above its rules" : should;
  return setting(title, { is, should, otherwise: means, changes: [put(name, found)] });
}

function openToMain(name: string, found: Environment | undefined, otherwise: string): Setting {
  const others = (found?.branches ?? []).filter((one) => !(one.name === "main" && one.type === "branch"));
  const hasMain = found !== undefined && found.branches.length > others.length;
  const [restricted, at] = [found?.restricted === true, { environment_name: name }];
  const open = restricted
    ? `open to ${(found?.branches ?? []).map((one) => `${one.type} ${one.name}`).join(", ") || "nobody"}`
    : "open to every branch";
  const should = "open to branch main";
  const policies = `${ENVIRONMENT}/deployment-branch-policies`;
  return setting(`environment ${name}`, {
    is: found === undefined ? "missing" : open,
    should,
    otherwise,
    changes: [
      ...(restricted ? [] : [put(name, found)]),
      ...(hasMain ? [] : [{ route: `POST ${policies}`, values: { ...at, name: "main", type: "branch" } }]),
      ...others.map(({ id }) => ({
        route: `DELETE ${policies}/{branch_policy_id}`,
        values: { ...at, branch_policy_id: id },
      })),
    ],
    loosens: restricted && !hasMain && others.length === 0,
  });
}

/** Compares the secrets of the environment `accept`, by name only: GitHub shows no values. */
export function secretSettings(accept: Environment | undefined): Setting[] {
  const where = "Settings → Environments → accept → Add environment secret (.github/apps.md)";
  return SECRETS.map((name) =>
    setting(`secret ${name} in the environment accept`, {
      is: accept?.secrets.includes(name) ? "present" : "missing",
      should: "present",
      otherwise: "accept cannot run",
      byHand: where,
    }),
  );
}

/** Reports secrets of accept that every branch gets. */
export function strayedSecretSettings({ secrets }: RepositoryVariables): Setting[] {
  const strayed = SECRETS.filter((name) => secrets.includes(name));
  return [
    setting("secrets of accept outside its environment", {
      is: strayed.join(", ") || "none",
      should: "none",
      otherwise: "a workflow on any branch can read them",
      byHand: "make new keys (.github/apps.md), put them only into the environment accept, delete these",
    }),
  ];
}

/** Compares addresses and numbers that the workflows read. @param acceptApp its number, when it is installed */
export function variableSettings(
  { variables }: RepositoryVariables,
  accept: Environment | undefined,
  acceptApp: number | undefined,
): Setting[] {
  const address = (name: string, otherwise: string) => {
    const value = variables.get(name);
    const fits = value !== undefined && /^https:\/\/[^\s?#@]+$/.test(value);
    return setting(`variable ${name}`, {
      is: value ?? "missing",
      should: fits ? value : "an https address",
      otherwise,
      byHand: "Settings → Secrets and variables → Actions → Variables",
    });
  };
  const here = accept?.variables.get("ACCEPT_APP_ID");
  const set = here ?? variables.get("ACCEPT_APP_ID");
  const [name, value] = ["ACCEPT_APP_ID", String(acceptApp)];
  const places = "/repos/{owner}/{repo}/actions/variables";
  const change =
    here !== undefined
      ? { route: `PATCH ${ENVIRONMENT}/variables/{name}`, values: { environment_name: "accept", name, value } }
      : set !== undefined
        ? { route: `PATCH ${places}/{name}`, values: { name, value } }
        : { route: `POST ${places}`, values: { name, value } };
  return [
    address("SITE_URL", "accept and publish do not know which site they go on from"),
    address("SERVICE_URL", "the form on the site leads nowhere"),
    setting(`variable ${name}`, {
      is: set ?? "missing",
      should: acceptApp === undefined ? "the number of the accept App" : value,
      otherwise: "accept cannot speak as its App",
      ...(acceptApp === undefined
        ? { byHand: "install the accept App first (.github/apps.md)" }
        : { changes: [change] }),
    }),
  ];
}
