import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { LetterError } from "../letter/bytes/error.ts";
import { whyUnwritable } from "./folder.ts";
import { isSetting, readSettings, type Settings } from "./settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The settings of this process, as the form service and every command beside it read them: from the environment, and
 * where it leaves one out, from `SETTINGS_FILE` or else from `settings.env` in the data folder, if it is there.
 *
 * @throws LetterError `settings`, one line that names the variable or the file and what to write
 */
export function currentSettings(): Settings {
  return readSettings(withSettingsFile(process.env));
}

/** Why nothing can be written in the data folder, and what to do; undefined: that is not what is wrong. */
export function troubleOfDataFolder(): string | undefined {
  try {
    return whyUnwritable(currentSettings().dataDir);
  } catch {
    // The settings are what is wrong, and the error says so.
    return undefined;
  }
}

/** Adds what the file of settings says to an environment, which goes before it. */
export function withSettingsFile(env: Environment): Environment {
  const named = env.SETTINGS_FILE || undefined;
  const path = named ?? join(env.DATA_DIR || ".data", "settings.env");
  const text = readFile(path, named !== undefined);
  if (text === undefined) return env;
  const values = parseEnv(text);
  for (const name of Object.keys(values)) {
    if (!isSetting(name)) throw new LetterError("settings", `${path}: ${name} is not a setting: see README.md`);
    if (name === "DATA_DIR" && named === undefined)
      throw new LetterError("settings", `${path}: DATA_DIR is where this file lies; leave it out`);
  }
  const given = Object.entries(env).filter(([, value]) => value);
  return { ...values, ...Object.fromEntries(given) };
}

function readFile(path: string, mustExist: boolean): string | undefined {
  if (!mustExist && !existsSync(path)) return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new LetterError("settings", `${path}, the file of settings, cannot be read (${code})`, { cause });
  }
}
