import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Store } from "../../../scripts/form-service/store/schema.ts";

/**
 * A moment at which the program dies: the n-th call of git, the n-th commit that git writes, or the n-th change of the
 * database, before or after it.
 */
export type Moment = {
  readonly of: "git" | "commit" | "database";
  readonly call: number;
  readonly when: "before" | "after";
};

/** Takes the power from a program that runs in this process: from the moment on it gets nothing done any more. */
export type Power = {
  /** From now on counts, and dies at the moment. */
  cutAt(moment: Moment): void;
  isDead(): boolean;
  /** The power is back. @returns whether it was off */
  restore(): boolean;
  /** to be told of the database when it is opened */
  watch(store: Store): void;
  remove(): void;
};

/** Makes a `git` that dies, and puts it before the real one on the PATH of this process. */
export function openPower(): Power {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-power-"));
  const [program, counter] = [join(folder, "git"), join(folder, "calls")];
  const path = process.env.PATH ?? "";
  const real = execFileSync("sh", ["-c", "command -v git"], { env: { PATH: path } })
    .toString("utf8")
    .trim();
  let moment: Moment | undefined;
  let [changes, dead] = [0, false];
  const gitCalls = () => (existsSync(counter) ? statSync(counter).size : 0);
  const isDead = () => dead || (moment !== undefined && moment.of !== "database" && gitCalls() >= moment.call);
  const dies = () => {
    throw new Error("the power is off");
  };
  return {
    isDead,
    cutAt(next) {
      [moment, changes, dead] = [next, 0, false];
      rmSync(counter, { force: true });
      const git = next.of !== "database";
      const last = next.when === "after" ? `[ "$n" -gt ${next.call} ] || "${real}" "$@" >/dev/null` : ":";
      const dying = git ? `[ "$n" -lt ${next.call} ] || { ${last}; exit 9; }` : `[ ! -e "${counter}.off" ] || exit 9`;
      const counted = next.of === "commit" ? "*fast-import*" : "*";
      const count = `case "$*" in ${counted}) printf . >>"${counter}" ;; esac\nn="$(cat "${counter}" 2>/dev/null | wc -c)"`;
      writeFileSync(program, `#!/bin/sh\n${git ? count : ""}\n${dying}\nexec "${real}" "$@"\n`);
      chmodSync(program, 0o700);
      process.env.PATH = `${folder}${delimiter}${path}`;
    },
    restore() {
      const died = isDead();
      [moment, dead] = [undefined, false];
      process.env.PATH = path;
      rmSync(`${counter}.off`, { force: true });
      return died;
    },
    watch(store) {
      const { change } = store;
      const watched: Store["change"] = async (work) => {
        if (moment === undefined) return change(work);
        if (isDead()) dies();
        const isLast = moment.of === "database" && ++changes === moment.call;
        if (!isLast) return change(work);
        const off = () => {
          dead = true;
          writeFileSync(`${counter}.off`, "");
        };
        if (moment.when === "before") off();
        else await change(work).finally(off);
        return dies();
      };
      Object.assign(store, { change: watched });
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
