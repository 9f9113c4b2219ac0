import type { ParseArgsConfig } from "node:util";

/** Writes `--option -value` as `--option=-value`: a digest in base64url may begin with a dash, and node takes none there. */
export function bindValues(args: readonly string[], options: NonNullable<ParseArgsConfig["options"]>): string[] {
  const isOption = (arg: string) => arg === "-h" || Object.hasOwn(options, /^--([^=]*)/.exec(arg)?.[1] ?? "");
  const bound: string[] = [];
  for (const [i, arg] of args.entries()) {
    if (arg === "--") return [...bound, ...args.slice(i)];
    const before = bound.at(-1);
    const takesValue = before !== undefined && isOption(before) && options[before.slice(2)]?.type === "string";
    if (takesValue && arg.startsWith("-") && !isOption(arg)) bound.splice(-1, 1, `${before}=${arg}`);
    else bound.push(arg);
  }
  return bound;
}
