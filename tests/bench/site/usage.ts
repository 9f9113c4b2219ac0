import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { root } from "../../support/source.ts";

/** What a program and all that it started have used: processor time of all, memory of the largest. */
export type Usage = { readonly seconds: number; readonly mebibytes: number };

/** Runs a program of Node.js to its end. @throws Error when it fails, with what it said */
export async function usageOf(
  args: readonly string[],
  { cwd = root, environment = {} }: { cwd?: string; environment?: Readonly<Record<string, string>> } = {},
): Promise<Usage> {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-usage-"));
  try {
    const noting = `--import=${new URL("note-usage.ts", import.meta.url).href}`;
    const env = { ...process.env, ...environment, NODE_OPTIONS: noting, USAGE_FOLDER: folder };
    const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
    const [said, [code]] = await Promise.all([text(child.stderr!), once(child, "close")]);
    if (code !== 0) throw new Error(`${args.join(" ")} failed: ${said.slice(-2_000)}`);
    const all = readdirSync(folder).map((file): Usage => JSON.parse(readFileSync(join(folder, file), "utf8")));
    return {
      seconds: all.reduce((sum, { seconds }) => sum + seconds, 0),
      mebibytes: Math.max(...all.map(({ mebibytes }) => mebibytes)),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
