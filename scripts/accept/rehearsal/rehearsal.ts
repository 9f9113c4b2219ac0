import { LetterError } from "../../letter/bytes/error.ts";
import { printable } from "../../letter/bytes/printable.ts";
import { gitHubError } from "../../outside/github/api.ts";
import type { Stage } from "./stage.ts";
import type { Answer, Ask, Outcome, People, Question, Seen, Step } from "./step.ts";

/** What is done with each step as it ends. */
export type Rehearsing = {
  readonly people: People;
  /** what came of steps in an earlier sitting */
  readonly before?: readonly Outcome[];
  /** what must appear in no report, whatever an error says */
  readonly secrets?: readonly string[];
  readonly begin?: (step: Step) => void;
  readonly end?: (step: Step, outcomes: readonly Outcome[]) => Promise<void>;
};

/** People did not do what was asked, or saw something else. */
class Interrupted extends Error {
  readonly answer: Exclude<Answer, { done: true }>;
  constructor(answer: Exclude<Answer, { done: true }>) {
    super("people interrupted the step");
    this.answer = answer;
  }
}

/** Nobody answers any more: the sitting is over, and the step has no outcome. */
class Gone extends Error {}

/**
 * Goes through the steps one after the other, and leaves out those that an earlier sitting has done or skipped; what
 * failed then is tried again. A step that fails stops none of the others.
 *
 * @returns the outcomes of all steps that have one, in the order of the steps
 * @throws what `people` threw
 */
export async function rehearse(stage: Stage, steps: readonly Step[], rehearsing: Rehearsing): Promise<Outcome[]> {
  const { people, before = [], secrets = [], begin, end } = rehearsing;
  const outcomes = new Map(before.map((outcome) => [outcome.id, outcome]));
  const sorted = () => steps.flatMap(({ id }) => outcomes.get(id) ?? []);
  for (const step of steps) {
    if ((outcomes.get(step.id)?.state ?? "failed") !== "failed") continue;
    begin?.(step);
    const { state, seen } = await tryStep(stage, step, people);
    outcomes.set(step.id, { id: step.id, state, seen: withoutSecrets(printable(seen), secrets) });
    await end?.(step, sorted());
  }
  return sorted();
}

async function tryStep(stage: Stage, step: Step, people: People): Promise<Omit<Outcome, "id">> {
  const put = async (question: Question) => {
    const answer = await people(question).catch((cause) => {
      throw new Gone("nobody answers", { cause });
    });
    if (!("done" in answer)) throw new Interrupted(answer);
  };
  const ask: Ask = (words, facts = {}) => put({ ...facts, step: step.id, kind: "do", words });
  try {
    const { ok, seen } = await (step.run ?? lookAt(step, put))(stage, ask);
    return { state: ok ? "ok" : "failed", seen };
  } catch (cause) {
    if (cause instanceof Gone) throw cause.cause;
    if (!(cause instanceof Interrupted)) return { state: "failed", seen: reasonOf(cause) };
    const { answer } = cause;
    return "skipped" in answer
      ? { state: "skipped by hand", seen: answer.skipped }
      : { state: "failed", seen: answer.seen };
  }
}

function lookAt({ id, tries }: Step, put: (question: Question) => Promise<void>): () => Promise<Seen> {
  return async () => {
    await put({ step: id, kind: "look", words: tries });
    return { ok: true, seen: "as it must be, by people’s word" };
  };
}

/** Returns an error in one line: our own message, or GitHub's. Of any other error only its name: its message may hold anything. */
function reasonOf(cause: unknown): string {
  if (cause instanceof LetterError) return cause.message;
  const fromGitHub = cause instanceof Error && typeof (cause as { status?: unknown }).status === "number";
  return fromGitHub ? gitHubError("asking GitHub", cause).message : `unexpected: ${(cause as Error)?.name ?? "error"}`;
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret.length > 5).reduce((left, secret) => left.replaceAll(secret, "…"), text);
}
