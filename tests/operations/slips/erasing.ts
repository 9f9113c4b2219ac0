import { renameSync, rmSync } from "node:fs";
import { eraseRepository } from "../../../scripts/handover/erased-repository.ts";
import { LetterError } from "../../../scripts/letter/bytes/error.ts";
import { campaignRepository } from "../../../scripts/outside/git/local-host.ts";
import { checkHistory } from "../../lives/checks.ts";
import { type Operated, restart } from "../world.ts";

/** Rewrites the history and puts the new repository in the place of the old one, as `.github/erasing.md` says. */
export async function erase(operated: Operated): Promise<void> {
  const { life } = operated;
  let done = false;
  await restart(operated, async ({ dataDir }) => {
    const repository = campaignRepository(dataDir);
    // An erasure that was cut is begun again.
    rmSync(`${repository}.erased`, { recursive: true, force: true });
    try {
      await eraseRepository(repository, `${repository}.erased`);
    } catch (cause) {
      // A sheet is open, or not filed yet: it has to be decided first.
      if (cause instanceof LetterError && cause.code === "erase") return;
      throw cause;
    }
    rmSync(repository, { recursive: true });
    renameSync(`${repository}.erased`, repository);
    done = true;
  });
  if (!done) return;
  life.erased = true;
  const { record } = await life.machine.place();
  const listed = new Set(record.rows.map(({ opening }) => opening));
  await checkHistory(
    life,
    life.people.filter(({ stage }) => stage === "refused").filter((person) => !listed.has(person.code)),
  );
}
