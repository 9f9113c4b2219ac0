import { basename } from "node:path";

/** What git says of a file of the repository that a broken disk or a power cut has spoilt. */
const DAMAGED =
  /is corrupt|is empty$|bad object|broken ref|reference broken|inflate:|invalid sha1 pointer|unable to (read|unpack)|bad signature|index file/m;
const FULL = /No space left on device|Disk quota exceeded/;

/**
 * Says what to do about what git said, as the end of an error; empty when only git's own words help. No code depends on
 * this text.
 */
export function wayOn(repository: string, said: string): string {
  if (FULL.test(said)) return ": the disk is full, make room and do it again";
  if (!DAMAGED.test(said)) return "";
  const name = basename(repository);
  // Nothing is only in a mirror.
  if (name === "mirror.git") return ": mirror.git is damaged, remove it, it is fetched again at the next start";
  return `: ${name} is damaged. Stop the service, keep a copy, see with git --git-dir ${name} fsck --full how much is lost, and put back your last copy or restore the newest backup (npm run restore; .github/operating.md, If a disk broke)`;
}
