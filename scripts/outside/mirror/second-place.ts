import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { LetterError } from "../../letter/bytes/error.ts";
import { isOnAnotherHost } from "../backup-list.ts";
import type { Remote } from "../git/run.ts";
import type { Settings } from "../settings.ts";

/** Where mirrors are kept: a folder, or a repository at another host. */
export type SecondPlace =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "host"; readonly remote: Remote };

/**
 * Reads what was typed as a place.
 *
 * @param tokenFile path of the file with the token for an address
 * @throws LetterError `mirror`; neither address nor token in its message
 */
export async function readPlace(
  typed: string,
  tokenFile: string | undefined,
  gitHost: Settings["gitHost"],
): Promise<SecondPlace> {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(typed) && !/^[\w.-]+@[\w.-]+:/.test(typed)) {
    if (tokenFile !== undefined) throw wrong("--token is for an address: a folder needs none");
    return { kind: "folder", path: resolve(typed) };
  }
  const url = URL.canParse(typed) ? new URL(typed) : undefined;
  const isSafe =
    url?.protocol === "https:" || (url?.protocol === "http:" && /^(127\.0\.0\.1|localhost)$/.test(url.hostname));
  if (url === undefined || !isSafe || !isOnAnotherHost(typed)) throw wrong("write the address with https://");
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    throw wrong(
      "write the address without a name, a password, a question mark or a hash; the token is in the file of --token",
    );
  if (gitHost.kind === "github" && isSame(url, `${gitHost.serverUrl}/${gitHost.repository}`))
    throw wrong("that is the campaign's own repository, and would be closed together with it: take another host");
  if (tokenFile === undefined) throw wrong("name with --token the file with the token that may push there");
  const token = await readFile(tokenFile, "utf8").then(
    (text) => text.trim(),
    (cause) => {
      throw new LetterError("mirror", "there is no such file of a token, or it cannot be read", { cause });
    },
  );
  if (!/^[\x21-\x7e]+$/.test(token)) throw wrong("the file of --token holds no token: write it on one line");
  return { kind: "host", remote: { url: typed.replace(/\/$/, ""), token } };
}

function isSame(url: URL, own: string): boolean {
  const plain = ({ host, pathname }: URL) =>
    [host, ...pathname.split("/").filter(Boolean)]
      .join("/")
      .toLowerCase()
      .replace(/\.git$/, "");
  return plain(url) === plain(new URL(own));
}

function wrong(message: string): LetterError {
  return new LetterError("mirror", message);
}
