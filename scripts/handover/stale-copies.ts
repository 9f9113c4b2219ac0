import { spentTag } from "../letter/handover/spent-tag.ts";
import { readCopyList, writeCopyList } from "../outside/bag/copy-list.ts";
import { destroyFile } from "../outside/destroyed-file.ts";

/**
 * Destroys the copies of the list that this machine has made and that hold the row of somebody who has left since: bags,
 * in whatever folder, and what a purge left for a fresh repository.
 *
 * @param entries main's ledger as it is now
 * @returns for each tag of which something was destroyed, why
 */
export async function destroyStaleCopies(dataDir: string, entries: readonly string[]): Promise<string[]> {
  const notes = await readCopyList(dataDir);
  const reasons = new Set<string>();
  const kept = [];
  for (const note of notes) {
    const spent = spentTag(note.tag, entries, note.size);
    if (spent === undefined) kept.push(note);
    else if (await destroyFile(note.path)) reasons.add(spent);
  }
  if (kept.length < notes.length) await writeCopyList(dataDir, kept);
  return [...reasons];
}
