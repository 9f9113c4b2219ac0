import { readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { destroyFile } from "../../outside/destroyed-file.ts";

/**
 * Files that appear in a folder together, once all of them are written: until then they have other names, so that nobody
 * takes half a list for the whole.
 */
export type Drafts = {
  /** the path to write the file of this name to; the file does not exist yet */
  path(name: string): string;
  /** Gives all of them their names, and destroys the files of the folder that an earlier run left under such names. */
  keep(ours: (name: string) => boolean): Promise<void>;
  /** Destroys what was written. */
  drop(): Promise<void>;
};

const DRAFT = ".being-written";

/** Opens drafts in a folder. What a run left there that was cut off is destroyed. */
export async function openDrafts(folder: string): Promise<Drafts> {
  const names = new Set<string>();
  const drop = async () => {
    for (const name of await readdir(folder)) if (name.endsWith(DRAFT)) await destroyFile(join(folder, name));
  };
  await drop();
  return {
    path(name) {
      names.add(name);
      return join(folder, name + DRAFT);
    },
    async keep(ours) {
      for (const name of await readdir(folder)) if (ours(name)) await destroyFile(join(folder, name));
      for (const name of names) await rename(join(folder, name + DRAFT), join(folder, name));
    },
    drop,
  };
}
