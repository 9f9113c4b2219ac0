import { readFile, realpath, stat } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { formatBase64url } from "../../letter/bytes/base64url.ts";
import { sha256 } from "../../letter/bytes/hash.ts";
import { encodingFor, pack } from "./compression.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".md": "text/markdown; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".xml": "application/xml",
  ".pdf": "application/pdf",
};

/**
 * Returns the file of the built site for a GET request; undefined if there is none.
 *
 * The folder is a link that is swapped at each publish, so every request resolves it again.
 *
 * @param names the origin that the pages of the folder name, and the one that they name instead
 */
export async function staticFile(
  folder: string,
  request: Request,
  names?: { readonly from: string; readonly to: string },
): Promise<Response | undefined> {
  const path = decodePath(new URL(request.url).pathname);
  if (path === undefined) return undefined;
  const found = await find(folder, path);
  if (found === undefined) return undefined;
  if ("folder" in found) return new Response(null, { status: 301, headers: { Location: found.folder } });
  const content = readdress(await readFile(found.file), found.file, names);
  const tag = `"${formatBase64url(sha256(content)).slice(0, 22)}"`;
  const type = typeOf(path, found.file);
  const packs = isPacked(type, content.length);
  const encoding = packs ? encodingFor(request.headers.get("accept-encoding")) : undefined;
  const headers = {
    "Cache-Control": cacheFor(path),
    ETag: encoding ? tag.replace(/"$/, `-${encoding}"`) : tag,
    ...(packs ? { Vary: "Accept-Encoding" } : {}),
  };
  if (request.headers.get("if-none-match")?.includes(headers.ETag)) return new Response(null, { status: 304, headers });
  const body = encoding ? await pack(content, encoding, tag) : content;
  return new Response(new Uint8Array(body), {
    headers: {
      ...headers,
      ...(encoding ? { "Content-Encoding": encoding } : {}),
      "Content-Type": type,
      "Content-Length": String(body.length),
    },
  });
}

/** Replaces a host name. Even a link that shares an address has the host as it is, because only what precedes it is encoded. */
function readdress(content: Buffer, file: string, names?: { from: string; to: string }): Buffer {
  if (names === undefined || names.from === names.to || !/\.(html|xml)$/.test(file)) return content;
  const host = (origin: string) => origin.replace("http://", "");
  return Buffer.from(content.toString().replaceAll(host(names.from), host(names.to)));
}

/** Text longer than one packet; fonts and pictures are compressed already. */
function isPacked(type: string, length: number): boolean {
  return length > 1400 && /^(text\/|image\/svg|application\/(json|xml))/.test(type);
}

// A path has one spelling, in the characters that paths of the site have. Any other path does not exist.
function decodePath(pathname: string): string | undefined {
  if (!/^\/[\w./~-]*$/.test(pathname) || pathname.includes("//")) return undefined;
  const hidden = pathname.split("/").some((part) => part.startsWith(".") && part !== ".well-known");
  return hidden ? undefined : pathname;
}

async function find(folder: string, path: string): Promise<{ file: string } | { folder: string } | undefined> {
  try {
    const root = await realpath(folder);
    const file = await realpath(join(root, path.endsWith("/") ? `${path}index.html` : path));
    if (!file.startsWith(root + sep)) return undefined;
    const found = await stat(file);
    if (found.isFile()) return { file };
    return found.isDirectory() ? { folder: `${path}/` } : undefined;
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ENAMETOOLONG"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

function typeOf(path: string, file: string): string {
  if (path === "/ledger/checkpoint") return "text/plain; charset=utf-8";
  if (path.startsWith("/ledger/tile/")) return "application/octet-stream";
  return TYPES[extname(file)] ?? "application/octet-stream";
}

function cacheFor(path: string): string {
  // A tile never changes: a partial one has its width in its name.
  if (path.startsWith("/ledger/tile/")) return "public, max-age=31536000, immutable";
  return /\.(css|js|woff2|svg|png|ico)$/.test(path) ? "public, max-age=300" : "no-cache";
}
