import type { Change } from "../settings-request.ts";

/**
 * One setting: what it is, what it should be, and what follows from the difference.
 *
 * A `wrong` one can be changed from here, a `by hand` one cannot. The account's plan lacks `not offered` ones. GitHub
 * does not show `unseen` ones to programs, or offers them as an extra: they are reported, and do not count.
 */
export type Setting = {
  readonly name: string;
  readonly state: "right" | "wrong" | "by hand" | "not offered" | "unseen";
  readonly is: string;
  readonly should: string;
  /** what happens otherwise, as the end of a sentence */
  readonly otherwise: string;
  /** what a person has to do */
  readonly byHand?: string;
  readonly changes: readonly Change[];
  /** the change removes a restriction */
  readonly loosens: boolean;
};

/** Compares a setting. By default it is right if `is` and `should` are the same words. */
export function setting(
  name: string,
  { right, ...given }: Pick<Setting, "is" | "should" | "otherwise"> & Partial<Setting> & { readonly right?: boolean },
): Setting {
  const state = (right ?? given.is === given.should) ? "right" : given.byHand === undefined ? "wrong" : "by hand";
  return { name, state, changes: [], loosens: false, ...given };
}

/** Returns a setting that GitHub's API does not show. */
export function unseen(name: string, should: string, otherwise: string, byHand: string): Setting {
  return { name, state: "unseen", is: "not shown by GitHub", should, otherwise, byHand, changes: [], loosens: false };
}

/** Returns the same settings as not offered by the plan. */
export function notOffered(settings: readonly Setting[]): Setting[] {
  return settings.map((one) => ({ ...one, state: "not offered", is: "not offered", changes: [] }));
}

/** Formats a setting on one line. */
export function formatSetting({ name, state, is, should, otherwise, byHand, loosens }: Setting): string {
  switch (state) {
    case "right":
      return `✓ ${name}: ${is}`;
    case "wrong":
      return `✕ ${name} is ${is}, should be ${should}: otherwise ${otherwise}${loosens ? " (the change loosens what is set)" : ""}`;
    case "by hand":
      return `✕ ${name} is ${is}, should be ${should}: otherwise ${otherwise}; by hand: ${byHand}`;
    case "not offered":
      return `– ${name} cannot be ${should}: GitHub’s free plan does not offer it for a private repository, so ${otherwise}`;
    case "unseen":
      return `? ${name}: see for yourself that it is ${should}, otherwise ${otherwise}: ${byHand}`;
    default:
      return state satisfies never;
  }
}

export function onOff(on: boolean): string {
  return on ? "on" : "off";
}
