import { LetterError } from "../../letter/bytes/error.ts";
import { runGit } from "./run.ts";

/**
 * Writes every commit of every ref of a repository again into an empty folder, each file as `change` returns it. The old
 * repository is not touched, and the new one holds none of its objects, only those written here.
 *
 * @param to a folder that is not there yet; it becomes a bare repository
 * @param change gets the bytes of each version of each file once
 */
export async function rewriteHistory(
  from: string,
  to: string,
  change: (file: Uint8Array) => Uint8Array,
): Promise<void> {
  // Signatures over commits and tags would be over what is no longer there.
  const { stdout } = await runGit(from, ["fast-export", "--all", "--signed-tags=strip", "--reencode=no"]);
  const head = (await runGit(from, ["symbolic-ref", "HEAD"])).stdout.toString("utf8").trim();
  await runGit(to, ["init", "--quiet", "--bare"]);
  await runGit(to, ["fast-import", "--quiet", "--force"], { input: rewriteStream(stdout, change) });
  await runGit(to, ["symbolic-ref", "HEAD", head]);
}

/** The stream of `git fast-export` with other contents of files: lines, and behind `data N` as many bytes. */
function rewriteStream(stream: Buffer, change: (file: Uint8Array) => Uint8Array): Buffer {
  const parts: Uint8Array[] = [];
  let isFile = false;
  for (let at = 0; at < stream.length; ) {
    const end = stream.indexOf(10, at) + 1;
    if (end === 0) throw new LetterError("git", "git fast-export ended inside a line");
    const line = stream.toString("latin1", at, end - 1);
    if (/^(blob|commit |tag |reset )/.test(line)) isFile = line === "blob";
    const data = /^data (\d+)$/.exec(line);
    if (!data) parts.push(stream.subarray(at, end));
    at = end + Number(data?.[1] ?? 0);
    if (!data) continue;
    const content = stream.subarray(end, at);
    const bytes = isFile ? change(content) : content;
    parts.push(Buffer.from(`data ${bytes.length}\n`), bytes);
  }
  return Buffer.concat(parts);
}
