import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { openBoundedMap } from "../store/bounded-map.ts";

/** A way to pack an answer that browsers know. */
export type Encoding = "br" | "gzip";

const [brotli, zip] = [promisify(brotliCompress), promisify(gzip)];

/** So many packed files are kept: a site has few that are asked for often. */
const KEPT = 100;
const kept = openBoundedMap<Buffer>(KEPT);

/** The better of the two that a browser takes by its `Accept-Encoding`, undefined for neither (RFC 9110 §12.5.3). */
export function encodingFor(accepted: string | null): Encoding | undefined {
  const taken = (accepted ?? "")
    .toLowerCase()
    .split(",")
    .filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part));
  const names = taken.map((part) => part.split(";")[0]!.trim());
  return (["br", "gzip"] as const).find((encoding) => names.includes(encoding));
}

/**
 * A file of the site, packed.
 *
 * Only what stands in files is ever packed. An answer with a secret in it is not: its packed length would tell of the
 * secret whatever else of the same page an attacker can choose (BREACH).
 *
 * @param tag names the content; the same tag is the same bytes
 */
export async function pack(content: Uint8Array, encoding: Encoding, tag: string): Promise<Buffer> {
  const name = `${encoding} ${tag}`;
  const before = kept.get(name);
  if (before) return before;
  // Most of brotli's gain is there at half of its effort, which costs a millisecond.
  const packed =
    encoding === "br"
      ? await brotli(content, {
          params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
        })
      : await zip(content);
  kept.set(name, packed, "site");
  return packed;
}
