import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { LetterError } from "../../letter/bytes/error.ts";
import type { ReviewAct } from "../../letter/review/moderation.ts";
import { writeCommit } from "./commit.ts";
import { readHistory } from "./history.ts";
import { assertReadable, readBlobs } from "./object.ts";
import { moveRefs, readRef } from "./ref.ts";
import { readHead } from "./repository.ts";

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

/**
 * What was said about a sheet, in order.
 *
 * @throws LetterError `damaged` when the chain holds anything else, or a part of it is lost: a refusal may be among what
 *   cannot be read, so the rest of it does not count either
 */
export async function readReviews(repository: string, sheet: string): Promise<ReviewAct[]> {
  const last = await readRef(repository, chainRef(sheet)).catch((cause) => {
    throw cause instanceof LetterError && cause.code === "damaged" ? damaged(sheet, cause) : cause;
  });
  // git passes over a ref whose file was cut short by a power cut, as if there were none.
  if (last === undefined && existsSync(join(repository, chainRef(sheet)))) throw damaged(sheet);
  if (last === undefined) return [];
  try {
    const commits = (await readHistory(repository, last)).reverse();
    const blobs = await readBlobs(
      repository,
      commits.map(({ id }) => `${id}:${ACT}`),
    );
    return blobs.map((bytes) => parseAct(sheet, bytes));
  } catch (cause) {
    if (!(cause instanceof LetterError && cause.code === "git")) throw cause;
    // A git that fails, as on a full disk, says nothing about the chain.
    await assertReadable(repository, await readHead(repository));
    throw damaged(sheet, cause);
  }
}

function parseAct(sheet: string, bytes: Buffer | undefined): ReviewAct {
  let json: unknown;
  try {
    json = JSON.parse(bytes?.toString("utf8") ?? "");
  } catch (cause) {
    throw damaged(sheet, cause);
  }
  const act = Act.safeParse(json);
  if (!act.success) throw damaged(sheet);
  const { row, ...rest } = act.data;
  return row === undefined ? rest : { ...rest, row };
}

function damaged(sheet: string, cause?: unknown): LetterError {
  return new LetterError(
    "damaged",
    `a review of this sheet cannot be read: npm run moderate -- refile ${sheet} files its signatures again, to be reviewed again`,
    { cause },
  );
}
