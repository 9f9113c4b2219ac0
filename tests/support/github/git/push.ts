import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** `git push` from a bare repository on this machine, as a workflow does it. @throws Error with what git said */
export async function pushTo(url: string, token: string, refspecs: readonly string[], from: string): Promise<void> {
  const authorization = Buffer.from(`x-access-token:${token}`).toString("base64");
  const settings = ["-c", `http.extraHeader=Authorization: Basic ${authorization}`, "-c", "credential.helper="];
  await promisify(execFile)("git", ["--git-dir", from, ...settings, "push", "--quiet", url, ...refspecs], {
    env: {
      PATH: process.env.PATH,
      HOME: "/nonexistent",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0",
    },
  });
}
