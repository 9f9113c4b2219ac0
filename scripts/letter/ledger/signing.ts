import type { Campaign } from "../text/campaign.ts";
import { type Entry, isOfKind } from "./entry.ts";

/** The stage of a letter by its ledger: gathering signatures, delivered, or delivered and its keys destroyed. */
export type Stage = "gathering" | "handed_over" | "destroyed";

/** Whether the letter takes signatures, and if not, why not. */
export type Signing = "open" | "not_open" | "closed" | "handed_over" | "destroyed";

/** Returns the stage of a letter by its ledger entries. A handover does not end it: there may be a second one. */
export function stageOf(entries: readonly string[]): Stage {
  const has = (kind: Entry["kind"]) => entries.some((entry) => isOfKind(kind, entry));
  if (has("purge")) return "destroyed";
  return has("handover") ? "handed_over" : "gathering";
}

/** Whether signatures are taken on this UTC day. A purge destroys the keys that taking a signature needs. */
export function signingOn(day: string, { opens, closes }: Pick<Campaign, "opens" | "closes">, stage: Stage): Signing {
  if (stage === "destroyed") return stage;
  if (opens !== undefined && day < opens) return "not_open";
  if (closes === undefined || day <= closes) return "open";
  return stage === "handed_over" ? stage : "closed";
}
