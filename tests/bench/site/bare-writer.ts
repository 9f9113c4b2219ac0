import { hash } from "node:crypto";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

// Hashes and writes as many files of the same sizes as a site has, one after the other, from bytes that lie ready.
const [site = "", output = ""] = process.argv.slice(2);
const sizes = readdirSync(site, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(
    (entry) =>
      [
        join(entry.parentPath.slice(site.length), entry.name),
        statSync(join(entry.parentPath, entry.name)).size,
      ] as const,
  );
const bytes = Buffer.alloc(Math.max(...sizes.map(([, size]) => size)), "a row of the list");
const made = new Set<string>();
for (const [path, size] of sizes) {
  const [file, content] = [join(output, path), bytes.subarray(0, size)];
  hash("sha256", content);
  if (!made.has(dirname(file))) mkdirSync(dirname(file), { recursive: true });
  made.add(dirname(file));
  writeFileSync(file, content);
}
