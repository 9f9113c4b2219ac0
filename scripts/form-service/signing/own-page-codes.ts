import { formatBase64url } from "../../letter/bytes/base64url.ts";
import { CONFIRMATION_CODE_LENGTH, parseCode } from "../../letter/signature/code.ts";
import { languagesOf, type SiteContext } from "../../site/views/context.ts";
import { confirmPage } from "../../site/views/pages/confirm-page.ts";
import { withdrawConfirmPage } from "../../site/views/pages/withdraw-page.ts";

/**
 * Distinguishes a wrong code that is a word of our own page from a guess. Mail scanners fill in forms with words they
 * find there, and nearly every word of eight letters is a well-formed code. Such a code does not count as a try, so a
 * scanner does not use up a signer's five. That gives a guesser some dozens of 2^40 codes.
 */
export type PageWords = { has(code: string, s: Uint8Array): boolean };

/** Collects the words of all pages that ask for a mailed code. */
export function openPageWords(site: SiteContext): PageWords {
  const s = "";
  const pages = languagesOf(site).flatMap((lang) => [
    confirmPage(site, lang, { s, problem: "code.wrong", mail: "late" }),
    confirmPage(site, lang, { s, sentAgain: true, mail: "away" }),
    confirmPage(site, lang, { s, problem: "code.missing", gone: true }),
    withdrawConfirmPage(site, lang, { s, problem: "code.wrong", mail: "away" }),
  ]);
  const words = new Set(pages.flatMap(wordsOn));
  return { has: (code, bytes) => words.has(code) || formatBase64url(bytes).toUpperCase().includes(code) };
}

/** Finds all that a program could take for a code: words of the source, attribute values, lines of text. */
function wordsOn(html: string): string[] {
  const words = html.match(/[0-9A-Za-z]+/g) ?? [];
  const values = [...html.matchAll(/="([^"]*)"/g)].map(([, value]) => value ?? "");
  const lines = html.replace(/<[^<>]*>/g, "\n").split("\n");
  return [...words, ...values, ...lines].flatMap((word) => parseCode(word, CONFIRMATION_CODE_LENGTH) ?? []);
}
