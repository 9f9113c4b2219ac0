import { findMentions } from "./mention.ts";
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
  /** the rows of `refused` that somebody refused one by one, and not only with the whole sheet */
  readonly named: ReadonlySet<string>;
  /** the places of what is said about a row or the sheet and cannot be read; it blocks as long as it is there */
  readonly unclear: readonly string[];
};

/**
 * The decision on the sheet of this commit. Acts of anyone who is not listed count nothing.
 *
 * @param rows the ids on the sheet. An order for another id blocks: a slip of the pen would let the row through that it meant.
 * @param sheet the sheet's own id, by which people may name it too
 */
export function decide(
  moderators: Moderators,
  commit: string,
  rows: readonly string[],
  acts: readonly ReviewAct[],
  sheet?: string,
): Decision {
  const mentions = findMentions(sheet === undefined ? rows : [...rows, sheet]);
  const standing = new Map<number, Standing>();
  for (const act of acts) {
    if (!moderators.ids.has(act.by)) continue;
    const mine = standing.get(act.by) ?? newStanding();
    standing.set(act.by, mine);
    applyState(mine, act, commit);
    for (const order of parseOrders(act.body, { row: act.row, mentions })) applyOrder(mine, order, act.place);
  }
  const voices = [...standing].sort(([a], [b]) => a - b);
  const refused = new Map<string, RefusalCode>();
  for (const id of rows) {
    // The code of the moderator with the lowest id, so that the outcome does not depend on the order of the acts.
    const code = voices.map(([, voice]) => voice.orders.get(id)?.code).find((found) => found !== undefined);
    if (code) refused.set(id, code);
  }
  const rejecting = voices.filter(([, voice]) => voice.reject !== undefined);
  const approving = voices.filter(([, voice]) => voice.approves);
  const known = new Set(rows);
  const unclear = voices.flatMap(([, voice]) => {
    const strays = [...voice.orders].filter(([id]) => !known.has(id)).map(([, { place }]) => place);
    return [...new Set([...voice.unclear, ...strays])];
  });
  const named = new Set(refused.keys());
  const needed = Math.max(1, moderators.approvals);
  if (rejecting.length >= needed) {
    const code = rejecting[0]![1].reject!;
    return {
      state: "rejected",
      approvedBy: rejecting.map(([id]) => id),
      refused: new Map(rows.map((id) => [id, refused.get(id) ?? code])),
      named,
      unclear,
    };
  }
  const approvedBy = approving.map(([id]) => id);
  const decided = { approvedBy, refused, named, unclear };
  if (unclear.length > 0 || voices.some(([, voice]) => voice.blocks)) return { state: "blocked", ...decided };
  return { state: approvedBy.length >= needed ? "approved" : "waiting", ...decided };
}

type Standing = {
  approves: boolean;
  blocks: boolean;
  /** No approval takes from it: whoever writes and then approves does not know yet that it cannot be read. */
  unclear: Set<string>;
  reject: RefusalCode | undefined;
  /** the last order about each id, and where it is; without a code it keeps a row that this moderator never refused */
  orders: Map<string, { code?: RefusalCode; place: string }>;
};

function newStanding(): Standing {
  return { approves: false, blocks: false, unclear: new Set(), reject: undefined, orders: new Map() };
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
      mine.orders.set(order.id, { code: order.code, place });
      return;
    case "keep":
      // It takes back a refusal, that of a mistaken id too.
      if (mine.orders.get(order.id)?.code !== undefined) mine.orders.delete(order.id);
      else mine.orders.set(order.id, { place });
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
