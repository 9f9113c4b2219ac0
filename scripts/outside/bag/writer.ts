import { createHash } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { formatBase64url } from "../../letter/bytes/base64url.ts";
import { BAG_DECLARATION, formatBagInfo, formatManifest, formatOxum } from "../../letter/handover/bag.ts";
import { formatTarHeader, TAR_END, tarPadding } from "../../letter/handover/tar.ts";
import { makeFolder } from "../folder.ts";

/** A bag to write. */
export type NewBag = {
  /** name of its folder, and of the file without `.tar` */
  readonly name: string;
  /** UTC day of all its files */
  readonly day: string;
  /** the files below `data/`, in the order in which they are written */
  readonly payload:
    | Iterable<readonly [path: string, content: Uint8Array | string]>
    | AsyncIterable<readonly [string, Uint8Array | string]>;
  /** files next to `data/`, for people who open the bag */
  readonly tagFiles?: ReadonlyMap<string, string>;
  /** lines of `bag-info.txt`, besides `Bagging-Date` and `Payload-Oxum` */
  readonly info: ReadonlyMap<string, string>;
};

/**
 * Writes a bag (BagIt 1.0, RFC 8493) as an uncompressed tar: the same content yields the same bytes, on any machine.
 * The payload is streamed, so it may be larger than memory.
 *
 * @param file exists only when it is complete
 * @param mayReplace is told the digest before the file takes the place of another, and throws if it may not
 * @returns SHA-256 of the file, base64url
 */
export async function writeBag(
  file: string,
  bag: NewBag,
  mayReplace: (digest: string) => Promise<void> = async () => {},
): Promise<string> {
  makeFolder(dirname(file), "--out", 0o777);
  const draft = `${file}.part`;
  const handle = await open(draft, "w", 0o600);
  try {
    const whole = createHash("sha256");
    const write = async (bytes: Uint8Array) => {
      whole.update(bytes);
      await handle.writeFile(bytes);
    };
    const add = async (path: string, content: Uint8Array | string) => {
      const bytes = Buffer.from(content as string);
      await write(formatTarHeader({ path: `${bag.name}/${path}`, size: bytes.length, day: bag.day }));
      await write(bytes);
      await write(new Uint8Array(tarPadding(bytes.length)));
      return { digest: createHash("sha512").update(bytes).digest("hex"), size: bytes.length };
    };
    await addAll(bag, add);
    await write(TAR_END);
    await handle.sync();
    const digest = formatBase64url(whole.digest());
    await mayReplace(digest);
    await rename(draft, file);
    return digest;
  } finally {
    await handle.close();
    await rm(draft, { force: true });
  }
}

type Add = (path: string, content: Uint8Array | string) => Promise<{ digest: string; size: number }>;

/** Adds `bagit.txt` first and the manifests last, because their content is only known then. */
async function addAll(bag: NewBag, add: Add): Promise<void> {
  const [payload, tags] = [new Map<string, string>(), new Map<string, string>()];
  const tag = async (path: string, content: string) => tags.set(path, (await add(path, content)).digest);
  await tag("bagit.txt", BAG_DECLARATION);
  for (const [path, text] of bag.tagFiles ?? []) await tag(path, text);
  let bytes = 0;
  for await (const [path, content] of bag.payload) {
    const { digest, size } = await add(`data/${path}`, content);
    payload.set(`data/${path}`, digest);
    bytes += size;
  }
  const own = [
    ["Bagging-Date", bag.day],
    ["Payload-Oxum", formatOxum(bytes, payload.size)],
  ] as const;
  await tag("bag-info.txt", formatBagInfo(new Map([...bag.info, ...own])));
  await tag("manifest-sha512.txt", formatManifest(payload));
  await add("tagmanifest-sha512.txt", formatManifest(tags));
}
