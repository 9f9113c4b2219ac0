import { isDay } from "../bytes/day.ts";
import { LetterError } from "../bytes/error.ts";

/** A handover: the tag that fixes what is handed over, and the names of its bags. */
export type Handover = {
  /** `handover/2026-12-01` */
  readonly tag: string;
  /** UTC day, the date of every file of both bags */
  readonly day: string;
  /** the folder in the public bag, and its file name without `.tar` */
  readonly publicBag: string;
  readonly contactsBag: string;
};

/** @throws LetterError `handover` for anything but `handover/` and a day */
export function parseHandover(tag: string | undefined): Handover {
  const day = tag?.startsWith("handover/") ? tag.slice("handover/".length) : "";
  if (!isDay(day)) throw new LetterError("handover", "name the tag of the handover, such as --tag handover/2026-12-01");
  return { tag: `handover/${day}`, day, publicBag: `handover-${day}`, contactsBag: `contacts-${day}` };
}
