/** Why a row is refused; the moderators' words of design and guide. */
export const REFUSAL_CODES = ["fake-name", "duplicate", "advert", "offensive", "not-a-person"] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** Who may review, and how many approvals a sheet needs: `.github/moderators.yml` on main. Numeric account ids. */
export type Moderators = { readonly approvals: number; readonly ids: ReadonlySet<number> };

/** A review or a comment, in the order in which they were made. */
export type ReviewAct = {
  /** numeric account id: names can be taken over, ids cannot */
  readonly by: number;
  /** `dismissed`: an approval that somebody took away, in the place where it was given */
  readonly state: "approved" | "changes-requested" | "commented" | "dismissed";
  /** the commit that was reviewed; empty for a plain comment */
  readonly commit: string;
  readonly body: string;
  /** the id of the row on whose line a review comment stands */
  readonly row?: string;
};

/** What the moderators have decided about a sheet so far. */
export type Decision = {
  readonly state: "waiting" | "blocked" | "approved" | "rejected";
  readonly approvedBy: readonly number[];
  readonly refused: ReadonlyMap<string, RefusalCode>;
};

/** Whether the text is a code of refusal. */
export function isRefusalCode(text: string): text is RefusalCode {
  return (REFUSAL_CODES as readonly string[]).includes(text);
}

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
    const mine = standing.get(act.by) ?? { approves: false, blocks: false, reject: undefined, refused: new Map() };
    standing.set(act.by, mine);
    applyState(mine, act, commit);
    for (const order of parseOrders(act)) applyOrder(mine, order);
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
  const needed = Math.max(1, moderators.approvals);
  if (rejecting.length >= needed) {
    const code = rejecting[0]![1].reject!;
    return {
      state: "rejected",
      approvedBy: rejecting.map(([id]) => id),
      refused: new Map(rows.map((id) => [id, refused.get(id) ?? code])),
    };
  }
  const approvedBy = approving.map(([id]) => id);
  if (voices.some(([, voice]) => voice.blocks)) return { state: "blocked", approvedBy, refused };
  return { state: approvedBy.length >= needed ? "approved" : "waiting", approvedBy, refused };
}

type Standing = {
  approves: boolean;
  blocks: boolean;
  reject: RefusalCode | undefined;
  refused: Map<string, RefusalCode>;
};
type Order =
  | { verb: "refuse"; id: string; code: RefusalCode }
  | { verb: "keep"; id: string }
  | { verb: "reject"; code: RefusalCode };

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
    case "commented":
      return;
    default:
      act.state satisfies never;
  }
}

function applyOrder(mine: Standing, order: Order): void {
  if (order.verb === "refuse") mine.refused.set(order.id, order.code);
  else if (order.verb === "keep") mine.refused.delete(order.id);
  else mine.reject = order.code;
}

/** The orders in a body, one a line: `refuse ID CODE`, `keep ID`, `reject CODE`; on a row's own line `refuse CODE`, `keep`. */
function parseOrders(act: ReviewAct): Order[] {
  return act.body.split("\n").flatMap((line): Order[] => {
    const words = line.trim().toLowerCase().split(/\s+/);
    const [verb, first = "", second = ""] = words;
    if (verb === "reject" && words.length === 2 && isRefusalCode(first)) return [{ verb, code: first }];
    if (verb === "keep" && words.length <= 2) return [{ verb, id: first || (act.row ?? "") }];
    if (verb !== "refuse") return [];
    if (words.length === 2 && act.row !== undefined && isRefusalCode(first))
      return [{ verb, id: act.row, code: first }];
    return words.length === 3 && isRefusalCode(second) ? [{ verb, id: first, code: second }] : [];
  });
}
