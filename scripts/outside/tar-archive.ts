import { type FileHandle, open } from "node:fs/promises";
import { LetterError } from "../letter/error.ts";

const BLOCK = 512;

/** Where a file lies in an archive. */
type Place = { readonly offset: number; readonly size: number };

/**
 * Reads single files out of an uncompressed tar archive (POSIX ustar, with pax headers for long paths), of any size: its
 * headers are read once, the content of a file when it is asked for. The folder that holds everything is left out of paths.
 *
 * @throws LetterError `tar` for anything that is not a whole, plain archive: links, devices, two files of one path
 */
export async function openTar(path: string): Promise<(name: string, most: number) => Promise<Uint8Array | undefined>> {
  const file = await open(path, "r");
  const places = withoutTop(await readPlaces(file));
  return async (name, most) => {
    const place = places.get(name);
    if (place === undefined) return undefined;
    if (place.size > most) throw new LetterError("tar", `${name} has more than ${most} bytes`);
    return readAt(file, place.offset, place.size);
  };
}

async function readPlaces(file: FileHandle): Promise<Map<string, Place>> {
  const places = new Map<string, Place>();
  let long: string | undefined;
  for (let at = 0; ; ) {
    const header = await readAt(file, at, BLOCK);
    if (header.every((byte) => byte === 0)) return places;
    assertHeader(header, at);
    const size = octal(header.subarray(124, 136));
    const type = String.fromCharCode(header[156]!);
    const name = long ?? shortName(header);
    long = undefined;
    if (type === "x") long = paxPath(await readAt(file, at + BLOCK, Math.min(size, 65_536)));
    else if (type === "0" || type === "\0") {
      if (places.has(name)) throw broken(at, "two files of one path");
      places.set(name, { offset: at + BLOCK, size });
    } else if (type !== "5") throw broken(at, "something that is neither a file nor a folder");
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}

async function readAt(file: FileHandle, offset: number, size: number): Promise<Uint8Array> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(size), 0, size, offset);
  if (bytesRead < size) throw broken(offset, "the archive is cut short");
  return new Uint8Array(buffer.buffer, buffer.byteOffset, size);
}

function assertHeader(header: Uint8Array, at: number): void {
  // The checksum is over the header with blanks in its own place.
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  if (text(header.subarray(257, 262)) !== "ustar" || octal(header.subarray(148, 156)) !== sum)
    throw broken(at, "not a header of a tar archive, or a damaged one");
}

function shortName(header: Uint8Array): string {
  const prefix = text(header.subarray(345, 500));
  const name = text(header.subarray(0, 100));
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** The path in a pax header: records of `LENGTH KEY=VALUE\n`, the length in bytes of all of it. */
function paxPath(records: Uint8Array): string | undefined {
  for (let at = 0; at < records.length; ) {
    const blank = records.indexOf(32, at);
    const length = Number(text(records.subarray(at, blank)));
    if (blank < 0 || !(length > 0)) return undefined;
    const record = text(records.subarray(blank + 1, at + length - 1));
    if (record.startsWith("path=")) return record.slice(5);
    at += length;
  }
  return undefined;
}

/** A bag lies in one folder of its own, whose name nobody who reads it needs. */
function withoutTop(places: Map<string, Place>): Map<string, Place> {
  const tops = new Set([...places.keys()].map((name) => name.split("/")[0]));
  if (tops.size !== 1 || [...places.keys()].some((name) => !name.includes("/"))) return places;
  return new Map([...places].map(([name, place]) => [name.slice(name.indexOf("/") + 1), place]));
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function octal(bytes: Uint8Array): number {
  return Number.parseInt(text(bytes).trim() || "0", 8);
}

function broken(at: number, what: string): LetterError {
  return new LetterError("tar", `byte ${at} of the archive: ${what}`);
}
