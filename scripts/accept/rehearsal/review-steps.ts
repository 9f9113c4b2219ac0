import { LetterError } from "../../letter/bytes/error.ts";
import { inventRow } from "../invented-signatures.ts";
import { type Filed, fileSheet, fileText, sheetText } from "./filed.ts";
import { inventionOn, readMain, type Stage } from "./stage.ts";
import type { Ask, Step } from "./step.ts";
import { seeHeld, seeMerged } from "./watched.ts";

const HELD_BACK =
  "moderators refuse only in the text of reviews until this is corrected in `scripts/outside/github/review-acts.ts`";
const LOST = "read accept’s last run under Actions: it says what it does with each sheet";

/** What moderators say, and what becomes of it. */
export const REVIEWS: readonly Step[] = [
  {
    ...{ id: "two-reviews", part: "Reviews", who: "both" },
    tries: "two reviews by two moderators, one refusal in the text of a review and one on a row’s line",
    believed: "merged by the accept App, shown as merged, one comment, branch gone, both rows refused and no other",
    otherwise: LOST,
    run: async (stage, ask) => {
      const filed = await fileSheet(stage, 4);
      const [first, , , last] = filed.ids as [string, string, string, string];
      const words = `as the first moderator, approve #${filed.pull} with the text “refuse ${first} offensive”; as the second, comment “refuse fake-name” on the line of ${last}, then approve`;
      await ask(words, { pull: filed.pull, ids: [first, last] });
      return seeMerged(stage, filed, [
        [first, "offensive"],
        [last, "fake-name"],
      ]);
    },
  },
  {
    ...{ id: "misspelled", part: "Reviews", who: "both" },
    tries: "refuse a row with a misspelled code in a comment, then approve, the other moderator too",
    believed: "not merged: one comment of accept links to the refusal; merged after it was deleted and written right",
    otherwise: HELD_BACK,
    run: async (stage, ask) => {
      const filed = await fileSheet(stage, 2);
      const [id] = filed.ids as [string];
      const facts = { pull: filed.pull, ids: [id] };
      await ask(`as a moderator, comment “refuse ${id} advrt” below #${filed.pull}; as both, approve`, facts);
      const held = await seeHeld(stage, filed, "Waits");
      if (!held.ok) return held;
      await ask(`delete that comment, and write “refuse ${id} advert” in a new one`, facts);
      return seeMerged(stage, filed, [[id, "advert"]]);
    },
  },
  {
    ...{ id: "edited-veto", part: "Reviews", who: "both" },
    tries: "edit a moderator’s comment that refuses a row, with the file App’s token",
    believed: "the sheet is held, and accept links to the comment",
    otherwise: HELD_BACK,
    run: async (stage, ask) => {
      const { filed, comment } = await vetoed(stage, ask);
      const { owner, repo } = stage.filer;
      const octokit = await stage.filer.octokit();
      const route = "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}";
      await octokit.request(route, { owner, repo, comment_id: comment, body: "All of these are fine." });
      return seeHeld(stage, filed, "Waits");
    },
  },
  {
    ...{ id: "deleted-veto", part: "Reviews", who: "both" },
    tries: "delete a moderator’s comment that refuses a row, with the file App’s token",
    believed: "the sheet is held, and accept says that something was deleted",
    otherwise: HELD_BACK,
    run: async (stage, ask) => {
      const { filed, comment } = await vetoed(stage, ask);
      const { owner, repo } = stage.filer;
      const octokit = await stage.filer.octokit();
      const route = "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}";
      await octokit.request(route, { owner, repo, comment_id: comment });
      return seeHeld(stage, filed, "Waits");
    },
  },
  {
    ...{ id: "deleted-line-veto", part: "Reviews", who: "both" },
    tries: "delete, as an organiser, a moderator’s comment on a row",
    believed: "the sheet is held",
    otherwise:
      "GitHub keeps no event of it: moderators refuse only in the text of reviews, and `moderating.md` says so",
    run: async (stage, ask) => {
      const filed = await fileSheet(stage, 2);
      const [id] = filed.ids as [string];
      const words = `as a moderator, comment “refuse advert” on the line of ${id} in #${filed.pull}, as both, approve; then, as an organiser, delete that comment`;
      await ask(words, { pull: filed.pull, ids: [id] });
      return seeHeld(stage, filed, "Waits");
    },
  },
  {
    ...{ id: "edited-review", part: "Reviews", who: "both" },
    tries: "edit the text of a moderator’s review as an organiser, if GitHub offers it",
    believed: "held, until the moderator corrects it",
    otherwise: HELD_BACK,
    run: async (stage, ask) => {
      const filed = await fileSheet(stage, 2);
      const [id] = filed.ids as [string];
      const words = `as a moderator, approve #${filed.pull} with the text “refuse ${id} advert”, as the other, approve; then, as an organiser, edit that text (skip if GitHub does not offer it)`;
      await ask(words, { pull: filed.pull, ids: [id] });
      return seeHeld(stage, filed, "Waits");
    },
  },
  {
    ...{ id: "dismissed", part: "Reviews", who: "both" },
    tries:
      "press **Request changes** as a moderator, dismiss that review as an organiser, approve as two others or the same",
    believed: "not merged, and accept says whom it waits for; merged after its author has reviewed again",
    otherwise: HELD_BACK,
    run: async (stage, ask) => {
      const filed = await fileSheet(stage, 1);
      const facts = { pull: filed.pull };
      await ask(
        `as the second moderator, approve #${filed.pull}; as the first, request changes; as an organiser, dismiss that`,
        facts,
      );
      const held = await seeHeld(stage, filed, "Waits");
      if (!held.ok) return held;
      await ask(`as the first moderator, approve #${filed.pull}`, facts);
      return seeMerged(stage, filed);
    },
  },
  {
    ...{ id: "reactions", part: "Reviews", who: "both" },
    tries: "react to a comment, hide it, resolve its thread",
    believed: "the sheet goes on: nothing was edited",
    otherwise: "GitHub counts it as an edit: tell moderators not to, in `moderating.md`",
    run: async (stage, ask) => {
      const filed = await fileSheet(stage, 1);
      const words = `as a moderator, comment “looks good” below #${filed.pull} and on a row; react to one, hide one, resolve the thread; as both, approve`;
      await ask(words, { pull: filed.pull, ids: filed.ids });
      return seeMerged(stage, filed);
    },
  },
  {
    ...{ id: "three-rows", part: "Reviews", who: "both" },
    tries: "select three rows, comment `refuse advert` on them, approve",
    believed: "not merged: which rows were meant cannot be told",
    otherwise: HELD_BACK,
    run: async (stage, ask) => {
      const filed = await fileSheet(stage, 3);
      const words = `as a moderator, select all three rows of #${filed.pull} and comment “refuse advert” on them; as both, approve`;
      await ask(words, { pull: filed.pull, ids: filed.ids });
      return seeHeld(stage, filed, "Waits");
    },
  },
  {
    ...{ id: "largest-sheet", part: "Reviews", who: "both" },
    tries: "file a sheet of 1,000 rows, press **Load diff**, comment `refuse advert` on its last row",
    believed: "it can be filed and loaded; that row is refused, and no other",
    otherwise: "lower the most rows of a sheet (`FILE_AT_MOST`), and refuse in the text of reviews only",
    run: async (stage, ask) => {
      const main = await readMain(stage);
      const invention = inventionOn(stage, main);
      const rows = Array.from({ length: 1000 }, () => inventRow(invention));
      const filed = await fileText(stage, sheetText(invention, rows), main.commit);
      const id = filed.ids.at(-1)!;
      const words = `in #${filed.pull} press Load diff, and as a moderator comment “refuse advert” on the last row (${id}); as both, approve`;
      await ask(words, { pull: filed.pull, ids: [id] });
      return seeMerged(stage, filed, [[id, "advert"]]);
    },
  },
  {
    ...{ id: "closed-and-reopened", part: "Reviews", who: "both" },
    tries: "approve a sheet, close it as a moderator, start accept, reopen it",
    believed: "closed, nothing happens to it; reopened, it goes on with the reviews it had",
    otherwise: LOST,
    run: async (stage, ask) => {
      const filed = await fileSheet(stage, 1);
      const facts = { pull: filed.pull };
      await ask(`as both moderators, approve #${filed.pull}; as one of them, close it`, facts);
      const held = await seeHeld(stage, filed);
      if (!held.ok) return held;
      await ask(`reopen #${filed.pull}`, facts);
      return seeMerged(stage, filed);
    },
  },
  {
    ...{ id: "locked", part: "Reviews", who: "people" },
    tries: "lock a sheet’s conversation as an organiser, with all approvals",
    believed:
      "merged; if GitHub lets nobody comment, the run says that it could not answer, and the next one tries again",
    otherwise: LOST,
  },
  {
    ...{ id: "draft-comment", part: "Reviews", who: "people" },
    tries:
      "draft `refuse advert` on a row, write `keep ID` of that row below the sheet, submit the draft with an approval",
    believed: "refused: accept takes them in the order in which they were published",
    otherwise: HELD_BACK,
  },
  {
    ...{ id: "moved-sheet", part: "Reviews", who: "people" },
    tries:
      "switch the ruleset “pending: sheets stay as they were filed” off, approve a sheet, push another commit to it with the file App’s key, switch it on again",
    believed: "not merged: the approval is of another commit, and the sheet has two",
    otherwise: "stop, and tell the project: approvals must not go over to another commit",
  },
  {
    ...{ id: "mail-of-a-row", part: "Reviews", who: "people" },
    tries: "read the mail that GitHub sent about a comment on a row’s line, and whether **Watch → Ignore** ends it",
    believed: "the mail quotes the row with the name; after Watch → Ignore, and without *Participating*, none comes",
    otherwise: "write into `moderating.md` what else a moderator has to switch off, before anybody real signs",
  },
];

/** A sheet that both moderators approve, with a refusal of one row in a comment below. */
async function vetoed(stage: Stage, ask: Ask): Promise<{ filed: Filed; comment: number }> {
  const filed = await fileSheet(stage, 2);
  const [id] = filed.ids as [string];
  const words = `as a moderator, comment “refuse ${id} advert” below #${filed.pull}; as both, approve`;
  await ask(words, { pull: filed.pull, ids: [id] });
  const { owner, repo } = stage.organiser;
  const octokit = await stage.organiser.octokit();
  const at = { owner, repo, issue_number: filed.pull };
  const { data } = await octokit.request("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", at);
  const comment = data.find(({ body }) => body?.includes(id));
  if (comment === undefined) throw new LetterError("rehearsal", "there is no such comment below the pull request");
  return { filed, comment: Number(comment.id) };
}
