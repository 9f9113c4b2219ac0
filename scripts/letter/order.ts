import { isCrockford128 } from "./crockford.ts";

/** Why a row is refused; the moderators' words of design and guide. */
export const REFUSAL_CODES = ["fake-name", "duplicate", "advert", "offensive", "not-a-person"] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** Whether the text is a code of refusal. */
export function isRefusalCode(text: string): text is RefusalCode {
  return (REFUSAL_CODES as readonly string[]).includes(text);
}

/** What a moderator orders on one line. `unclear`: a line that seems to be a refusal and cannot be read as one. */
export type Order =
  | { readonly verb: "refuse"; readonly id: string; readonly code: RefusalCode }
  | { readonly verb: "keep"; readonly id: string }
  | { readonly verb: "reject"; readonly code: RefusalCode }
  | { readonly verb: "unclear" };

/**
 * The orders in what a moderator wrote, one a line.
 *
 * ```
 * refuse 79e76wrznkwmmc3frcxdfe2080 fake-name
 * keep 79e76wrznkwmmc3frcxdfe2080
 * reject advert
 * ```
 *
 * People write them on telephones and between Persian words: case, Persian digits, other blanks, other hyphens, marks of
 * direction, signs of a list or of code, and a full stop at the end are passed over. A quoted line is somebody else's. What
 * seems to be a refusal and cannot be read is not passed over: the row it meant would come to the list.
 *
 * @param row the row on whose own line it was written: there `refuse CODE` and `keep` are enough
 */
export function parseOrders(body: string, row?: string): Order[] {
  return body.split(/\r\n|[\n\r\u0085\u2028\u2029]/).flatMap((line): Order[] => {
    const text = plainLine(line);
    const [verb, ...words] = text.split(" ");
    if (verb === "keep" && words.length <= 1) return [{ verb, id: words[0] ?? row ?? "" }];
    const onRow = isRefusalCode(words.join("-"));
    const [id, code] = onRow ? [row ?? "", words.join("-")] : [words[0] ?? "", words.slice(1).join("-")];
    if (verb === "reject" && onRow && isRefusalCode(code)) return [{ verb, code }];
    if (verb === "refuse" && isCrockford128(id) && isRefusalCode(code)) return [{ verb, id, code }];
    return seemsToRefuse(text, row) ? [{ verb: "unclear" }] : [];
  });
}

/** Whether a line that is no order seems to be meant as one: “please refuse ID”, “ID advert”, a code alone on a row. */
function seemsToRefuse(text: string, row: string | undefined): boolean {
  if (/^(keep\b|>)/.test(text)) return false;
  if (/^(refuse|reject)( |$)/.test(text)) return true;
  const words = text.split(/[^a-z0-9]+/);
  const [says, code] = [words.some((word) => /^(refus|reject)/.test(word)), CODE.test(words.join(" "))];
  const onRow = row !== undefined && (says || isRefusalCode(words.join("-")));
  return onRow || (words.some(isCrockford128) ? says || code : says && code);
}

const CODE = new RegExp(`\\b(${REFUSAL_CODES.join("|").replaceAll("-", " ")})\\b`);

function plainLine(line: string): string {
  return line
    .replace(/\p{Cf}/gu, "")
    .replace(/[`*_"“”«»]/g, " ")
    .replace(/[۰-۹٠-٩]/g, (digit) => String(digit.charCodeAt(0) & 15))
    .replace(/[‐‑‒–—−]/g, "-")
    .trim()
    .replace(/^([-+•]|\d{1,3}[.)]) */, "")
    .replace(/(?<![.,;!])[.,;!]+$/, "")
    .replace(/^(\w+) *:/, "$1 ")
    .toLowerCase()
    .replace(/\s+/g, " ")
    .trim();
}
