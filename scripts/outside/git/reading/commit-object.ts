import { isUtf8 } from "node:buffer";
import { dayOf } from "../../../letter/bytes/day.ts";

/** A commit as far as anything depends on it. */
export type Commit = {
  readonly id: string;
  readonly parents: readonly string[];
  readonly committerEmail: string;
  /** the committer's day, `YYYY-MM-DD` */
  readonly day: string;
  readonly message: string;
};

const HEAD =
  /^tree [0-9a-f]{40}\n((?:parent [0-9a-f]{40}\n)*)author [^\n]+\ncommitter [^\n<>]* <([^\s<>]*)> (\d{1,10}) \+0000\n(?:gpgsig [^\n]*\n(?: [^\n]*\n)*)?\n/;

/**
 * Parses the bytes of a commit: `tree`, any number of `parent`, `author`, `committer`, perhaps `gpgsig`, an empty line and the
 * message.
 *
 * @returns undefined for a commit that only git can read, such as one in another encoding or time zone
 */
export function parseCommitObject(id: string, content: Buffer): Commit | undefined {
  if (!isUtf8(content) || content.includes(0)) return undefined;
  const text = content.toString("utf8");
  const found = HEAD.exec(text);
  if (found === null) return undefined;
  const [head, parents = "", committerEmail = "", seconds] = found;
  return {
    id,
    parents: parents.split("\n").flatMap((line) => line.slice("parent ".length) || []),
    committerEmail,
    day: dayOf(new Date(Number(seconds) * 1000)),
    message: text.slice(head.length),
  };
}
