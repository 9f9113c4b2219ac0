import { z } from "zod";
import { LetterError } from "../../letter/bytes/error.ts";
import type { ReviewAct } from "../../letter/review/moderation.ts";
import { writeCommit } from "./commit.ts";
import { readHistory } from "./history.ts";
import { readBlobs } from "./object.ts";
import { moveRefs, readRef } from "./ref.ts";

// What was said about a sheet, as a chain of commits below a ref of its own: it only grows, and tells who came after whom.
const chainRef = (sheet: string) => `refs/reviews/${sheet}`;
const ACT = "act.json";

const Act = z.strictObject({
  by: z.number().int().positive(),
  state: z.enum(["approved", "changes-requested", "commented", "dismissed"]),
  commit: z.string(),
  body: z.string().max(65_536),
  row: z.string().optional(),
});

/** Adds an act to what was said about a sheet. */
export async function appendReview(repository: string, sheet: string, act: ReviewAct, day: string): Promise<void> {
  const files = new Map([[ACT, `${JSON.stringify(act)}\n`]]);
  for (let tries = 0; tries < 20; tries++) {
    const last = await readRef(repository, chainRef(sheet));
    const parents = last === undefined ? [] : [last];
    const commit = await writeCommit(repository, { parents, files, message: "review\n", committer: "review", day });
    if (await moveRefs(repository, [{ ref: chainRef(sheet), from: last, to: commit }])) return;
  }
  throw new LetterError("git", "others kept reviewing this sheet: try again");
}

/** What was said about a sheet, in order. @throws LetterError `git` when the chain holds anything else */
export async function readReviews(repository: string, sheet: string): Promise<ReviewAct[]> {
  const last = await readRef(repository, chainRef(sheet));
  if (last === undefined) return [];
  const commits = (await readHistory(repository, last)).reverse();
  const blobs = await readBlobs(
    repository,
    commits.map(({ id }) => `${id}:${ACT}`),
  );
  return blobs.map((bytes) => {
    const act = Act.safeParse(JSON.parse(bytes?.toString("utf8") ?? "null"));
    if (!act.success) throw new LetterError("git", "a review of this sheet cannot be read");
    const { row, ...rest } = act.data;
    return row === undefined ? rest : { ...rest, row };
  });
}
