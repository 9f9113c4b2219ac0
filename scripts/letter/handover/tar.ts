import { LetterError } from "../bytes/error.ts";

/** The size of a block in bytes. A header is one block, and the content of a file is padded to whole blocks. */
export const TAR_BLOCK = 512;

/** One plain file of a tar, without an owner, with mode 0644 and a whole day as its time. */
export type TarEntry = {
  /** ASCII, without a slash at either end */
  readonly path: string;
  /** bytes, fewer than 8 GiB */
  readonly size: number;
  /** UTC day, `YYYY-MM-DD` */
  readonly day: string;
};

/** Returns the number of zero bytes that pad a content of this size to the next block. */
export function tarPadding(size: number): number {
  return (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK;
}

/** The end of a tar: two blocks of zeros. */
export const TAR_END = new Uint8Array(2 * TAR_BLOCK);

/**
 * Formats the header of a file (POSIX.1-1988, "ustar"), which every tar program reads.
 *
 * ```
 * offset 0 name[100] 100 mode[8] 108 uid[8] 116 gid[8] 124 size[12] 136 mtime[12] 148 sum[8] 156 type 157 link[100]
 *        257 "ustar\0" 263 "00" 265 user[32] 297 group[32] 329 major[8] 337 minor[8] 345 prefix[155]
 * ```
 *
 * @throws LetterError `tar` for a path or a size that does not fit
 */
export function formatTarHeader({ path, size, day }: TarEntry): Uint8Array {
  if (!/^[\x21-\x7e]+$/.test(path) || size > 0o77777777777)
    throw new LetterError("tar", "a path or size that a tar cannot hold");
  const cut = path.length > 100 ? path.indexOf("/", path.length - 101) : -1;
  const [prefix, name] = cut < 0 ? ["", path] : [path.slice(0, cut), path.slice(cut + 1)];
  if (name.length > 100 || prefix.length > 155) throw new LetterError("tar", "a path that is too long for a tar");
  const header = Buffer.alloc(TAR_BLOCK);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
  header.write(name, 0, "latin1");
  header.write("0000644\x000000000\x000000000\0", 100, "latin1");
  header.write(`${octal(size, 11)}\0${octal(Date.parse(`${day}T00:00:00Z`) / 1000, 11)}\0`, 124, "latin1");
  header.write("        0", 148, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  header.write("0000000\x000000000\0", 329, "latin1");
  header.write(prefix, 345, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148, "latin1");
  return header;
}

/** @throws LetterError `tar` for a block that `formatTarHeader` would not write */
export function parseTarHeader(header: Uint8Array): TarEntry {
  const bytes = Buffer.from(header);
  const text = (start: number, length: number) => bytes.toString("latin1", start, start + length).split("\0", 1)[0]!;
  const [name, prefix] = [text(0, 100), text(345, 155)];
  const seconds = Number.parseInt(text(136, 12), 8);
  const size = Number.parseInt(text(124, 12), 8);
  if (seconds >= 0 && seconds < 2 ** 33 && size >= 0) {
    const day = new Date(seconds * 1000).toISOString().slice(0, 10);
    const entry = { path: prefix === "" ? name : `${prefix}/${name}`, size, day };
    if (/^[\x21-\x7e]+$/.test(entry.path) && bytes.equals(formatTarHeader(entry))) return entry;
  }
  throw new LetterError("tar", "the header of a file is damaged");
}

/**
 * Whether a block is a whole header that another program may have written: its sum is right, and it is not one of ours
 * whose sum is damaged. Programs that are older than the standard take the bytes for signed ones.
 */
export function isForeignTarHeader(block: Uint8Array): boolean {
  const [start, end] = SUM;
  const told = Number.parseInt(Buffer.from(block.subarray(start, end)).toString("latin1"), 8);
  const others = Array.from(block, (byte, at) => (at >= start && at < end ? 0x20 : byte));
  const sum = others.reduce((total, byte) => total + byte, 0);
  const signed = sum - 256 * others.filter((byte) => byte > 127).length;
  return block.length === TAR_BLOCK && (told === sum || told === signed) && !isOurs(others, sum);
}

/** Whether a header is ours with the right sum. */
function isOurs(header: readonly number[], sum: number): boolean {
  const bytes = Buffer.from(header);
  bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, SUM[0], "latin1");
  try {
    return parseTarHeader(bytes).path !== "";
  } catch {
    return false;
  }
}

/** Where the sum is in a header. */
const SUM = [148, 156] as const;
