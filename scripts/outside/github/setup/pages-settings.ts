import { parseCampaign } from "../../../letter/text/campaign.ts";
import { namesGitHub } from "../../../letter/text/readiness.ts";
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

/** Compares what the privacy page says of Pages, where the site goes there. @param campaign main's `campaign.yaml` */
export function pagesNamedSetting(campaign: string | undefined): Setting {
  const site = campaign === undefined ? undefined : parseCampaign(campaign).hosts?.site;
  const named = site !== undefined && namesGitHub(site.name) && site.keeps_ip;
  return setting("Pages on the privacy page", {
    is: named ? "named with what they keep" : "not named",
    should: "named with what they keep",
    otherwise: "readers are not told that GitHub keeps the internet address and the time of every visit",
    byHand:
      "name GitHub and keeps_ip in hosts.site of content/campaign.yaml, or take the variable PUBLISH_TO away and serve the site from a host of your own",
  });
}

/** Compares whether Pages are off, where the site goes to another host. */
export function pagesOffSetting(pages: Pages | undefined): Setting {
  return setting("Pages", {
    is: pages === undefined ? "off" : "on",
    should: "off",
    otherwise: "GitHub goes on serving an old site, and keeps the internet address of every reader",
    byHand: "Settings → Pages → Unpublish site; or set the variable PUBLISH_TO to pages, to publish there",
  });
}
