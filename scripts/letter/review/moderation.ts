import { findMentions } from "./mention.ts";
import { type Order, parseOrders, type RefusalCode } from "./order.ts";

/** Who may review, and how many approvals a sheet needs: `.github/moderators.yml` on main. Numeric account ids. */
export type Moderators = { readonly approvals: number; readonly ids: ReadonlySet<number> };

/** A review or a comment. A list of them is in the order in which they were made. */
export type ReviewAct = {
  /** numeric account id: names can be taken over, ids cannot */
  readonly by: number;
  /**
   * `dismissed`: an approval that was dismissed, at its original place in the order; `edited`: a text that was edited
   * after it was written, and therefore counts as unclear
   */
  readonly state: "approved" | "changes-requested" | "commented" | "dismissed" | "edited";
  /** the commit that was reviewed; empty for a plain comment */
  readonly commit: string;
  readonly body: string;
  /** the id of the row on whose line a review comment was made */
  readonly row?: string;
  /** its anchor on the page, such as `issuecomment-5`, so that a moderator can find it again */
  readonly place?: string;
};

/** What the moderators have decided about a sheet so far. */
export type Decision = {
  readonly state: "waiting" | "blocked" | "approved" | "rejected";
  readonly approvedBy: readonly number[];
  readonly refused: ReadonlyMap<string, RefusalCode>;
  /** the rows of `refused` that a moderator refused one by one, and not only with the whole sheet */
  readonly named: ReadonlySet<string>;
  /** the places of texts about a row or the sheet that cannot be read as orders; they block as long as they exist */
  readonly unclear: readonly string[];
};

/**
 * Decides about the sheet of this commit. Acts of accounts that are not moderators do not count.
 *
 * @param rows the ids on the sheet. An order for another id blocks: it may be a typo, and the intended row would pass.
 * @param sheet the sheet's own id, by which moderators may name it
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
    // Take the code of the moderator with the lowest id, so that the outcome does not depend on the order of the acts.
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
  /**
   * An approval does not clear it: the moderator who wrote it and then approves does not know that it is unreadable.
   */
  unclear: Set<string>;
  reject: RefusalCode | undefined;
  /** the last order about each id, and its place; without a code: `keep` for a row that this moderator never refused */
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
      // The approval took back a rejection when it was given. Dismissing it must not restore the rejection.
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
      // `keep` takes back a refusal, including one of a mistaken id.
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
