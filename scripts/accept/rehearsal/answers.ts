import { z } from "zod";
import { LetterError } from "../../letter/bytes/error.ts";
import type { Answer, People, Step } from "./step.ts";

const fields = z.strictObject({ repository: z.string(), steps: z.record(z.string(), z.string()) });

/** What people would answer, written down before: for a sitting without a terminal. */
export type Answers = { readonly repository: string; readonly people: People; close?(): void };

/**
 * Parses `{ "repository": "OWNER/REPO", "steps": { "merge-button": "done", "hourly": "skip: no time", "fork": "a secret was shown" } }`.
 * `*` answers for every step that is not named; without it such a step is skipped.
 *
 * @throws LetterError `rehearsal`
 */
export function parseAnswers(text: string, steps: readonly Pick<Step, "id">[]): Answers {
  let read: ReturnType<typeof fields.safeParse> | undefined;
  try {
    read = fields.safeParse(JSON.parse(text));
  } catch {}
  if (!read?.success) throw new LetterError("rehearsal", 'answers are { "repository": …, "steps": { STEP: "done" } }');
  const { repository, steps: answers } = read.data;
  const unknown = Object.keys(answers).find((name) => name !== "*" && !steps.some(({ id }) => id === name));
  if (unknown !== undefined) throw new LetterError("rehearsal", "the answers name a step that there is not");
  return {
    repository,
    people: async ({ step }) => parseAnswer(answers[step] ?? answers["*"] ?? "skip: nobody was asked"),
  };
}

/** Parses what people type: nothing or `done`, `s` or `skip` with a reason, or what they saw instead. */
export function parseAnswer(typed: string): Answer {
  const text = typed.trim();
  if (text === "" || text === "done") return { done: true };
  const skipped = /^(?:s|skip)(?:[:\s](.*))?$/i.exec(text);
  return skipped ? { skipped: skipped[1]?.replace(/^[:\s]+/, "") || "no reason was given" } : { seen: text };
}
