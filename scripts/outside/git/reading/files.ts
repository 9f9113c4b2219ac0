import { askReader } from "./reader.ts";
import { FOLDER_MODE, parseTree, type TreeEntry } from "./tree.ts";

/** A file of a tree: mode as git writes it (`100644`), id of its blob. */
export type TreeFile = { readonly path: string; readonly mode: string; readonly id: string };

/** A file that a commit changes against its parent; ids and modes are zeros where there is no file. */
export type Change = {
  readonly path: string;
  readonly status: string;
  readonly oldMode: string;
  readonly mode: string;
  readonly id: string;
};

/** Bounds beyond which git has to be asked: few objects can name more files than there is memory. */
const MOST = { bytes: 64 * 2 ** 20, entries: 100_000, depth: 100, changes: 1000 };

/**
 * Returns all files of a tree in git's order.
 *
 * @param tree `SHA:` or `SHA:FOLDER`
 * @returns undefined where the reader cannot answer: there is no such tree, it is not one that git would write, or it is
 *   too large
 */
export async function readFiles(repository: string, tree: string): Promise<TreeFile[] | undefined> {
  const [top] = (await readTrees(repository, [tree])) ?? [];
  if (top === undefined) return undefined;
  const folders = new Map<string, readonly TreeEntry[]>();
  let level = foldersIn(top);
  for (let depth = 0; level.length > 0; depth++) {
    const trees = depth < MOST.depth ? await readTrees(repository, level) : undefined;
    if (trees === undefined) return undefined;
    for (const [i, id] of level.entries()) folders.set(id, trees[i]!);
    level = foldersIn(trees.flat()).filter((id) => !folders.has(id));
  }
  const files: TreeFile[] = [];
  let seen = 0;
  const list = (entries: readonly TreeEntry[], start: string) => {
    for (const { mode, name, id } of entries) {
      if (++seen > MOST.entries) return;
      if (mode === FOLDER_MODE) list(folders.get(id) ?? [], `${start}${name}/`);
      else files.push({ path: start + name, mode, id });
    }
  };
  const folder = tree.slice(tree.indexOf(":") + 1);
  list(top, folder && `${folder}/`);
  return seen > MOST.entries ? undefined : files;
}

/**
 * Returns what differs between two commits, file by file, in git's order; a rename is a removal and an addition.
 *
 * @returns undefined as `readFiles`
 */
export async function readChanges(repository: string, before: string, after: string): Promise<Change[] | undefined> {
  const changes: Change[] = [];
  let [level, seen]: [Pair[], number] = [[{ path: "", names: [`${before}:`, `${after}:`] }], 0];
  for (; level.length > 0; seen += level.length) {
    const names = level.flatMap((pair) => pair.names.filter((name) => name !== undefined));
    const trees = await readTrees(repository, names);
    if (trees === undefined) return undefined;
    const next: Pair[] = [];
    let at = 0;
    for (const pair of level) {
      const [old, now] = pair.names.map((name) => (name === undefined ? [] : trees[at++]!)) as [
        TreeEntry[],
        TreeEntry[],
      ];
      compare(pair.path, old, now, { changes, next });
    }
    if (changes.length + seen + next.length > MOST.changes) return undefined;
    level = next;
  }
  return changes.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

/** A folder before and after; undefined where there is none. */
type Pair = { readonly path: string; readonly names: readonly [string | undefined, string | undefined] };

function compare(
  start: string,
  before: readonly TreeEntry[],
  after: readonly TreeEntry[],
  to: { changes: Change[]; next: Pair[] },
): void {
  const [old, now] = [before, after].map((entries) => new Map(entries.map((entry) => [entry.name, entry])));
  for (const name of new Set([...old!.keys(), ...now!.keys()])) {
    const sides = [old!.get(name), now!.get(name)] as const;
    const [was, is] = sides;
    if (was?.id === is?.id && was?.mode === is?.mode) continue;
    const [oldFolder, folder] = sides.map((entry) => (entry?.mode === FOLDER_MODE ? entry.id : undefined));
    if (oldFolder !== undefined || folder !== undefined)
      to.next.push({ path: `${start}${name}/`, names: [oldFolder, folder] });
    const [oldFile, file] = sides.map((entry) => (entry?.mode === FOLDER_MODE ? undefined : entry));
    if (oldFile !== undefined || file !== undefined) to.changes.push(changeOf(start + name, oldFile, file));
  }
}

function changeOf(path: string, was: TreeEntry | undefined, is: TreeEntry | undefined): Change {
  const [oldMode, mode] = [was?.mode ?? "000000", is?.mode ?? "000000"];
  // The first two digits say whether it is a file, a link or a submodule.
  const changed = oldMode.slice(0, 2) === mode.slice(0, 2) ? "M" : "T";
  const status = was === undefined ? "A" : is === undefined ? "D" : changed;
  return { path, status, oldMode, mode, id: is?.id ?? "0".repeat(40) };
}

/** The entries of each tree; undefined when one is missing, no tree, or not one that git would write. */
async function readTrees(repository: string, names: readonly string[]): Promise<TreeEntry[][] | undefined> {
  const objects = await askReader(repository, names, MOST.bytes);
  const trees = objects?.map((object) => (object?.type === "tree" ? parseTree(object.content) : undefined));
  return trees?.every((tree) => tree !== undefined) ? trees : undefined;
}

/** The ids of the folders among these entries, each once. */
function foldersIn(entries: readonly TreeEntry[]): string[] {
  return [...new Set(entries.flatMap(({ mode, id }) => (mode === FOLDER_MODE ? [id] : [])))];
}
