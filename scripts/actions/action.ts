import { info, setFailed } from "@actions/core";
import { LetterError } from "../letter/bytes/error.ts";

/** Runs a workflow's entry: whatever goes wrong fails the step once, with one line. */
export async function runAction(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    // `setFailed` escapes what would begin another command on a new line.
    setFailed(oneLine(cause instanceof LetterError ? message : `unexpected: ${message}`));
  }
}

/** Prints a line in such a way that the runner cannot take it for a command. */
export function say(line: string): void {
  info(oneLine(line));
}

function oneLine(text: string): string {
  // `::name` at the start of a line and `##[name]` anywhere in it are commands.
  return text
    .replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll("##[", "#[")
    .replace(/^\s*::/, ": :")
    .slice(0, 2000);
}
