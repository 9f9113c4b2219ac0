import { dayOf } from "../../letter/bytes/day.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import type { SigningKey } from "../../letter/bytes/key.ts";
import { loggedEdition } from "../../letter/signature/record.ts";
import type { Clock } from "../../outside/clock.ts";
import { fetchRefs, makeMirror } from "../../outside/git/fetch.ts";
import type { MainHistory } from "../../outside/git/host.ts";
import { MAIN, mirrored } from "../../outside/git/ref.ts";
import { readHead, readMainAt } from "../../outside/git/repository.ts";
import type { Remote } from "../../outside/git/run.ts";
import type { GitHubApi } from "../../outside/github/api.ts";
import type { Random } from "../../outside/random.ts";
import type { Invention } from "../invented-signatures.ts";

/** The throw-away repository, and all that a rehearsal does something with. */
export type Stage = {
  /** an owner of the organisation */
  readonly organiser: GitHubApi;
  /** the file App, as the form service has it */
  readonly filer: GitHubApi;
  /** a bare repository on this machine; made if it is missing */
  readonly mirror: string;
  readonly serverUrl: string;
  /** attests rows and sheets, as the form service does */
  readonly key: SigningKey;
  readonly random: Random;
  readonly clock: Clock;
  /** waits, while GitHub works */
  readonly pause: (milliseconds: number) => Promise<void>;
  /** the checkpoint that the public site shows */
  readonly readLive: () => Promise<string | undefined>;
  readonly isPublic: boolean;
  /** how many sheets make a pile */
  readonly pile: number;
};

/** The repository for git over HTTP, in the name of one of the two. */
export async function remoteOf({ serverUrl }: Stage, api: GitHubApi): Promise<Remote> {
  return { url: `${serverUrl}/${api.owner}/${api.repo}.git`, token: await api.token() };
}

/** Reads main as it is now. */
export async function readMain(stage: Stage): Promise<MainHistory> {
  await makeMirror(stage.mirror);
  await fetchRefs(stage.mirror, await remoteOf(stage, stage.organiser), "main", [mirrored(MAIN)]);
  return readMainAt(stage.mirror, await readHead(stage.mirror));
}

/** What signatures are invented with on this main. @throws LetterError `rehearsal` while the letter is not on the ledger */
export function inventionOn({ key, clock, random }: Stage, main: MainHistory): Invention {
  const edition = loggedEdition(main.record.entries);
  if (edition === undefined) {
    const what = "the letter is not on the ledger yet: start accept with a tick at “first” (organising.md, step 9)";
    throw new LetterError("rehearsal", what);
  }
  return { edition, key, day: dayOf(clock.now()), random };
}
