import type { InstalledApp } from "../organisation.ts";
import { type Setting, setting, unseen } from "./setting.ts";

/** The two Apps by the end of their name, and all that each may do. Every App can read `metadata`. */
const FILE = { ending: "file", permissions: ["contents: write", "pull_requests: write"] };
const ACCEPT = { ending: "accept", permissions: ["contents: write"] };

export type Apps = { readonly file: InstalledApp | undefined; readonly accept: InstalledApp | undefined };

/** Finds the Apps of a campaign among the installed ones. An ambiguous name counts as not installed. */
export function findApps(installed: readonly InstalledApp[]): Apps {
  const find = (ending: string) => {
    const [only, ...others] = named(installed, ending);
    return others.length === 0 ? only : undefined;
  };
  return { file: find(FILE.ending), accept: find(ACCEPT.ending) };
}

/** Compares whether the Apps are installed and may do exactly what they have to. */
export function appSettings(installed: readonly InstalledApp[]): Setting[] {
  const apps = findApps(installed);
  const ours = [apps.file, apps.accept];
  const writing = installed.filter(
    (app) => !ours.includes(app) && app.permissions.some((one) => !one.endsWith(": read")),
  );
  const everywhere = writing.filter((app) => app.everywhere);
  return [
    appSetting("file", installed, FILE, "a thief of the form service’s key can do more than file sheets"),
    appSetting("accept", installed, ACCEPT, "a thief of its key can do more than write to main"),
    setting("other Apps that may write in every repository", {
      is: everywhere.map(({ name }) => name).join(", ") || "none",
      should: "none",
      otherwise: "those who run them can change code, settings or sheets",
      byHand:
        "organisation’s Settings → GitHub Apps → Configure: uninstall, or choose other repositories than this one",
    }),
    ...writing
      .filter((app) => !app.everywhere)
      .map((app) =>
        unseen(
          `the App ${app.name} (${app.permissions.join(", ")})`,
          "not installed on this repository",
          "those who run it can write here",
          "organisation’s Settings → GitHub Apps → Configure",
        ),
      ),
    unseen(
      "the repositories of the two Apps",
      "only this one, and each App has one private key",
      "a key that was forgotten somewhere opens more than this",
      "organisation’s Settings → GitHub Apps → Configure, and Settings → Developer settings → GitHub Apps → Private keys",
    ),
  ];
}

function appSetting(
  role: string,
  installed: readonly InstalledApp[],
  { ending, permissions }: typeof FILE,
  otherwise: string,
): Setting {
  const [app, ...others] = named(installed, ending);
  const should = `installed on chosen repositories with ${permissions.join(" and ")}, nothing else`;
  const has = app?.permissions.join(" and ") || "nothing";
  const where = app?.everywhere ? "every repository" : "chosen repositories";
  const is =
    app === undefined
      ? "not installed"
      : others.length > 0
        ? `one of ${[app, ...others].map(({ name }) => name).join(", ")}`
        : `installed on ${where} with ${has}, nothing else`;
  return setting(app && others.length === 0 ? `${role} App (${app.name}, ${app.id})` : `${role} App`, {
    is,
    should,
    otherwise: app === undefined ? `there is nobody to ${role}` : otherwise,
    byHand: `.github/apps.md says how; its name must end in “-${ending}”, and no other’s may`,
  });
}

function named(installed: readonly InstalledApp[], ending: string): InstalledApp[] {
  return installed.filter(({ name }) => name === ending || name.endsWith(`-${ending}`));
}
