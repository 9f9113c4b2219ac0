/** A form as it was sent, or the status that refuses it. */
export type FormBody = { form: URLSearchParams } | { refused: 400 | 413 | 415 };

/** Bytes of the longest form that is read. The longest valid one has about 4,000. */
export const FORM_BYTES = 16 * 1024;

/**
 * Reads a urlencoded form in UTF-8. Any other encoding is refused, and reading stops at 16 kB.
 *
 * A body that is not valid UTF-8, or has an incomplete percent escape, is refused as a whole: decoding it leniently
 * would yield other text than was typed.
 */
export async function readForm(request: Request): Promise<FormBody> {
  const type = request.headers.get("content-type")?.toLowerCase() ?? "";
  if (!/^application\/x-www-form-urlencoded\s*(;\s*charset="?utf-8"?\s*)?$/.test(type)) return { refused: 415 };
  if (Number(request.headers.get("content-length") ?? 0) > FORM_BYTES) return { refused: 413 };
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > FORM_BYTES) return { refused: 413 };
    chunks.push(chunk);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
    decodeURIComponent(text);
    return { form: new URLSearchParams(text) };
  } catch {
    return { refused: 400 };
  }
}
