import type { Settled, Settlement } from "../../letter/review/merge-message.ts";
import type { ReviewAct } from "../../letter/review/moderation.ts";
import type { CampaignRecord } from "../../letter/signature/record.ts";

/** A sheet with everything that its commit is made of, fixed before the first call, so that a retry makes the same commit. */
export type Filing = {
  readonly sheet: string;
  /** the text of `signatures/pending/SHEET.md` */
  readonly text: string;
  /** SHA of the commit of main it is based on */
  readonly base: string;
  /** the commit's message; no name in it */
  readonly message: string;
  /** UTC day, `YYYY-MM-DD`: git dates are cut to it */
  readonly day: string;
};

/** What main holds. `day`: of its last commit, where it is known. */
export type MainState = {
  readonly commit: string;
  readonly record: CampaignRecord;
  readonly settled: Settled;
  /** the commits of main along first parents: what a sheet may be based on */
  readonly line: ReadonlySet<string>;
  readonly day?: string | undefined;
};

/** Main and the way it came about. */
export type MainHistory = MainState & MainLine;

/** The way main came about, without its record. */
export type MainLine = Omit<MainState, "record"> & {
  /** the days of its last commit and of its first, as their committers' clocks had them */
  readonly day: string;
  readonly began: string;
  /** what the commit that merged it settled, by the reviewed commit */
  readonly merged: ReadonlyMap<string, Settlement>;
};

/** A sheet that waits for review: its branch's commit and what was said about it. */
export type OpenSheet = {
  /** the part of the branch's name after `pending/`; the author of the branch chose it */
  readonly sheet: string;
  readonly commit: string;
  readonly acts: readonly ReviewAct[];
  /** why what was said about it cannot be read; then it cannot be decided */
  readonly trouble?: string;
};

/** Where sheets are filed and reviewed: a bare repository on this machine, or GitHub. */
export type GitHost = {
  /** SHA of main's commit: cheap, to see whether anything changed */
  head(): Promise<string>;
  readMain(): Promise<MainState>;
  /** files a sheet as a proposal; filing it again is a success and changes nothing */
  file(filing: Filing): Promise<void>;
  /** the commits of the branches that wait for review, by the part of their names after `pending/`: cheap */
  pendingBranches(): Promise<ReadonlyMap<string, string>>;
  /**
   * the branches that wait for review, without those that accept cannot read; the author of a branch chose all of its
   * content
   *
   * @param only which branches to read; all unless given
   */
  pendingSheets(only?: (sheet: string) => boolean): Promise<PendingSheets>;
  /** the sheets whose branches are there and which nobody can decide for all that, each with the reason and what to do */
  undecidable(): Promise<ReadonlyMap<string, string>>;
};

/** The text and the commit message of each branch, by the part of its name after `pending/`. */
export type PendingSheets = ReadonlyMap<string, { readonly text: string; readonly message: string }>;

/** What accept needs of a git host, and nothing else has. */
export type AcceptHost = {
  /** folder of a repository that holds main and the open branches as objects */
  readonly repository: string;
  /**
   * Reads how main came about.
   *
   * @param known what was read last: the answer, while main is at its commit
   */
  readLine(known?: MainLine): Promise<MainLine>;
  /**
   * The sheets whose branches are there: those that wait, and those that were merged by a run that ended early.
   *
   * @param main tells which were merged
   */
  openSheets(main: Pick<MainHistory, "merged">): Promise<OpenSheet[]>;
  /**
   * Reads what was said about these sheets, in their order, and hands each out while it goes on reading, as it was less than
   * a minute ago: undefined for one that cannot be read now, and with `trouble` one of which not all is read. It ends early
   * when the host wants no more calls. Not there where `openSheets` reads it already; where it is there, `acts` is empty
   * before.
   */
  readActs?(open: readonly OpenSheet[]): AsyncIterable<OpenSheet | undefined>;
  /**
   * Returns at which of so many sheets this run begins. Where `readActs` may end early, it is another one each time: sheets
   * that use up a whole run must not keep the same others waiting for ever.
   */
  beginAt?(count: number): number;
  /** Whether the host allows so little more in this hour that what is left waits for the next run. */
  isSpent?(): boolean;
  /** moves main if it is still at `from`; false if it is not */
  moveMain(from: string, to: string): Promise<boolean>;
  /** deletes the branch of a settled sheet, if it is still at this commit */
  closeSheet(open: OpenSheet): Promise<void>;
};
