import type { NoteSigner } from "../letter/ledger/note.ts";
import type { Frontier } from "../letter/ledger/tree.ts";
import { signGrowth } from "../letter/review/acceptance.ts";
import { formatMergeMessage, type Settlement, settledBy } from "../letter/review/merge-message.ts";
import { changedFiles, type Growth, shardTexts } from "../letter/signature/record.ts";
import { writeCommit } from "../outside/git/commit.ts";
import type { AcceptHost, MainHistory } from "../outside/git/host.ts";

/** The dependencies of accept. */
export type Acceptor = {
  readonly host: AcceptHost;
  readonly signer: NoteSigner;
  /** the form service's public key, 32 bytes */
  readonly attestationKey: Uint8Array;
  /** today as the clock has it, UTC, `YYYY-MM-DD` */
  readonly day: string;
  /** main's days up to this one are wrong, so that they do not contradict the clock: a server or an operator said so */
  readonly overruled?: string | undefined;
  /** why the clock is not believed: then withdrawals are applied, and no signature is accepted */
  readonly doubt?: string | undefined;
  /** the published checkpoint; undefined before the first publication */
  readonly live: () => Promise<string | undefined>;
};

/** Main with an intact record, and the frontier of its ledger. Accept builds on nothing else. */
export type IntactMain = MainHistory & { readonly frontier: Frontier };

/** A step of main: what it adds to the record, and what its message says. `reviewed` becomes its second parent. */
export type Step = {
  readonly subject: string;
  readonly growth: Growth;
  readonly reviewed?: string;
  readonly settlement: Omit<Settlement, "size" | "root">;
};

/** Signs the checkpoint, writes one commit and moves main; returns undefined when main has moved meanwhile. */
export async function advanceMain(acceptor: Acceptor, main: IntactMain, step: Step): Promise<IntactMain | undefined> {
  const { host, signer } = acceptor;
  // Another clock may be a little ahead; a history that goes back in time looks like a forged one.
  const day = acceptor.doubt === undefined && acceptor.day > main.day ? acceptor.day : main.day;
  const { record, frontier, size, root } = signGrowth(main.frontier, step.growth, signer);
  const settlement: Settlement = { ...step.settlement, size, root };
  const taken = record.takenDown ? [...shardTexts(main.record).keys()].map((path) => [path, undefined] as const) : [];
  const files = [...taken, ...changedFiles(main.record, { ...step.growth, record })].map(
    ([path, text]) => [`signatures/${path}`, text] as const,
  );
  const commit = await writeCommit(host.repository, {
    // The reviewed commit is the second parent, so that the history holds what the moderators saw.
    parents: step.reviewed === undefined ? [main.commit] : [main.commit, step.reviewed],
    files: new Map(files),
    message: formatMergeMessage(step.subject, settlement),
    committer: "accept",
    day,
  });
  if (!(await host.moveMain(main.commit, commit))) return undefined;
  return {
    commit,
    record,
    frontier,
    settled: settledBy([settlement], main.settled),
    day,
    began: main.began,
    line: new Set(main.line).add(commit),
    merged: step.reviewed === undefined ? main.merged : new Map(main.merged).set(step.reviewed, settlement),
  };
}
