import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../support/source.ts";

/** What is wrong when a command is run. */
export const FAULTS = {
  "no environment": "none of the service's settings, in a folder without a data folder",
  "no database": "`DATABASE_URL` names a file that is not there",
  "another's database": "`DATABASE_URL` names the database of another campaign",
  "no data folder": "`DATA_DIR` names a folder that is not there",
  "no rights": "this user may read the data folder and the folder of the output, and not write there",
  "full disk": "the file system of both has no room left",
} as const;
export type Fault = keyof typeof FAULTS;

/** Why a command is not refused with a fault, in words for the table. */
type Exempt = Partial<Record<Fault, string>>;

const NO_DATABASE: Exempt = { "no database": "reads no database", "another's database": "reads no database" };
const ELSEWHERE: Exempt = {
  ...NO_DATABASE,
  "no environment": "reads no setting",
  "no data folder": "reads no setting",
};
const MAKES: Exempt = { "no environment": "makes a data folder on purpose", "no data folder": "makes it on purpose" };

/** The commands that change something. Each is refused with each fault, but for those that it cannot have. */
export const CHANGING = {
  start: MAKES,
  build: ELSEWHERE,
  moderate: NO_DATABASE,
  seed: MAKES,
  edition: NO_DATABASE,
  pause: {},
  "allow-mail": {},
  keys: { ...MAKES, ...NO_DATABASE },
  backup: {},
  restore: { ...MAKES, "no database": "makes it on purpose" },
  mirror: {},
  remove: {},
  access: {},
  erase: {
    ...NO_DATABASE,
    "no environment": "works on two folders that are named",
    "no data folder": "works on two folders that are named",
  },
  handover: {},
  "handover:contacts": {},
  "handover:open": ELSEWHERE,
  "handover:left": NO_DATABASE,
  purge: {},
} as const satisfies Readonly<Record<string, Exempt>>;
export type Changing = keyof typeof CHANGING;

/** The other commands, and why they have no row. */
export const OTHERS: Readonly<Record<string, string>> = {
  verify: "only reads",
  doctor: "only looks",
  witness: "asks witnesses; writes only the file of `--out`, once they have answered",
  "setup:github": "changes only what is at GitHub",
  rehearse: "changes only what is at GitHub, in a repository for trying things out; writes only its report",
  release: "for maintainers: writes into this project, or into a new folder",
  fonts: "for developers: writes into this project",
};

/** Our own programs among the scripts of package.json, by the name that is typed. */
export function commandsOf(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  return Object.keys(scripts).filter((name) => /^(exec )?node (--\S+ )*scripts\/cli\//.test(scripts[name]!));
}

/** The cells that are to be tried: a command, and what is wrong. */
export function cells(): [Changing, Fault][] {
  return (Object.keys(CHANGING) as Changing[]).flatMap((command) =>
    (Object.keys(FAULTS) as Fault[]).flatMap((fault): [Changing, Fault][] =>
      (CHANGING[command] as Exempt)[fault] === undefined ? [[command, fault]] : [],
    ),
  );
}

/** The table for people, as .github/operations/commands-and-faults.md has it. */
export function formatFaults(): string {
  const names = Object.keys(FAULTS) as Fault[];
  const typed = (command: string) => `\`npm ${command === "start" ? "start" : `run ${command}`}\``;
  const row = (command: Changing) =>
    names.map((fault) => (CHANGING[command] as Exempt)[fault] ?? "refused").join(" | ");
  return [
    "# Commands and faults",
    "",
    "What each command does that changes something, when something is wrong with how it is run. *Refused* means: one line on",
    "stderr that says what to do, an exit code that is not 0, and no byte changed in the data folder, in main or in the database;",
    "what could not be written on a full disk may have left an empty file. Made and checked by `tests/cli/faults/`, which run each",
    "command with each fault.",
    "",
    ...names.map((fault) => `- **${fault}**: ${FAULTS[fault]}`),
    "",
    `| command | ${names.join(" | ")} |`,
    `|---|${names.map(() => "---|").join("")}`,
    ...(Object.keys(CHANGING) as Changing[]).map((command) => `| ${typed(command)} | ${row(command)} |`),
    "",
    "The other commands have no row:",
    "",
    ...Object.entries(OTHERS).map(([command, why]) => `- ${typed(command)}: ${why}`),
    "",
  ].join("\n");
}
