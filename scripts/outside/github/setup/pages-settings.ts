import type { Pages } from "../repository-settings.ts";
import { onOff, type Setting, setting } from "./setting.ts";

const PAGES = "/repos/{owner}/{repo}/pages";

/** Compares how the site is published. */
export function pagesSettings(pages: Pages | undefined): Setting[] {
  return [
    setting("Pages", {
      is: pages === undefined ? "off" : pages.byWorkflow ? "built by the workflow" : "built from a branch",
      should: "built by the workflow",
      otherwise: "the workflow publish cannot publish the site, or something else than it does",
      changes: [{ route: `${pages === undefined ? "POST" : "PUT"} ${PAGES}`, values: { build_type: "workflow" } }],
    }),
    ...(pages === undefined
      ? []
      : [
          setting("HTTPS for the site", {
            is: onOff(pages.https),
            should: "on",
            otherwise: "anyone on the network path can change the letter and the list",
            changes: [{ route: `PUT ${PAGES}`, values: { https_enforced: true } }],
          }),
        ]),
  ];
}
