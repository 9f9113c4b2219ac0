import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { LetterError } from "../../letter/bytes/error.ts";
import { bundleForPage } from "./bundle.ts";

/** The Ed25519 module for browsers without Ed25519; published as `assets/ed25519.js`. */
export const ED25519_MODULE = fileURLToPath(import.meta.resolve("@noble/ed25519"));

/** Reads what a page that works without a network carries inside, as text of classic scripts and of a style sheet. */
export async function readOfflineParts(): Promise<{ script: string; ed25519: string; style: string }> {
  const [script, style, module] = await Promise.all(
    [assetOf("verify.js"), assetOf("offline.css"), ED25519_MODULE].map((path) => readFile(path, "utf8")),
  );
  return { script: script!, style: style!, ed25519: asScript(module!) };
}

/**
 * Reads what the page that opens a contacts bag carries inside.
 *
 * @param program the absolute path of the module that does the work
 */
export async function readOpenerParts(program: string): Promise<{ program: string; script: string; style: string }> {
  const [script, style] = await Promise.all(["opener.js", "opener.css"].map((name) => readFile(assetOf(name), "utf8")));
  return { script: script!, style: style!, program: await bundleForPage(program, "undersigned") };
}

// The assets of this program, whatever the working directory is.
function assetOf(name: string): string {
  return fileURLToPath(new URL(`../../../content/assets/${name}`, import.meta.url));
}

// A page opened from a disk cannot load a module, so the exports become one global name.
function asScript(module: string): string {
  const script = module.replace(/\nexport \{ ([\w, ]+?),? \};\s*$/, "\nglobalThis.ed25519 = { $1 };");
  if (script === module || /<\/script/i.test(script))
    throw new LetterError("offline", "@noble/ed25519 has another form than expected");
  return `{\n${script}\n}`;
}
