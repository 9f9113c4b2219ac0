import { type Actor, authorOf } from "../account.ts";
import { type Comment, type Review, type State, timeOf } from "../state.ts";

/** Edits a comment or a review as GitHub remembers it. */
export function edit(state: State, written: Comment | Review, actor: Actor, body: string): void {
  const at = timeOf(state);
  Object.assign(written, { body, lastEditedAt: at, editor: authorOf(actor) });
  if ("updatedAt" in written) written.updatedAt = at;
}

/** Deletes a comment as GitHub remembers it: its words are gone, and the timeline says who did it. */
export function erase(state: State, comment: Comment, actor: Actor): void {
  state.comments.splice(state.comments.indexOf(comment), 1);
  const at = timeOf(state);
  const pull = state.pulls.find(({ number }) => number === comment.pull)!;
  pull.timeline.push({
    ...{ kind: "COMMENT_DELETED_EVENT", id: state.nextId(), at, actor: authorOf(actor), author: comment.author },
  });
}
