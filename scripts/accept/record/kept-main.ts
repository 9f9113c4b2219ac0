import type { AcceptHost, MainLine } from "../../outside/git/host.ts";
import { hasRecordOf, type KeptRecord, readKeptRecord } from "./kept-record.ts";

/** Main as it was read last: how it came about, and what is kept of its record, which nobody has judged yet. */
export type ReadMain = { readonly line: MainLine; readonly record: KeptRecord };

// What was read at a commit is not read again by the same process: a service looks at main every second.
const mains = new WeakMap<object, ReadMain>();

/**
 * Reads main, and its whole record once: after that only while somebody else has changed it.
 *
 * @throws LetterError for a record that is not canonical
 */
export async function readMainOnce(host: Pick<AcceptHost, "repository" | "readLine">): Promise<ReadMain> {
  const known = mains.get(host);
  const line = await host.readLine(known?.line);
  const record =
    (known && (await recordAt(known.record, line.commit))) ?? (await readKeptRecord(host.repository, line.commit));
  const main = { line, record };
  mains.set(host, main);
  return main;
}

/** Notes how main came about since, so that not all of its history is read again. What is kept of its record has moved with it. */
export function noteLine(host: AcceptHost, line: MainLine): void {
  const known = mains.get(host);
  if (known?.record.commit === line.commit) mains.set(host, { ...known, line });
}

/** Returns what was kept, if the record is the same at this commit. */
async function recordAt(kept: KeptRecord, commit: string): Promise<KeptRecord | undefined> {
  if (kept.commit === commit) return kept;
  // The history of the commit before may be gone, as after a purge.
  if (!(await hasRecordOf(kept, commit).catch(() => false))) return undefined;
  kept.commit = commit;
  return kept;
}
