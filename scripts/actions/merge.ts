import { signRecord } from "../letter/acceptance.ts";
import { formatMergeMessage, type Settled, type Settlement } from "../letter/merge-message.ts";
import type { NoteSigner } from "../letter/note.ts";
import { type CampaignRecord, changedFiles } from "../letter/record.ts";
import { writeCommit } from "../outside/git-commit.ts";
import type { AcceptHost, MainHistory } from "../outside/git-host.ts";
import { assertExtends } from "./intact-record.ts";

/** What accept works with. */
export type Acceptor = {
  readonly host: AcceptHost;
  readonly signer: NoteSigner;
  /** the form service's public key, 32 bytes */
  readonly attestationKey: Uint8Array;
  /** the UTC day that the commits are dated with, `YYYY-MM-DD` */
  readonly day: string;
  /** the checkpoint that the world sees; undefined before the first publication */
  readonly live: () => Promise<string | undefined>;
};

/** A step of main: the new record, and what the commit says. `reviewed` becomes its second parent. */
export type Step = {
  readonly subject: string;
  readonly record: CampaignRecord;
  readonly reviewed?: string;
  readonly settlement: Omit<Settlement, "size" | "root">;
};

/** Signs the checkpoint, writes one commit, moves main. Undefined, and nothing is changed, when main has moved meanwhile. */
export async function advanceMain(acceptor: Acceptor, main: MainHistory, step: Step): Promise<MainHistory | undefined> {
  const { host, signer, day } = acceptor;
  assertExtends(main.record, step.record);
  const { record, size, root } = signRecord(step.record, signer);
  const settlement: Settlement = { ...step.settlement, size, root };
  const files = [...changedFiles(main.record, record)].map(([path, text]): [string, string] => [
    `signatures/${path}`,
    text,
  ]);
  const commit = await writeCommit(host.repository, {
    // The reviewed commit as second parent: whoever reads the history finds what the moderators saw.
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
    settled: addSettlement(main.settled, settlement),
    line: new Set(main.line).add(commit),
    merged: step.reviewed === undefined ? main.merged : new Map(main.merged).set(step.reviewed, settlement),
  };
}

function addSettlement(settled: Settled, { sheet, refused, leftOut }: Settlement): Settled {
  return {
    sheets: new Set([...settled.sheets, ...(sheet === undefined ? [] : [sheet])]),
    refused: new Map([...settled.refused, ...refused]),
    leftOut: new Set([...settled.leftOut, ...leftOut]),
  };
}
