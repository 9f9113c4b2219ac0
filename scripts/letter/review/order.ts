import { isCrockford128 } from "../bytes/crockford.ts";
import { withAsciiDigits } from "../bytes/digits.ts";
import type { Mentions } from "./mention.ts";

/** Why a row is refused: the codes that moderators write, as `.github/moderating.md` lists them. */
export const REFUSAL_CODES = ["fake-name", "duplicate", "advert", "offensive", "not-a-person"] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** Whether the text is a refusal code. */
export function isRefusalCode(text: string): text is RefusalCode {
  return (REFUSAL_CODES as readonly string[]).includes(text);
}

/** A moderator's order on one line. `unclear`: the line is about a row or the sheet, but is not an order. */
export type Order =
  | { readonly verb: "refuse"; readonly id: string; readonly code: RefusalCode }
  | { readonly verb: "keep"; readonly id: string }
  | { readonly verb: "reject"; readonly code: RefusalCode }
  | { readonly verb: "unclear" };

/** Where a body was written. */
export type OrderPlace = {
  /** the row on whose own line it was written, where `refuse CODE` and `keep` are enough */
  readonly row?: string | undefined;
  /** whether a line names a row of the sheet, or the sheet */
  readonly mentions?: Mentions;
};

/**
 * Parses the orders in a moderator's text, one per line.
 *
 * ```
 * refuse 79e76wrznkwmmc3frcxdfe2080 fake-name
 * keep 79e76wrznkwmmc3frcxdfe2080
 * reject advert
 * ```
 *
 * Moderators write on telephones and between Persian words, so case, Persian digits, other blanks, other hyphens,
 * direction marks, list or code markup, and a full stop at the end are ignored. A quoted line is another person's and
 * is skipped. A line that names a row or the sheet and is not an order is reported as `unclear`, whatever its language:
 * otherwise a row that it meant to refuse would come to the list. So is a line that looks like a refusal and cannot be
 * read.
 */
export function parseOrders(body: string, { row, mentions = () => false }: OrderPlace = {}): Order[] {
  return body.split(/\r\n|[\n\r\u0085\u2028\u2029]/).flatMap((line): Order[] => {
    const text = plainLine(line);
    if (text.startsWith(">")) return [];
    const [verb, ...words] = text.split(" ");
    const kept = words.length === 0 ? row : words.length === 1 ? words[0] : undefined;
    if (verb === "keep" && kept !== undefined && isCrockford128(kept)) return [{ verb, id: kept }];
    const onRow = isRefusalCode(words.join("-"));
    const [id, code] = onRow ? [row ?? "", words.join("-")] : [words[0] ?? "", words.slice(1).join("-")];
    if (verb === "reject" && onRow && isRefusalCode(code)) return [{ verb, code }];
    if (verb === "refuse" && isCrockford128(id) && isRefusalCode(code)) return [{ verb, id, code }];
    return mentions(line) || seemsToRefuse(text, row) ? [{ verb: "unclear" }] : [];
  });
}

/** Whether a line that is not an order looks like one: “please refuse ID”, “ID advert”, doubts on a row's own line. */
function seemsToRefuse(text: string, row: string | undefined): boolean {
  if (/^(refuse|reject)( |$)/.test(text)) return true;
  const words = text.split(/[^a-z0-9]+/);
  const [says, code] = [words.some((word) => /^(refus|reject)/.test(word)), CODE.test(words.join(" "))];
  if (row !== undefined && (says || isRefusalCode(words.join("-")) || DOUBTS.test(text))) return true;
  if (/^keep\b/.test(text)) return false;
  return words.some(isCrockford128) ? says || code : says && code;
}

const CODE = new RegExp(`\\b(${REFUSAL_CODES.join("|").replaceAll("-", " ")})\\b`);

/** What people write on the line of a row that they doubt. Direction marks and ZWNJ are already removed. */
const DOUBTS =
  /[?؟]|\b(fake|forged|invented|not real|unreal|remove|delete|drop|take (it|this|her|him|them) (off|out|down)|strike|duplicat|double|twice|spam|advert|promo|offens|insult|abus|bot|robot|troll|joke|not a person|nobody|invalid|wrong|bad name|no such)|جعل|قلابی|ساختگی|دروغ|تکرار|حذف|پاک کن|بردار|رد (کن|ش)|نپذیر|تبلیغ|آگهی|اگهی|توهین|اهانت|فحش|ربات|روبات|اسپم|هرز|واقعی نی|شخص نی|آدم نی|وجود ندار|اشتباه/u;

function plainLine(line: string): string {
  return withAsciiDigits(line)
    .replace(/\p{Cf}/gu, "")
    .replace(/[`*_"“”«»]/g, " ")
    .replace(/[‐‑‒–—−]/g, "-")
    .trim()
    .replace(/^([-+•]|\d{1,3}[.)]) */, "")
    .replace(/(?<![.,;!])[.,;!]+$/, "")
    .replace(/^(\w+) *:/, "$1 ")
    .toLowerCase()
    .replaceAll("ي", "ی")
    .replaceAll("ك", "ک")
    .replace(/\s+/g, " ")
    .trim();
}
