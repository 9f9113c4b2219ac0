import { formatBase64url } from "../bytes/base64url.ts";
import { LetterError } from "../bytes/error.ts";
import { sha256 } from "../bytes/hash.ts";

/**
 * Returns the edition of a letter, base64url of 32 bytes: SHA-256 over, for each language in the order of the codes,
 * u32 big-endian byte length and bytes of `content/LANG/letter.md`, front matter included.
 *
 * @param texts the text of each language; LF line endings, NFC
 * @throws LetterError `edition` when a text has other line endings or is not in NFC, or when there is no text
 */
export function editionOf(texts: ReadonlyMap<string, string>): string {
  if (texts.size === 0) throw new LetterError("edition", "a letter has a text in one language at least");
  const parts = [...texts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([lang, text]) => {
      if (text.includes("\r") || text !== text.normalize("NFC")) {
        throw new LetterError("edition", `content/${lang}/letter.md: the text must have LF line ends and be in NFC`);
      }
      const bytes = Buffer.from(text, "utf8");
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    });
  return formatBase64url(sha256(...parts));
}
