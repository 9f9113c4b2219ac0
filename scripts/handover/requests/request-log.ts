import { existsSync } from "node:fs";
import { join } from "node:path";
import { dayAfter } from "../../letter/bytes/day.ts";
import { readIfThere, replaceFile } from "../../outside/data-folder.ts";

/** What somebody asked for, and what came of it. */
export type AnsweredRequest = {
  readonly kind: "access" | "remove" | "erase";
  readonly result: "done" | "nothing-found" | "notice-written";
};

/** Days for which it can be shown that requests were answered. */
const KEPT_DAYS = 365;

/**
 * Notes in `DATA_DIR/requests.log` that a request was answered, such as `2026-11-29 access done`, and deletes the lines
 * that are older than a year. No name, id, index, code or address is in a line: it shows that people are answered, not
 * who they are. Where there is no data folder, nothing is noted.
 *
 * @param day the UTC day, `YYYY-MM-DD`
 */
export async function noteRequest(dataDir: string, { kind, result }: AnsweredRequest, day: string): Promise<void> {
  if (!existsSync(dataDir)) return;
  const path = join(dataDir, "requests.log");
  const before = (await readIfThere(path)) ?? "";
  const kept = before.split("\n").filter((line) => line.slice(0, 10) > dayAfter(day, -KEPT_DAYS));
  await replaceFile(path, [...kept, `${day} ${kind} ${result}\n`].join("\n"));
}
