import { isDeepStrictEqual } from "node:util";
import type { GitHubApi } from "../api.ts";
import { type Change, sendChange } from "../settings-request.ts";
import type { Setting } from "./setting.ts";

type Sending = { change: Change; readonly settings: Setting[] };

/**
 * Changes the settings that are wrong. A failure is reported and stops nothing else: half of a protection is better
 * than none.
 *
 * @param say is called for each setting, changed or not
 */
export async function applySettings(
  api: GitHubApi,
  settings: readonly Setting[],
  say: (line: string) => void,
): Promise<void> {
  const wrong = settings.filter(({ state }) => state === "wrong");
  const failed = new Map<Setting, string>();
  for (const sending of gather(wrong)) await sendOrSplit(api, sending, failed);
  for (const one of wrong) {
    const { name, is, should, loosens } = one;
    const failure = failed.get(one);
    if (failure !== undefined) say(`not changed: ${name}: ${failure}`);
    else say(`${loosens ? "loosened" : "changed"} ${name}: ${is} → ${should}`);
  }
}

/** Gathers the requests of all settings in their order, each once; switches of one object share a request. */
function gather(settings: readonly Setting[]): Sending[] {
  const sendings: Sending[] = [];
  for (const setting of settings) {
    for (const change of setting.changes) {
      const known = sendings.find(
        (one) =>
          one.change.route === change.route &&
          (areSwitches(change) || isDeepStrictEqual(one.change.values, change.values)),
      );
      if (known === undefined) {
        sendings.push({ change, settings: [setting] });
        continue;
      }
      known.settings.push(setting);
      known.change = { ...change, values: { ...known.change.values, ...change.values } };
    }
  }
  return sendings;
}

function areSwitches({ route }: Change): boolean {
  return route === "PATCH /orgs/{org}" || route === "PATCH /repos/{owner}/{repo}";
}

async function sendOrSplit(api: GitHubApi, { change, settings }: Sending, failed: Map<Setting, string>): Promise<void> {
  try {
    await sendChange(api, change);
  } catch (cause) {
    if (settings.length === 1 || !areSwitches(change)) {
      for (const one of settings) failed.set(one, (cause as Error).message);
      return;
    }
    // One switch that GitHub refuses must not hold back the others.
    for (const one of settings) {
      for (const only of one.changes) await sendOrSplit(api, { change: only, settings: [one] }, failed);
    }
  }
}
