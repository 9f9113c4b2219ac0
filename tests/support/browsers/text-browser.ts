import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { findProgram } from "../servers/programs.ts";

const run = promisify(execFile);

/** Renders HTML as a browser without pictures, styles and scripts shows it. */
export type TextBrowser = (html: string) => Promise<string>;

const KINDS = {
  w3m: {
    packages: ["w3m", "libgc1"],
    args: ["-dump", "-cols", "120", "-I", "UTF-8", "-O", "UTF-8", "-T", "text/html"],
  },
  lynx: {
    packages: ["lynx", "lynx-common"],
    args: ["-dump", "-nolist", "-width=120", "-assume_charset=utf-8", "-display_charset=utf-8", "-stdin"],
  },
} as const;

/**
 * Finds a text browser of the machine, or unpacks one where packages of Debian can be had; undefined if neither is
 * possible.
 */
export async function findTextBrowser(name: keyof typeof KINDS): Promise<TextBrowser | undefined> {
  const { packages, args } = KINDS[name];
  const installed = findProgram(name);
  const folder = installed === undefined ? await unpack(packages).catch(() => undefined) : "";
  if (folder === undefined) return undefined;
  const program = installed ?? join(folder, "usr/bin", name);
  const settings = installed === undefined && name === "lynx" ? [`-cfg=${join(folder, "etc/lynx/lynx.cfg")}`] : [];
  const env = { PATH: process.env.PATH, LC_ALL: "C.UTF-8", HOME: tmpdir(), LD_LIBRARY_PATH: await libraries(folder) };
  return async (html) => {
    const child = spawn(program, [...settings, ...args], { env, stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.end(html);
    const [shown] = await Promise.all([text(child.stdout), once(child, "exit")]);
    return shown;
  };
}

async function unpack(packages: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "text-browser-"));
  const impatient = ["-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=20"];
  await run("apt-get", [...impatient, "download", ...packages], { cwd: folder });
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".deb")))
    await run("dpkg", ["-x", file, "."], { cwd: folder });
  return folder;
}

async function libraries(folder: string): Promise<string> {
  if (folder === "") return process.env.LD_LIBRARY_PATH ?? "";
  const lib = join(folder, "usr/lib");
  return (await readdir(lib)).map((name) => join(lib, name)).join(":");
}
