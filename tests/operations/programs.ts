import { type Outcome, runCommand } from "../support/servers/service.ts";
import { addressOf, type Operated } from "./world.ts";

/**
 * Runs a program of the project to its end, as an operator does, with the clock of the campaign.
 *
 * @param env goes before the settings of the form service; an empty one counts as unset
 */
export function runProgram(
  { life, project }: Operated,
  command: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const { dataDir, settings } = life.machine;
  const own = { DATA_DIR: dataDir, DATABASE_URL: addressOf(settings.database), LIMITS: "off" };
  return runCommand(command, args, { ...own, ...nodeAt(life.clock.now()), ...env }, project);
}

/** The environment in which a program of node has the time of the campaign, and the changes that this process runs with. */
export function nodeAt(now: Date): Record<string, string> {
  const { CHANGES = "[]", NODE_OPTIONS = "" } = process.env;
  return { CHANGES, NODE_OPTIONS: `${NODE_OPTIONS} ${clockOf(now)}` };
}

/** What sets the clock of a program of node; from then on it runs as everywhere. */
function clockOf(now: Date): string {
  const shift = now.getTime() - Date.now();
  const code = `const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...given) { given.length > 0 ? super(...given) : super(Real.now() + ${shift}); }
      static now() { return Real.now() + ${shift}; }
    };`;
  return `--import=data:text/javascript,${encodeURIComponent(code)}`;
}
