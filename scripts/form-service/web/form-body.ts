/** A form as it was sent, or the status that refuses it. */
export type FormBody = { form: URLSearchParams } | { refused: 400 | 413 | 415 };

/** Bytes of the longest form that is read; the longest one that could be taken has about 4,000. */
export const FORM_BYTES = 16 * 1024;

/**
 * Reads a form that was sent urlencoded, in UTF-8; any other encoding is refused, and reading stops at 16 kB.
 *
 * What is no UTF-8, or breaks off behind a percent sign, is refused whole: read all the same, it would be another text than
 * the one that was typed.
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
