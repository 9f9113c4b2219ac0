import type { Campaign } from "../text/campaign.ts";
import type { Stage } from "./signing.ts";

/** The days of `campaign.yaml` by which organisers have promised to do something, in their order. */
export type PromisedDay = "hand_over_by" | "destroy_by";

/** Returns the promises that the ledger does not say are kept, each with its day if there is one. */
export function openPromises(
  campaign: Pick<Campaign, PromisedDay>,
  stage: Stage,
): { readonly promise: PromisedDay; readonly day: string | undefined }[] {
  const open: readonly PromisedDay[] =
    stage === "destroyed" ? [] : stage === "handed_over" ? ["destroy_by"] : ["hand_over_by", "destroy_by"];
  return open.map((promise) => ({ promise, day: campaign[promise] }));
}

/** Returns for each promise that is open and has a day the days until then. */
export function daysLeft(
  campaign: Pick<Campaign, PromisedDay>,
  stage: Stage,
  today: string,
): ReadonlyMap<PromisedDay, number> {
  const open = openPromises(campaign, stage);
  return new Map(open.flatMap(({ promise, day }) => (day === undefined ? [] : [[promise, daysUntil(day, today)]])));
}

/** Returns the whole days from a UTC day to another, negative if it is over. */
export function daysUntil(day: string, today: string): number {
  return Math.round((Date.parse(day) - Date.parse(today)) / 86_400_000);
}
