import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LetterError } from "../letter/error.ts";
import type { Read } from "../letter/published-ledger.ts";

/**
 * Reads a published site: from a folder, or from an http(s) address.
 *
 * @throws LetterError `published` when there is no such folder
 */
export function openPublished(place: string): Read {
  if (/^https?:\/\//.test(place)) return readFrom(new URL(place.endsWith("/") ? place : `${place}/`));
  if (!existsSync(place))
    throw new LetterError("published", "there is no such folder: name a built site, such as .data/site, or an address");
  return (path) => readFromFolder(place, path);
}

async function readFromFolder(folder: string, path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(join(folder, path));
  } catch (cause) {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes((cause as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new LetterError("published", `${path} cannot be read`, { cause });
  }
}

const TRIES = 3;

function readFrom(base: URL): Read {
  return async (path) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await fetch(new URL(path.replace(/(^|\/)index\.html$/, "$1"), base), {
          signal: AbortSignal.timeout(30_000),
        });
        if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
        if (answer.status === 404 || answer.status === 410) return undefined;
        if (answer.status < 500 || attempt === TRIES)
          throw new LetterError("published", `${path}: the site answers with status ${answer.status}`);
      } catch (cause) {
        if (cause instanceof LetterError) throw cause;
        if (attempt === TRIES)
          throw new LetterError("published", `${path} cannot be fetched: is the address right, and are you online?`, {
            cause,
          });
      }
      await new Promise((wake) => setTimeout(wake, 500 * attempt));
    }
  };
}
