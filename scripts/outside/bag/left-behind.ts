/**
 * Returns the system that left a file in a folder when it was viewed, by its exact name; undefined for any other file.
 *
 * @param isBeside whether a file or folder of that path is there: macOS keeps in `._NAME` what belongs to NAME
 */
export function leftBehindBy(path: string, isBeside: (path: string) => boolean): "macOS" | "Windows" | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name === ".DS_Store") return "macOS";
  if (/^(thumbs\.db|desktop\.ini)$/i.test(name)) return "Windows";
  const owner = /^\._([\x20-\x7e]+)$/.exec(name)?.[1];
  return owner !== undefined && isBeside(path.slice(0, -name.length) + owner) ? "macOS" : undefined;
}
