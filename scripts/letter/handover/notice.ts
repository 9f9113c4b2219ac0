import { z } from "zod";
import { isBase64url } from "../bytes/base64url.ts";
import { isDay } from "../bytes/day.ts";
import { LetterError } from "../bytes/error.ts";
import { type Entry, formatEntry } from "../ledger/entry.ts";
import { parseFrontMatter } from "../text/front-matter.ts";

/**
 * The organisers' statement of an event outside the ledger: the signatures were handed over, the contact details
 * destroyed, or a row has to go although its signatory has neither code nor mailbox any more. It is reviewed like code.
 * Once it is on main, accept appends its entry.
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
 *
 * ```
 * ---
 * notice: remove
 * index: 17
 * ---
 * ```
 *
 * The index is that of the row's accept entry. No name and no reason is in it.
 */
export type Notice = BagNotice | RemoveNotice;

/** Takes a row off the list, for a person who cannot withdraw it. */
export type RemoveNotice = { readonly kind: "remove"; readonly index: number };

/** A notice about the bags of a handover. */
export type BagNotice =
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

/** Returns the path of a notice; its file name holds the kind and the day of the tag, or the index. */
export function noticePath(notice: Notice): string {
  const of = notice.kind === "remove" ? String(notice.index) : notice.tag.slice("handover/".length);
  return `${NOTICES_FOLDER}/${notice.kind}-${of}.md`;
}

/** Whether the text is the name of a handover's tag, `handover/YYYY-MM-DD`. */
export function isHandoverTag(text: string): boolean {
  return text.startsWith("handover/") && isDay(text.slice("handover/".length));
}

/** Formats a notice as front matter. */
export function formatNotice(notice: Notice): string {
  if (notice.kind === "remove") return `---\nnotice: remove\nindex: ${notice.index}\n---\n`;
  const publicBag = notice.kind === "handover" ? `public_bag: ${notice.publicBag}\n` : "";
  return `---\nnotice: ${notice.kind}\ntag: ${notice.tag}\n${publicBag}contacts_bag: ${notice.contactsBag}\n---\n`;
}

const Digest = z.string().refine((text) => isBase64url(text, 32));
const Tag = z.string().refine(isHandoverTag);
// The front matter has text only. A number with a zero in front is refused by the comparison of spellings.
const Index = z.string().regex(/^\d{1,9}$/);
const Head = z.discriminatedUnion("notice", [
  z.strictObject({ notice: z.literal("handover"), tag: Tag, public_bag: Digest, contacts_bag: Digest }),
  z.strictObject({ notice: z.literal("purge"), tag: Tag, contacts_bag: Digest }),
  z.strictObject({ notice: z.literal("remove"), index: Index }),
]);

/** Parses a notice in exactly the spelling of `formatNotice`. @throws LetterError `notice`, `front-matter` or `yaml` */
export function parseNotice(text: string): Notice {
  const head = Head.safeParse(parseFrontMatter(text).data);
  if (!head.success) {
    const field = head.error.issues[0]?.path.join(".") || "a key that does not belong there";
    throw new LetterError("notice", `the notice is wrong: ${field}`);
  }
  const notice = noticeOf(head.data);
  if (formatNotice(notice) !== text) throw new LetterError("notice", "the notice is not in its one spelling");
  return notice;
}

function noticeOf(head: z.output<typeof Head>): Notice {
  if (head.notice === "remove") return { kind: "remove", index: Number(head.index) };
  const { tag, contacts_bag: contactsBag } = head;
  return head.notice === "handover"
    ? { kind: "handover", tag, publicBag: head.public_bag, contactsBag }
    : { kind: "purge", tag, contactsBag };
}

/** Returns the line of the entry that a notice puts on the ledger. */
export function noticeEntry(notice: Notice): string {
  return formatEntry(entryOf(notice));
}

function entryOf(notice: Notice): Entry {
  switch (notice.kind) {
    case "handover":
      return { kind: "handover", publicBag: notice.publicBag, contactsBag: notice.contactsBag };
    case "purge":
      return { kind: "purge", contactsBag: notice.contactsBag };
    case "remove":
      // The same entry as that of a withdrawal by code: a reader of the ledger must not learn who lost their code.
      return { kind: "withdraw", index: notice.index };
    default:
      return notice satisfies never;
  }
}

/** Says in a line of a log that a notice is on the ledger. */
export function sayNotice(notice: Notice): string {
  return notice.kind === "remove"
    ? `row ${notice.index} left the list`
    : `the ${notice.kind} of ${notice.tag} is on the ledger`;
}

/**
 * Sorts notices: first the removals by index, so that nothing is handed over or taken down before they count, then the
 * others by the days of their tags, and a handover before the purge of its contact details.
 */
export function inOrder(notices: readonly Notice[]): Notice[] {
  const rank = (notice: Notice) =>
    notice.kind === "remove" ? ` ${String(notice.index).padStart(9, "0")}` : `${notice.tag} ${notice.kind}`;
  return notices.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
}
