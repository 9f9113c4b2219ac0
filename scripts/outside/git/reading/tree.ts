/** An entry of a tree: mode as git writes it (`100644`, `040000` for a folder). */
export type TreeEntry = { readonly mode: string; readonly name: string; readonly id: string };

export const FOLDER_MODE = "040000";
const MODES = new Map(
  [FOLDER_MODE, "100644", "100755", "120000", "160000"].map((mode) => [mode.replace(/^0/, ""), mode]),
);

/**
 * Parses the bytes of a tree: for each entry the mode, a blank, the name, NUL and the 20 bytes of the SHA.
 *
 * @returns undefined for a tree that git itself would not have written: a name twice, in another order, or one that leads
 *   elsewhere
 */
export function parseTree(content: Buffer): TreeEntry[] | undefined {
  const entries: TreeEntry[] = [];
  let last: Buffer | undefined;
  for (let at = 0; at < content.length; ) {
    const [blank, end] = [content.indexOf(0x20, at), content.indexOf(0, at)];
    const mode = MODES.get(content.toString("latin1", at, blank));
    const name = content.subarray(blank + 1, end);
    at = end + 21;
    if (blank < 0 || end < blank || at > content.length || mode === undefined || !isPlain(name)) return undefined;
    // git sorts a folder as if its name ended with a slash.
    const key = mode === FOLDER_MODE ? Buffer.concat([name, Buffer.from("/")]) : name;
    if (last !== undefined && Buffer.compare(last, key) >= 0) return undefined;
    last = key;
    entries.push({ mode, name: name.toString("utf8"), id: content.toString("hex", end + 1, at) });
  }
  // A file and a folder of one name are not side by side.
  return new Set(entries.map(({ name }) => name)).size === entries.length ? entries : undefined;
}

function isPlain(name: Buffer): boolean {
  const text = name.toString("latin1");
  return text !== "" && text !== "." && text !== ".." && !text.includes("/") && text.toLowerCase() !== ".git";
}
