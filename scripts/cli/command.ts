import { type ParseArgsConfig, parseArgs } from "node:util";
import { LetterError } from "../letter/bytes/error.ts";
import { explainTrouble } from "../outside/database/trouble.ts";
import { bindValues } from "../outside/programs/option-values.ts";
import { troubleOfDataFolder } from "../outside/settings-file.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Parsed<O extends Options> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true; strict: true }>>;

/**
 * Runs a command: `--help` prints the help and ends; an error is one line on stderr with what to do, and exit code 1.
 *
 * @param help what `--help` prints; its first line is the usage
 * @param options as for node's `parseArgs`
 */
export async function runCommand<O extends Options>(
  help: string,
  options: O,
  run: (parsed: Parsed<O>) => Promise<void>,
): Promise<void> {
  try {
    const known = { ...options, help: { type: "boolean", short: "h" } } as const;
    const args = bindValues(process.argv.slice(2), known);
    const config = { args, options: known, allowPositionals: true, strict: true } as const;
    const parsed = parseOrExplain(() => parseArgs(config), help);
    if ((parsed.values as { help?: boolean }).help) return console.log(help.trim());
    await run(parsed as unknown as Parsed<O>);
  } catch (cause) {
    console.error(oneLine(cause));
    if (process.env.DEBUG && cause instanceof Error) console.error(cause.stack, cause.cause);
    process.exitCode = 1;
  }
}

/** The usage, the first line of the help, as an error about how a command was called. */
export function usageError(message: string, help: string): LetterError {
  return new LetterError("usage", `${message}; ${help.trim().split("\n")[0]}`);
}

function parseOrExplain<T>(parse: () => T, help: string): T {
  try {
    return parse();
  } catch (cause) {
    throw usageError((cause as Error).message.split(". ")[0]!, help);
  }
}

function oneLine(cause: unknown): string {
  const isOwn = cause instanceof LetterError;
  const explained = isOwn ? undefined : explainTrouble(cause);
  if (explained !== undefined) return `error: ${explained}`;
  const message = cause instanceof Error ? cause.message : String(cause);
  // git and the build of the site know nothing of our settings.
  const trouble = isOwn && !["git", "build"].includes(cause.code) ? undefined : troubleOfDataFolder();
  const hint = trouble ?? (isOwn ? "" : "unexpected: run again with DEBUG=1 to see where");
  return `error: ${message.replace(/(?<!\s)\s*\n\s*/g, " ")}${hint && ` (${hint})`}`;
}
