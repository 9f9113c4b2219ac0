import { type Order, parseOrders, type RefusalCode } from "./order.ts";

/** Who may review, and how many approvals a sheet needs: `.github/moderators.yml` on main. Numeric account ids. */
export type Moderators = { readonly approvals: number; readonly ids: ReadonlySet<number> };

/** A review or a comment, in the order in which they were made. */
export type ReviewAct = {
  /** numeric account id: names can be taken over, ids cannot */
  readonly by: number;
  /**
   * `dismissed`: an approval that somebody took away, in the place where it was given; `edited`: words that were changed
   * after they were written, which say nothing any more
   */
  readonly state: "approved" | "changes-requested" | "commented" | "dismissed" | "edited";
  /** the commit that was reviewed; empty for a plain comment */
  readonly commit: string;
  readonly body: string;
  /** the id of the row on whose line a review comment stands */
  readonly row?: string;
  /** where it stands on the page, such as `issuecomment-5`, for whoever has to find it again */
  readonly place?: string;
};

/** What the moderators have decided about a sheet so far. */
export type Decision = {
  readonly state: "waiting" | "blocked" | "approved" | "rejected";
  readonly approvedBy: readonly number[];
  readonly refused: ReadonlyMap<string, RefusalCode>;
  /** the places of what seems to be a refusal and cannot be read; it blocks as long as it stands there */
  readonly unclear: readonly string[];
};

/**
 * The decision on the sheet of this commit. Acts of anyone who is not listed count nothing.
 *
 * @param rows the ids on the sheet; refusals of other ids are passed over
 */
export function decide(
  moderators: Moderators,
  commit: string,
  rows: readonly string[],
  acts: readonly ReviewAct[],
): Decision {
  const standing = new Map<number, Standing>();
  for (const act of acts) {
    if (!moderators.ids.has(act.by)) continue;
    const mine = standing.get(act.by) ?? newStanding();
    standing.set(act.by, mine);
    applyState(mine, act, commit);
    for (const order of parseOrders(act.body, act.row)) applyOrder(mine, order, act.place);
  }
  const voices = [...standing].sort(([a], [b]) => a - b);
  const refused = new Map<string, RefusalCode>();
  for (const id of rows) {
    // The code of the moderator with the lowest id, so that the outcome does not depend on the order of the acts.
    const code = voices.map(([, voice]) => voice.refused.get(id)).find((found) => found !== undefined);
    if (code) refused.set(id, code);
  }
  const rejecting = voices.filter(([, voice]) => voice.reject !== undefined);
  const approving = voices.filter(([, voice]) => voice.approves);
  const unclear = voices.flatMap(([, voice]) => [...voice.unclear]);
  const needed = Math.max(1, moderators.approvals);
  if (rejecting.length >= needed) {
    const code = rejecting[0]![1].reject!;
    return {
      state: "rejected",
      approvedBy: rejecting.map(([id]) => id),
      refused: new Map(rows.map((id) => [id, refused.get(id) ?? code])),
      unclear,
    };
  }
  const approvedBy = approving.map(([id]) => id);
  const decided = { approvedBy, refused, unclear };
  if (unclear.length > 0 || voices.some(([, voice]) => voice.blocks)) return { state: "blocked", ...decided };
  return { state: approvedBy.length >= needed ? "approved" : "waiting", ...decided };
}

type Standing = {
  approves: boolean;
  blocks: boolean;
  /** No approval takes from it: whoever writes and then approves does not know yet that it cannot be read. */
  unclear: Set<string>;
  reject: RefusalCode | undefined;
  refused: Map<string, RefusalCode>;
};

function newStanding(): Standing {
  return { approves: false, blocks: false, unclear: new Set(), reject: undefined, refused: new Map() };
}

function applyState(mine: Standing, act: ReviewAct, commit: string): void {
  switch (act.state) {
    case "approved":
      // An approval of an older commit does not count: the sheet may have changed.
      mine.approves = act.commit === commit;
      mine.blocks = false;
      mine.reject = undefined;
      return;
    case "changes-requested":
      mine.approves = false;
      mine.blocks = true;
      return;
    case "dismissed":
      mine.approves = false;
      mine.blocks = false;
      // It took a rejection back when it was given: whoever dismisses it must not bring that back.
      mine.reject = undefined;
      return;
    case "edited":
      mine.unclear.add(act.place ?? "");
      return;
    case "commented":
      return;
    default:
      act.state satisfies never;
  }
}

function applyOrder(mine: Standing, order: Order, place = ""): void {
  switch (order.verb) {
    case "refuse":
      mine.refused.set(order.id, order.code);
      return;
    case "keep":
      mine.refused.delete(order.id);
      return;
    case "reject":
      mine.reject = order.code;
      return;
    case "unclear":
      mine.unclear.add(place);
      return;
    default:
      order satisfies never;
  }
}
