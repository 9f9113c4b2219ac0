import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { openBoundedMap } from "../store/bounded-map.ts";

/** A compression that browsers support. */
export type Encoding = "br" | "gzip";

const [brotli, zip] = [promisify(brotliCompress), promisify(gzip)];

/** The most compressed files that are kept: few files of a site are requested often. */
const KEPT = 100;
const kept = openBoundedMap<Buffer>(KEPT);

/** Returns the better encoding that `Accept-Encoding` allows; undefined if it allows neither (RFC 9110 §12.5.3). */
export function encodingFor(accepted: string | null): Encoding | undefined {
  const taken = (accepted ?? "")
    .toLowerCase()
    .split(",")
    .filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part));
  const names = taken.map((part) => part.split(";")[0]!.trim());
  return (["br", "gzip"] as const).find((encoding) => names.includes(encoding));
}

/**
 * Compresses a file of the site.
 *
 * Only files are ever compressed. An answer with a secret in it is not, because an attacker who can choose other parts
 * of the page could learn the secret from its compressed length (BREACH).
 *
 * @param tag names the content; the same tag is the same bytes
 */
export async function pack(content: Uint8Array, encoding: Encoding, tag: string): Promise<Buffer> {
  const name = `${encoding} ${tag}`;
  const before = kept.get(name);
  if (before) return before;
  // Half of brotli's effort brings most of its gain, and costs a millisecond.
  const packed =
    encoding === "br"
      ? await brotli(content, {
          params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
        })
      : await zip(content);
  kept.set(name, packed, "site");
  return packed;
}
