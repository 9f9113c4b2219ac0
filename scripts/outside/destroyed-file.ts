import { open, rm, stat } from "node:fs/promises";

/**
 * Destroys a file: its bytes are overwritten, and it is removed. A folder is removed with everything in it.
 *
 * On flash memory and on copy-on-write file systems the old bytes may survive that: only an encrypted disk whose key is
 * destroyed is safe.
 *
 * @returns false when there was nothing
 */
export async function destroyFile(path: string): Promise<boolean> {
  if (!(await overwriteFile(path))) return false;
  await rm(path, { recursive: true, force: true });
  return true;
}

/** Overwrites the bytes of a file, and leaves it there; a folder stays as it is. Returns false when there was nothing. */
export async function overwriteFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return false;
  if (!found.isFile()) return true;
  const file = await open(path, "r+");
  for (let at = 0; at < found.size; at += CHUNK)
    await file.write(new Uint8Array(Math.min(CHUNK, found.size - at)), 0, undefined, at);
  await file.sync();
  await file.close();
  return true;
}

const CHUNK = 2 ** 20;
