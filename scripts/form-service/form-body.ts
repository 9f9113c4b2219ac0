/** A form as it was sent, or the status that refuses it. */
export type FormBody = { form: URLSearchParams } | { refused: 413 | 415 };

/** Bytes of the longest form that is read; the longest one that could be taken has about 4,000. */
export const FORM_BYTES = 16 * 1024;

/** Reads a form that was sent urlencoded; any other encoding is refused, and reading stops at 16 kB. */
export async function readForm(request: Request): Promise<FormBody> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") return { refused: 415 };
  if (Number(request.headers.get("content-length") ?? 0) > FORM_BYTES) return { refused: 413 };
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > FORM_BYTES) return { refused: 413 };
    chunks.push(chunk);
  }
  return { form: new URLSearchParams(Buffer.concat(chunks).toString("utf8")) };
}
