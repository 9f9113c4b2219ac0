import { confirm } from "../../lives/signing.ts";
import { MOMENTS, makeFatalGit } from "../../support/campaigns/fatal-git.ts";
import { startService } from "../../support/servers/service.ts";
import { noteDecided } from "../moderating.ts";
import { nodeAt } from "../programs.ts";
import type { Work } from "../steps.ts";
import { work } from "../work.ts";
import { addressOf, type Operated, restart } from "../world.ts";
import type { Moment } from "./power.ts";

/**
 * The program dies in the middle of some work, and is started again from what is on disk; then whoever got no answer tries
 * again. Work that is shorter comes to its end.
 */
export async function kill(operated: Operated, at: Moment, during: Work): Promise<void> {
  const { life, power } = operated;
  power.cutAt(at);
  const failure = await work(operated, during).then(
    () => undefined,
    (cause) => cause,
  );
  const before = life.machine;
  if (power.isDead()) await before.stop().catch(() => {});
  const died = power.restore();
  if (!died && failure !== undefined) throw failure;
  if (!died) return;
  life.machine = await life.open(before.dataDir, addressOf(before.settings.database));
  life.quiet = false;
  await noteDecided(life);
  // Whoever got no page types the code again.
  for (const person of life.people)
    if (person.stage === "submitted" && person.mailed !== undefined && !life.purged) await confirm(life, person);
  // Rounds come again by themselves, and other things may happen before.
  if (failure !== undefined && during.do !== "file" && during.do !== "round") await work(operated, during);
}

/** The program itself, with everything that it has started, is killed at a call of git, or when it has become ready. */
export async function killProgram(operated: Operated, call: number): Promise<void> {
  const { life, project } = operated;
  const git = makeFatalGit();
  try {
    await restart(operated, async ({ dataDir, settings }) => {
      git.cutAt(call, MOMENTS[call % MOMENTS.length]!);
      const own = { DATABASE_URL: addressOf(settings.database), ...nodeAt(life.clock.now()) };
      const started = startService({ project, dataDir, settings: { ...own, PATH: git.path, FILE_EVERY: "300ms" } });
      await started.then(
        (service) => service.kill(),
        () => {},
      );
    });
  } finally {
    git.remove();
  }
}
