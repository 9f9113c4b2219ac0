import type { Campaign } from "../text/campaign.ts";
import { type Entry, isOfKind } from "./entry.ts";

/** How far the ledger says that a letter has come: nothing yet, delivered, or delivered and what was held destroyed. */
export type Stage = "gathering" | "handed_over" | "destroyed";

/** Whether the letter takes signatures, and if not, why. */
export type Signing = "open" | "not_open" | "closed" | "handed_over" | "destroyed";

/** The stage that the entries of a ledger tell. A handover alone ends nothing: there may be a second. */
export function stageOf(entries: readonly string[]): Stage {
  const has = (kind: Entry["kind"]) => entries.some((entry) => isOfKind(kind, entry));
  if (has("purge")) return "destroyed";
  return has("handover") ? "handed_over" : "gathering";
}

/** Whether signatures are taken on this UTC day. Without the keys that a purge destroyed none can be. */
export function signingOn(day: string, { opens, closes }: Pick<Campaign, "opens" | "closes">, stage: Stage): Signing {
  if (stage === "destroyed") return stage;
  if (opens !== undefined && day < opens) return "not_open";
  if (closes === undefined || day <= closes) return "open";
  return stage === "handed_over" ? stage : "closed";
}
