import type { z } from "zod";
import { LetterError } from "./error.ts";

/** Reads the bytes at a path without leading slash; undefined when there are none. */
export type Read = (path: string) => Promise<Uint8Array | undefined>;

/** Reads the bytes at a path. @throws LetterError `verify` when nothing is there */
export async function readRequired(read: Read, path: string): Promise<Uint8Array> {
  const bytes = await read(path);
  if (bytes === undefined) throw failed(`${path} is missing`);
  return bytes;
}

/** Reads the JSON at a path. @throws LetterError `verify` when it is missing or does not match the schema */
export async function readJson<T>(read: Read, path: string, schema: z.ZodType<T>): Promise<T> {
  return parseJson(path, await readRequired(read, path), schema);
}

/** @throws LetterError `verify` for anything that does not match the schema */
export function parseJson<T>(path: string, bytes: Uint8Array, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(decodeUtf8(bytes)));
  } catch (cause) {
    throw new LetterError("verify", `${path}: not the JSON that belongs there`, { cause });
  }
}

/** Decodes a file as text. @throws LetterError `verify` for bytes that are not UTF-8 */
export function textOf(path: string, bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes);
  } catch (cause) {
    throw new LetterError("verify", `${path}: not UTF-8`, { cause });
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decodes UTF-8 and keeps a byte order mark. @throws TypeError for bytes that are not UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** Returns what `run` returns, and puts the place in front of the message of an error it throws. */
export function withContext<T>(where: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw place(where, cause);
  }
}

function place(where: string, cause: unknown): LetterError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new LetterError(cause instanceof LetterError ? cause.code : "verify", `${where}: ${message}`, { cause });
}

/** Creates the error for a broken rule of verification. */
export function failed(message: string): LetterError {
  return new LetterError("verify", message);
}
