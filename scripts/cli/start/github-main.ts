import { existsSync } from "node:fs";
import { LetterError } from "../../letter/bytes/error.ts";
import { loggedEdition } from "../../letter/signature/record.ts";
import { editionOf } from "../../letter/text/edition.ts";
import type { GitHost, MainState } from "../../outside/git/host.ts";
import { MAIN, readRef } from "../../outside/git/ref.ts";
import { readMainAt } from "../../outside/git/repository.ts";
import type { Log } from "../../outside/log.ts";
import type { Content } from "../../site/views/read-content.ts";

/** `hasAnswered`: whether main was read there, and not only from this machine's mirror. */
export type FollowedHost = GitHost & { hasAnswered(): boolean };

/**
 * The git host as the service follows it: a start while GitHub is away goes on from main as it was read last, and the
 * log says when main has a newer letter than the service.
 *
 * @param mirror the repository on this machine that the host reads main into
 */
export function followMain(host: GitHost, mirror: string, content: Content, log: Log): FollowedHost {
  const mine = editionOf(content.letterTexts);
  let hasAnswered = false;
  let spare: MainState | undefined;
  let isStart = true;
  const readNow = async (): Promise<MainState> => {
    try {
      const main = await host.readMain();
      hasAnswered = true;
      return main;
    } catch (cause) {
      // Once it has answered, the service keeps by itself what it has read.
      const known = hasAnswered || !isAway(cause) || !existsSync(mirror) ? undefined : await readRef(mirror, MAIN);
      if (known === undefined) throw cause;
      log.warn({}, "GitHub does not answer: the service goes on from main as it was read last, and files later");
      return readMainAt(mirror, known);
    }
  };
  return {
    ...host,
    hasAnswered: () => hasAnswered,
    async readMain() {
      // A start reads main twice, and each try takes long while nobody answers.
      const main = spare ?? (await readNow());
      spare = spare === undefined && !hasAnswered ? main : undefined;
      const logged = loggedEdition(main.record.entries);
      // What is wrong at the start, the start refuses.
      if (!isStart && logged !== undefined && logged !== mine) log.warn({}, CHANGED);
      isStart = false;
      return main;
    },
  };
}

const CHANGED = "the ledger has another edition of the letter than content/: take main's content/ and start again";

/** Whether the organisers can do nothing but wait. */
function isAway(cause: unknown): boolean {
  return cause instanceof LetterError && cause.away;
}
