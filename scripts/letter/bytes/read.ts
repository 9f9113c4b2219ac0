import type { z } from "zod";
import { LetterError } from "./error.ts";

/** The bytes under a path without leading slash, undefined where nothing is. */
export type Read = (path: string) => Promise<Uint8Array | undefined>;

/** The bytes under a path. @throws LetterError `verify` when nothing is there */
export async function need(read: Read, path: string): Promise<Uint8Array> {
  const bytes = await read(path);
  if (bytes === undefined) throw failed(`${path} is missing`);
  return bytes;
}

/** The JSON under a path. @throws LetterError `verify` when it is missing or another */
export async function readJson<T>(read: Read, path: string, schema: z.ZodType<T>): Promise<T> {
  return parseJson(path, await need(read, path), schema);
}

/** @throws LetterError `verify` for anything that the schema does not describe */
export function parseJson<T>(path: string, bytes: Uint8Array, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(decodeUtf8(bytes)));
  } catch (cause) {
    throw new LetterError("verify", `${path}: not the JSON that belongs there`, { cause });
  }
}

/** The text of a file. @throws LetterError `verify` for bytes that are not UTF-8 */
export function textOf(path: string, bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes);
  } catch (cause) {
    throw new LetterError("verify", `${path}: not UTF-8`, { cause });
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as UTF-8 text, exactly. @throws TypeError for anything else */
export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** What a step gives; an error carries the place where it happened in front. */
export function inside<T>(where: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw place(where, cause);
  }
}

/** The error with the place where it happened in front. */
function place(where: string, cause: unknown): LetterError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new LetterError(cause instanceof LetterError ? cause.code : "verify", `${where}: ${message}`, { cause });
}

/** A rule of verification that is broken. */
export function failed(message: string): LetterError {
  return new LetterError("verify", message);
}
