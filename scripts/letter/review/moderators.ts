import { z } from "zod";
import { LetterError } from "../bytes/error.ts";
import { parsePlainYaml } from "../text/front-matter.ts";
import type { Moderators } from "./moderation.ts";

/** The path of the list of moderators on main. */
export const MODERATORS_PATH = ".github/moderators.yml";

const id = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, "must be numeric account ids")
  .transform(Number);

const file = z.strictObject({
  approvals: z
    .string()
    .regex(/^[1-9]\d?$/, "must be a whole number from 1 to 99")
    .transform(Number),
  moderators: z.array(id, "must be a list of numeric account ids"),
});

/**
 * Parses `.github/moderators.yml`: who may review, and how many approvals a sheet needs.
 *
 * ```
 * approvals: 2
 * moderators:
 *   - 1234567 # numeric id: a name can be taken over, an id cannot
 *   - 7654321
 * ```
 * @throws LetterError `moderators` naming the field and the rule; also when an id is listed twice
 */
export function parseModerators(text: string): Moderators {
  let data: unknown;
  try {
    data = parsePlainYaml(text);
  } catch (cause) {
    throw new LetterError("moderators", `${MODERATORS_PATH}: ${(cause as LetterError).message}`, { cause });
  }
  const result = file.safeParse(data);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new LetterError(
      "moderators",
      `${MODERATORS_PATH}: ${String(issue?.path[0] ?? "the file")}: ${issue?.message}`,
    );
  }
  const ids = new Set(result.data.moderators);
  if (ids.size !== result.data.moderators.length) {
    throw new LetterError("moderators", `${MODERATORS_PATH}: moderators: an id is there twice`);
  }
  return { approvals: result.data.approvals, ids };
}
