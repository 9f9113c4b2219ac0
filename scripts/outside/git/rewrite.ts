import { LetterError } from "../../letter/bytes/error.ts";
import { soundRefs } from "./bundle.ts";
import { MAIN } from "./ref.ts";
import { runGit } from "./run.ts";

/** Returns the new bytes of one version of a file. */
type Change = (file: Uint8Array, paths: readonly string[]) => Uint8Array;

/**
 * Rewrites every commit of every ref, except those below `refs/undersigned/`, into a new repository, with each file as
 * `change` returns it. The old repository is not touched, and the new one holds none of its objects.
 *
 * @param to a folder that is not there yet; it becomes a bare repository
 * @param change gets the bytes of each version of each file once, and all paths at which it ever was
 */
export async function rewriteHistory(from: string, to: string, change: Change): Promise<void> {
  const stdout = await exportAll(from);
  const head = (await runGit(from, ["symbolic-ref", "HEAD"])).stdout.toString("utf8").trim();
  await runGit(to, ["init", "--quiet", "--bare"]);
  await runGit(to, ["fast-import", "--quiet", "--force"], { input: rewriteStream(stdout, change) });
  await runGit(to, ["symbolic-ref", "HEAD", head]);
}

/** Exports all refs; if objects are damaged, only those that can be read in full, and main must be one of them. */
async function exportAll(repository: string): Promise<Buffer> {
  const exported = async (refs: readonly string[]) => {
    // A signature would no longer match what it signed.
    const how = ["--signed-tags=strip", "--reencode=no"];
    return (await runGit(repository, ["fast-export", ...refs, ...how])).stdout;
  };
  try {
    return await exported(["--exclude=refs/undersigned/*", "--all"]);
  } catch (cause) {
    const sound = await soundRefs(repository);
    if (!sound.includes(MAIN)) throw cause;
    return exported(sound);
  }
}

/** The stream of `git fast-export` with the files' contents replaced. */
function rewriteStream(stream: Buffer, change: Change): Buffer {
  const paths = pathsOfFiles(stream);
  const parts: Uint8Array[] = [];
  let isFile = false;
  let mark = "";
  for (const { line, bytes, data } of readStream(stream)) {
    if (/^(blob|commit |tag |reset )/.test(line)) isFile = line === "blob";
    mark = /^mark (:\d+)$/.exec(line)?.[1] ?? mark;
    if (data === undefined) {
      parts.push(bytes);
      continue;
    }
    const written = isFile ? change(data, paths.get(mark) ?? []) : data;
    parts.push(Buffer.from(`data ${written.length}\n`), written);
  }
  return Buffer.concat(parts);
}

/** Every path at which a file ever was, by the mark of its bytes. */
function pathsOfFiles(stream: Buffer): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  for (const { line } of readStream(stream)) {
    const [, mark, path] = /^M \d+ (:\d+) (.+)$/.exec(line) ?? [];
    if (mark !== undefined && path !== undefined) paths.set(mark, [...(paths.get(mark) ?? []), path]);
  }
  return paths;
}

type Part = { readonly line: string; readonly bytes: Buffer; readonly data?: Buffer };

/** Reads the stream line by line; a line `data N` is followed by N bytes. */
function* readStream(stream: Buffer): Generator<Part> {
  for (let at = 0; at < stream.length; ) {
    const end = stream.indexOf(10, at) + 1;
    if (end === 0) throw new LetterError("git", "git fast-export ended inside a line");
    const line = stream.toString("latin1", at, end - 1);
    const length = /^data (\d+)$/.exec(line)?.[1];
    const bytes = stream.subarray(at, end);
    at = end + Number(length ?? 0);
    yield length === undefined ? { line, bytes } : { line, bytes, data: stream.subarray(end, at) };
  }
}
