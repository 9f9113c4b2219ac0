import type { NoteSigner } from "../letter/ledger/note.ts";
import { signGrowth } from "../letter/review/acceptance.ts";
import { formatMergeMessage, type Settlement, settledBy } from "../letter/review/merge-message.ts";
import type { Growth } from "../letter/signature/record.ts";
import { writeCommit } from "../outside/git/commit.ts";
import type { AcceptHost, MainLine } from "../outside/git/host.ts";
import { filesOfGrowth, growKept, type KeptRecord } from "./record/kept-record.ts";

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

/** Main, and what is kept of its record, which is intact. Accept builds on nothing else. */
export type IntactMain = MainLine & { readonly kept: KeptRecord };

/** A step of main: what it adds to the record, and what its message says. `reviewed` becomes its second parent. */
export type Step = {
  readonly subject: string;
  readonly growth: Growth;
  readonly reviewed?: string;
  readonly settlement: Omit<Settlement, "size" | "root">;
};

/**
 * Signs the checkpoint, writes one commit and moves main; returns undefined when main has moved meanwhile. What is kept of
 * the record moves with it, so that the main before is of no use any more.
 */
export async function advanceMain(acceptor: Acceptor, main: IntactMain, step: Step): Promise<IntactMain | undefined> {
  const { host, signer } = acceptor;
  // Another clock may be a little ahead; a history that goes back in time looks like a forged one.
  const day = acceptor.doubt === undefined && acceptor.day > main.day ? acceptor.day : main.day;
  const { kept } = main;
  // Another run of this process has moved on with it.
  if (kept.commit !== main.commit) return undefined;
  const { checkpoint, frontier, size, root } = signGrowth(kept.frontier, step.growth, signer);
  const settlement: Settlement = { ...step.settlement, size, root };
  const changed = await filesOfGrowth(kept, step.growth, checkpoint);
  const files = [...changed].map(([path, text]) => [`signatures/${path}`, text] as const);
  const commit = await writeCommit(host.repository, {
    // The reviewed commit is the second parent, so that the history holds what the moderators saw.
    parents: step.reviewed === undefined ? [main.commit] : [main.commit, step.reviewed],
    files: new Map(files),
    message: formatMergeMessage(step.subject, settlement),
    committer: "accept",
    day,
  });
  if (!(await host.moveMain(main.commit, commit))) return undefined;
  growKept(kept, step.growth, { commit, checkpoint, frontier });
  return {
    commit,
    kept,
    settled: settledBy([settlement], main.settled),
    day,
    began: main.began,
    line: new Set(main.line).add(commit),
    merged: step.reviewed === undefined ? main.merged : new Map(main.merged).set(step.reviewed, settlement),
  };
}
