import type { ReviewAct } from "../../letter/review/moderation.ts";
import { sheetPath } from "../../letter/signature/sheet.ts";
import type { Actor, LineComment, PullTalk } from "./pull-query.ts";

type Said = ReviewAct & { readonly at: string; readonly kind: number; readonly id: string };
type Review = PullTalk["reviews"][number];
/** The anchors of a review, a comment on a line, one below and an event in the addresses of a page; by `kind`. */
const PLACES = ["pullrequestreview-", "discussion_r", "issuecomment-", "event-"] as const;

/**
 * Returns what was said about a sheet as acts in order of time. What another hand edited, dismissed or deleted holds the
 * sheet: anyone with write access can do that, including the form service's App.
 *
 * @param rowOf the id of the row that a comment on a single line is on
 */
export function actsOf(talk: PullTalk, rowOf: (comment: LineComment) => string | undefined): ReviewAct[] {
  const said: Said[] = [
    ...talk.reviews.flatMap((review) => actsOfReview(review, talk)),
    ...talk.reviews.flatMap((review) =>
      review.comments.flatMap((comment): Said[] => {
        const { author, body, createdAt, fullDatabaseId: id, originalCommit } = comment;
        if (author?.id === undefined) return [];
        // A draft says nothing until it is published: what its author wrote in the meantime came before it.
        const shown = [createdAt, review.submittedAt ?? ""].sort(compare)[1]!;
        const common = { kind: 1, id, by: author.id, commit: originalCommit?.oid ?? "" };
        if (isEdited(comment, shown)) return [{ ...common, at: shown, state: "edited", body: "" }];
        const row = rowOf(comment);
        return [{ ...common, at: shown, state: "commented", body, ...(row === undefined ? {} : { row }) }];
      }),
    ),
    ...talk.below.flatMap((comment): Said[] => {
      const { author, body, createdAt: at, fullDatabaseId: id } = comment;
      if (author?.id === undefined) return [];
      const common = { at, kind: 2, id, by: author.id, commit: "" };
      return [isEdited(comment) ? { ...common, state: "edited", body: "" } : { ...common, state: "commented", body }];
    }),
    ...talk.happenings.flatMap((event): Said[] => {
      // Nothing is left of a comment that was deleted. Its author may take back what they said; nobody else may.
      if (event.__typename !== "CommentDeletedEvent" || isSame(event.actor, event.deletedCommentAuthor)) return [];
      const by = event.deletedCommentAuthor?.id;
      const id = String(event.databaseId ?? 0);
      return by === undefined ? [] : [{ at: event.createdAt, kind: 3, id, by, state: "edited", commit: "", body: "" }];
    }),
  ];
  // Times are whole seconds: within one, a review comes before the comments on its lines, and these before those below.
  said.sort((a, b) => compare(a.at, b.at) || a.kind - b.kind || Number(a.id) - Number(b.id));
  return said.map(({ at: _at, kind, id, ...act }) => ({ ...act, place: `${PLACES[kind]}${id}` }));
}

/** An unsent review (`PENDING`) is ignored. */
const STATES: Readonly<Record<string, ReviewAct["state"]>> = {
  APPROVED: "approved",
  CHANGES_REQUESTED: "changes-requested",
  COMMENTED: "commented",
  DISMISSED: "dismissed",
};

function actsOfReview(review: Review, { happenings }: PullTalk): Said[] {
  const { author, body, state, commit, submittedAt, fullDatabaseId: id, editor, lastEditedAt, comments } = review;
  const known = STATES[state];
  if (author?.id === undefined || known === undefined) return [];
  const said = { at: submittedAt ?? "", kind: 0, id, by: author.id, commit: commit?.oid ?? "" };
  // Its author may correct a review, and is told to; what another hand wrote into it is not the author's word.
  const foreign = lastEditedAt !== null && !isSame(editor, author);
  const tampered: Said[] = foreign ? [{ ...said, state: "edited", body: "" }] : [];
  if (known !== "dismissed") return [{ ...said, state: known, body }, ...tampered];
  const gone: Said = { ...said, state: known, body: "" };
  const was = happenings.findLast(
    (one) => one.__typename === "ReviewDismissedEvent" && one.review?.fullDatabaseId === id,
  );
  const approved = was?.__typename === "ReviewDismissedEvent" && was.previousReviewState === "APPROVED";
  // A veto goes on blocking until its author reviews again, and so does a review with words, whatever it was: the
  // words may be a refusal. Where GitHub does not tell what it was, it may have been a veto.
  const words = body.trim() !== "" || comments.length > 0;
  return [gone, ...(words || !approved ? [{ ...said, state: "changes-requested", body } as const] : []), ...tampered];
}

/**
 * Whether a comment was edited after it was shown. Even its author cannot correct it: the order of what was said would be
 * lost, and another hand may have edited it in between.
 */
function isEdited(comment: Pick<LineComment, "author" | "editor" | "lastEditedAt">, shown = ""): boolean {
  const { author, editor, lastEditedAt } = comment;
  return lastEditedAt !== null && (lastEditedAt > shown || !isSame(editor, author));
}

/** Whether both are one account. Two that are gone cannot be told apart. */
function isSame(one: Actor | null, other: Actor | null): boolean {
  return one?.id !== undefined && one.id === other?.id && one.kind === other.kind;
}

/** Whether a comment on a line says by its place which row it means. */
export function isOnOneLine(comment: LineComment, sheet: string): boolean {
  // Of a comment on several lines, or on the whole file, the rows that were meant are unknown.
  const single = (comment.startLine ?? comment.originalStartLine) === null && comment.subjectType === "LINE";
  return single && comment.path === sheetPath(sheet);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
