import { z } from "zod";
import { isBase64url } from "../bytes/base64url.ts";
import { isDay } from "../bytes/day.ts";
import { LetterError } from "../bytes/error.ts";
import { type Entry, formatEntry } from "../ledger/entry.ts";
import { parseFrontMatter } from "../text/front-matter.ts";

/**
 * The organisers' statement of an event outside the ledger: the signatures were handed over, or the contact details
 * destroyed. It is reviewed like code. Once it is on main, accept appends its entry.
 *
 * ```
 * ---
 * notice: handover
 * tag: handover/2027-01-15
 * public_bag: 9vRl…
 * contacts_bag: QykyaK…
 * ---
 * ```
 *
 * The digests are SHA-256 of the bags' bytes, base64url of 32 bytes. A notice of a purge has no `public_bag`.
 */
export type Notice =
  | {
      readonly kind: "handover";
      /** `handover/YYYY-MM-DD`, the tag whose commit was handed over */
      readonly tag: string;
      readonly publicBag: string;
      readonly contactsBag: string;
    }
  | { readonly kind: "purge"; readonly tag: string; readonly contactsBag: string };

/** The folder of notices, from the root of the repository. */
export const NOTICES_FOLDER = "signatures/notices";

/** Returns the path of a notice; its file name holds the kind and the day of the tag. */
export function noticePath({ kind, tag }: Notice): string {
  return `${NOTICES_FOLDER}/${kind}-${tag.slice("handover/".length)}.md`;
}

/** Whether the text is the name of a handover's tag, `handover/YYYY-MM-DD`. */
export function isHandoverTag(text: string): boolean {
  return text.startsWith("handover/") && isDay(text.slice("handover/".length));
}

/** Formats a notice as front matter. */
export function formatNotice(notice: Notice): string {
  const publicBag = notice.kind === "handover" ? `public_bag: ${notice.publicBag}\n` : "";
  return `---\nnotice: ${notice.kind}\ntag: ${notice.tag}\n${publicBag}contacts_bag: ${notice.contactsBag}\n---\n`;
}

const Digest = z.string().refine((text) => isBase64url(text, 32));
const Tag = z.string().refine(isHandoverTag);
const Head = z.discriminatedUnion("notice", [
  z.strictObject({ notice: z.literal("handover"), tag: Tag, public_bag: Digest, contacts_bag: Digest }),
  z.strictObject({ notice: z.literal("purge"), tag: Tag, contacts_bag: Digest }),
]);

/** Parses a notice in exactly the spelling of `formatNotice`. @throws LetterError `notice`, `front-matter` or `yaml` */
export function parseNotice(text: string): Notice {
  const head = Head.safeParse(parseFrontMatter(text).data);
  if (!head.success) {
    const field = head.error.issues[0]?.path.join(".") || "a key that does not belong there";
    throw new LetterError("notice", `the notice is wrong: ${field}`);
  }
  const { tag, contacts_bag: contactsBag } = head.data;
  const notice: Notice =
    head.data.notice === "handover"
      ? { kind: "handover", tag, publicBag: head.data.public_bag, contactsBag }
      : { kind: "purge", tag, contactsBag };
  if (formatNotice(notice) !== text) throw new LetterError("notice", "the notice is not in its one spelling");
  return notice;
}

/** Returns the line of the entry that a notice puts on the ledger. */
export function noticeEntry(notice: Notice): string {
  const entry: Entry =
    notice.kind === "handover"
      ? { kind: "handover", publicBag: notice.publicBag, contactsBag: notice.contactsBag }
      : { kind: "purge", contactsBag: notice.contactsBag };
  return formatEntry(entry);
}

/** Sorts notices by the days of their tags, and a handover before the purge of its contact details. */
export function inOrder(notices: readonly Notice[]): Notice[] {
  const rank = ({ tag, kind }: Notice) => `${tag} ${kind}`;
  return notices.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
}
