import type { Moderators } from "../../../letter/review/moderation.ts";
import type { People } from "../people.ts";
import { type Setting, setting } from "./setting.ts";

/** The roles that can only read, and comment on, what is public anyway. */
const HARMLESS = ["read"];

/**
 * Compares who may do what: listed moderators have the triage role, organisers are owners, and no one else has access.
 *
 * @param owners names of the organisation's owners
 * @param isPrivate whether read access is enough to see the names that wait
 */
export function peopleSettings(
  moderators: Moderators,
  people: People,
  owners: readonly string[],
  isPrivate: boolean,
): Setting[] {
  const ids = [...moderators.ids];
  const others = people.collaborators.filter(
    ({ id, name, role }) =>
      !moderators.ids.has(id) && !owners.includes(name) && (isPrivate || !HARMLESS.includes(role)),
  );
  return [
    setting("moderators listed", {
      is: `${ids.length}`,
      should: ids.length >= moderators.approvals ? `${ids.length}` : `${moderators.approvals} or more`,
      otherwise: "no sheet can ever get its approvals",
      byHand: "add numeric ids to .github/moderators.yml by a reviewed pull request",
    }),
    ...ids.map((id) => moderatorSetting(id, people, owners)),
    setting("others who have access", {
      is: others.map(({ name, role }) => `${name} (${role})`).join(", ") || "nobody",
      should: "nobody",
      otherwise: isPrivate
        ? "people who are not moderators read the names that wait, or write"
        : "people who are not organisers can write",
      byHand: "Settings → Collaborators and teams",
    }),
  ];
}

function moderatorSetting(id: number, people: People, owners: readonly string[]): Setting {
  const name = people.names.get(id);
  const role = people.collaborators.find((one) => one.id === id)?.role;
  const invitation = people.invited.find((one) => one.id === id)?.role;
  const common = { should: "triage", otherwise: "this moderator cannot review" };
  const title = `moderator ${name ?? "unknown"} (${id})`;
  if (name === undefined) {
    return setting(title, { ...common, is: "no account", byHand: "correct the id in .github/moderators.yml" });
  }
  if (owners.includes(name)) {
    const otherwise = "one person both reviews sheets and can change the rules";
    return setting(title, { ...common, is: "an owner", otherwise, byHand: "take another account as moderator" });
  }
  if (role === undefined && invitation === "triage") {
    return setting(title, {
      ...common,
      is: "invited as triage",
      byHand: "the person accepts the invitation (mail, or github.com/notifications)",
    });
  }
  const stronger = role !== undefined && !["read", "triage"].includes(role);
  return setting(title, {
    ...common,
    is: role ?? "without access",
    otherwise: stronger ? "a moderator can push, merge or change settings" : common.otherwise,
    changes: [
      { route: "PUT /repos/{owner}/{repo}/collaborators/{username}", values: { username: name, permission: "triage" } },
    ],
  });
}

/**
 * Compares the owners of code and content, whose approval main requires.
 *
 * @param text main's CODEOWNERS, @param errors what GitHub finds wrong with it
 */
export function codeOwnersSetting(text: string | undefined, errors: readonly string[]): Setting {
  const all = /^\*(?:[ \t]+@\S+)+[ \t]*$/m.test(text ?? "");
  const is =
    text === undefined ? "missing" : errors.length > 0 ? errors.join(", ") : all ? "there" : "without a line for *";
  return setting("CODEOWNERS", {
    is,
    should: "there",
    otherwise: "anybody who may write can approve a change of code or letter",
    byHand: "name the organisers’ team or accounts in .github/CODEOWNERS, by a pull request",
  });
}
