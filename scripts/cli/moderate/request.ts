import { printable } from "../../letter/bytes/printable.ts";
import { isRefusalCode, REFUSAL_CODES } from "../../letter/review/order.ts";
import { usageError } from "../command.ts";

export const HELP = `
usage: npm run moderate -- list | show SHEET | serve | approve SHEET [--refuse ID:CODE …] | reject SHEET CODE | refile SHEET

Reviews the sheets of a local campaign. A sheet is accepted at once when it has its approvals.

  list                      what waits; "quarantine" marks sheets that look like part of a flood, "look first" those with
                            rows that are on another open sheet too, or are settled already
  show SHEET                the rows of a sheet: first those to look at, with the reasons, such as a name that is on the
                            list already, then the others; hidden and counted ones show no name and are only counted
    --all                   and these too
    --page N                so many rows at a time; a terminal gets the first page, a program all rows
    --search                asks for words, and shows the rows whose name or place holds them
  serve                     the same on pages in a browser of this machine, in Persian and English; there an approval can be
                            taken back for a minute. The address holds a secret: give it to nobody
  approve SHEET             approves it as it stands
    --refuse ID:CODE        but refuses this row; may be given several times
  reject SHEET CODE         refuses every row
    --dry-run               says what would happen, and records nothing
    --yes                   does not ask; a terminal is asked before many rows are decided, or a sheet is rejected
  refile SHEET              takes a sheet away that nobody can decide, because it is damaged or invalid; the form service
                            files its signatures again, and they are reviewed again
  --json                    for programs

SHEET and ID may be cut to the first characters that tell them apart.
CODE is one of ${REFUSAL_CODES.join(", ")}.`;

const COMMANDS = ["list", "show", "approve", "reject", "refile", "serve"] as const;
type Command = (typeof COMMANDS)[number];

/** The options of `npm run moderate`, as for node's `parseArgs`. */
export const OPTIONS = {
  json: { type: "boolean" },
  all: { type: "boolean" },
  page: { type: "string" },
  search: { type: "boolean" },
  refuse: { type: "string", multiple: true },
  "dry-run": { type: "boolean" },
  yes: { type: "boolean" },
} as const;

const BELONGS: Readonly<Record<keyof typeof OPTIONS, readonly Command[]>> = {
  json: ["list", "show"],
  all: ["show"],
  page: ["show"],
  search: ["show"],
  refuse: ["approve"],
  "dry-run": ["approve", "reject"],
  yes: ["approve", "reject"],
};

/** What was typed: a command, the sheet or the beginning of its id, and the code of a rejection. */
export type ModerationRequest = {
  readonly command: Command;
  readonly sheet: string;
  readonly code: string | undefined;
};

/**
 * Reads the words after `npm run moderate --`.
 *
 * @param given the options that were given
 * @throws LetterError `usage` saying which word is too much or missing
 */
export function parseModeration(words: readonly string[], given: Readonly<Record<string, unknown>>): ModerationRequest {
  const [typed, ...rest] = words;
  const command = COMMANDS.find((known) => known === typed);
  if (command === undefined)
    throw wrong(typed === undefined ? "say what to do with which sheet" : `there is no command “${printable(typed)}”`);
  for (const [option, commands] of Object.entries(BELONGS))
    if (given[option] !== undefined && !commands.includes(command))
      throw wrong(`--${option} belongs to ${commands.join(" and ")}, not to ${command}`);
  const [sheet = "", ...more] = rest;
  if (command === "list" || command === "serve") {
    if (rest.length > 0) throw wrong(`${command} takes no sheet; npm run moderate -- show SHEET shows one`);
    return { command, sheet, code: undefined };
  }
  if (rest.length === 0) throw wrong(`${command} needs a sheet: npm run moderate -- list shows them`);
  if (command !== "reject") {
    if (more.length > 0) throw wrong(tooMany(command, more[0]!));
    return { command, sheet, code: undefined };
  }
  const [code, ...others] = more;
  if (code === undefined) throw wrong(`reject needs a code after the sheet: ${REFUSAL_CODES.join(", ")}`);
  if (others.length > 0) throw wrong("reject takes one sheet and one code: reject other sheets one by one");
  return { command, sheet, code };
}

function tooMany(command: Command, word: string): string {
  if (command !== "approve") return `${command} takes one sheet`;
  if (word.includes(":")) return "write --refuse before each ID:CODE: approve SHEET --refuse ID:CODE";
  if (isRefusalCode(word))
    return "approve takes no code: reject SHEET CODE refuses every row, and approve SHEET --refuse ID:CODE one of them";
  return "approve takes one sheet: approve the others one by one; --refuse ID:CODE refuses a row";
}

/** @throws LetterError `usage` */
export function parsePage(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw wrong("--page takes the number of a page");
}

const wrong = (message: string) => usageError(message, HELP);
