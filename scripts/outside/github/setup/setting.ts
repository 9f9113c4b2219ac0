import type { Change } from "../change.ts";

/**
 * One setting: how it is, how it should be, and what follows from the difference.
 *
 * `wrong` can be changed from here, `by hand` cannot; `not offered` is what the account's plan lacks; `unseen` is what
 * GitHub does not show to programs, or offers as an extra: it is told and does not count.
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
  /** the change takes away a restriction that somebody has set */
  readonly loosens: boolean;
};

/** A setting compared. Right when `is` and `should` are the same words, unless told. */
export function setting(
  name: string,
  { right, ...given }: Pick<Setting, "is" | "should" | "otherwise"> & Partial<Setting> & { readonly right?: boolean },
): Setting {
  const state = (right ?? given.is === given.should) ? "right" : given.byHand === undefined ? "wrong" : "by hand";
  return { name, state, changes: [], loosens: false, ...given };
}

/** What GitHub's interface does not show. */
export function unseen(name: string, should: string, otherwise: string, byHand: string): Setting {
  return { name, state: "unseen", is: "not shown by GitHub", should, otherwise, byHand, changes: [], loosens: false };
}

/** The same setting where the plan does not have it. */
export function notOffered(settings: readonly Setting[]): Setting[] {
  return settings.map((one) => ({ ...one, state: "not offered", is: "not offered", changes: [] }));
}

/** The setting on one line. */
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
