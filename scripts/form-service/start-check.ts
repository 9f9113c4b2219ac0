import { existsSync } from "node:fs";
import { dayOf } from "../letter/bytes/day.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { systemClock } from "../outside/clock.ts";
import { assertWhole, lookAtDatabase } from "../outside/database/open.ts";
import { explainTrouble } from "../outside/database/trouble.ts";
import { causeOf } from "../outside/log.ts";
import type { Finding } from "../outside/mail-domain-check.ts";
import type { Settings } from "../outside/settings.ts";
import { readContent } from "../site/views/read-content.ts";
import { type SheetSetAside, sheetsSetAside } from "./filing/sheets.ts";
import { type RestoredRows, restoredRows } from "./store/restored-rows.ts";
import { rowsSetAside } from "./store/rows-set-aside.ts";
import type { Tables } from "./store/schema.ts";

/** Whether content/ is whole. */
export async function checkContent(): Promise<Finding> {
  try {
    const { campaign } = await readContent("content");
    const custodian = campaign.recipient.age.length === 0 ? ", no recipients yet: only for trying things out" : "";
    return { what: `content/ in ${campaign.languages.join(", ")}${custodian}` };
  } catch (cause) {
    return { what: "content/", mend: (cause as Error).message };
  }
}

/** Whether the database answers, and whether everything in it can be filed; one that is missing is no fault. */
export async function checkDatabase({ database }: Pick<Settings, "database">): Promise<Finding> {
  if (database.kind === "sqlite" && !existsSync(database.path))
    return {
      what: `no database yet at ${database.path}: npm start makes it. If this campaign has one already, set DATABASE_URL and DATA_DIR as the form service has them`,
    };
  const what = database.kind === "sqlite" ? "the database" : "the PostgreSQL database";
  try {
    const store = await lookAtDatabase<Tables>(database);
    const today = dayOf(systemClock.now());
    const found = Promise.all([
      assertWhole(store, database.kind),
      sheetsSetAside(store.query),
      rowsSetAside(store.query),
      restoredRows(store.query, today),
    ]);
    const [, sheets, rows, restored] = await found.finally(store.close);
    if (sheets.length + rows.length === 0) return { what: what + tellRestored(restored) };
    return { what, mend: [tellSheets(sheets), tellRows(rows)].filter(Boolean).join("; ") };
  } catch (cause) {
    const { code } = causeOf(cause);
    // SQLite and PostgreSQL about a table or column that is not there.
    if (["SQLITE_ERROR", "42P01", "42703"].includes(code)) {
      return { what: `${what}, of an older version: npm start brings it up to date` };
    }
    const trouble = explainTrouble(cause) ?? `it does not answer (${code}); look at DATABASE_URL`;
    const mend = cause instanceof LetterError ? cause.message : trouble;
    return { what, mend };
  }
}

function tellRestored(restored: RestoredRows | undefined): string {
  if (!restored) return "";
  return `; ${restored.waiting} signatures that a backup brought back wait until ${restored.until}: announce that, so that those who had left can say so again`;
}

function tellSheets(sheets: readonly SheetSetAside[]): string {
  if (sheets.length === 0) return "";
  const each = sheets.map(({ sheet, attempts, failure }) => `${sheet} (tried ${attempts} times, last ${failure})`);
  return `sheets that cannot be filed: ${each.join(", ")}. Look whether the git host is up and the App still has its permissions; they are tried again once an hour, and nothing is lost`;
}

function tellRows(ids: readonly string[]): string {
  if (ids.length === 0) return "";
  return `signatures whose rows cannot be read, so that no sheet takes them: ${ids.join(", ")}. Keep a backup, look at the disk, and ask whoever maintains the program; once they can be read they are filed by themselves, and their holders can withdraw meanwhile`;
}
