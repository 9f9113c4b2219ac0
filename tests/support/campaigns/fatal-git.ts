import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { root } from "../source.ts";

/** Where in a call of git the power goes: before it, over half of its input or with the locks of refs held, or after it. */
export const MOMENTS = ["before", "within", "after"] as const;
export type Moment = (typeof MOMENTS)[number];

/** A `git` that counts its calls and cuts the power at one of them: how fast the machine is does not matter. */
export type FatalGit = {
  /** a PATH on which it comes before the real one */
  readonly path: string;
  /** how often it was called since `cutAt` */
  calls(): number;
  /** Counts from the start again; at this call the whole process group dies. */
  cutAt(call: number, moment: Moment): void;
  remove(): void;
};

export function makeFatalGit(): FatalGit {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-fatal-git-"));
  const [program, counter] = [join(folder, "git"), join(folder, "calls")];
  const real = execFileSync("sh", ["-c", "command -v git"]).toString("utf8").trim();
  const calls = () => (existsSync(counter) ? statSync(counter).size : 0);
  return {
    path: `${folder}${delimiter}${process.env.PATH}`,
    calls,
    cutAt(call, moment) {
      rmSync(counter, { force: true });
      const dying = `"${process.execPath}" "${join(root, "tests/support/campaigns/dying-git.ts")}" "${real}" ${moment} "$@"`;
      // One byte a call: what is appended is counted whole, no matter who else appends.
      const script = `#!/bin/sh\nprintf . >>"${counter}"\n[ "$(wc -c <"${counter}")" -lt ${call} ] || exec ${dying}\nexec "${real}" "$@"\n`;
      writeFileSync(program, script);
      chmodSync(program, 0o700);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
