import { createInterface } from "node:readline/promises";
import { type Answers, parseAnswer } from "../../accept/rehearsal/answers.ts";
import type { People } from "../../accept/rehearsal/step.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { printable } from "../../letter/bytes/printable.ts";

/** Asks on the terminal, the name of the repository first. @throws LetterError `rehearsal` when the terminal ends */
export async function askOnTerminal(): Promise<Answers & { close(): void }> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<never>((_, fail) => {
    terminal.once("close", () => fail(new LetterError("rehearsal", "it ended here: the same command goes on")));
  });
  ended.catch(() => {});
  const read = (words: string) => Promise.race([ended, terminal.question(words)]);
  const people: People = async ({ kind, words }) => {
    const how = kind === "do" ? "Enter when done" : "Enter if it is so";
    const asked = `  → ${printable(words)}\n    (${how}; s REASON to skip; or what you saw instead, without any name) `;
    return parseAnswer(await read(asked));
  };
  const repository = await read(
    "Everything in this repository may be lost. Type its name, OWNER/REPO, to go on: ",
  ).catch((cause) => {
    terminal.close();
    throw cause;
  });
  return { repository: repository.trim(), people, close: () => terminal.close() };
}
