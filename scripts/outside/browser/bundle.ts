import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { LetterError } from "../../letter/bytes/error.ts";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** What a page has in place of modules of Node.js. Packages ask for the others, but only for what no page does. */
const IN_PLACE = {
  "node:crypto": here("node-crypto.ts"),
  "node:url": here("node-url.ts"),
  fs: here("nothing.ts"),
  esprima: here("nothing.ts"),
};

/**
 * Bundles a module with all that it imports into one classic script, whose exports are the properties of a global name.
 * The same sources give the same text.
 *
 * @param entry the absolute path of the module
 * @throws LetterError `offline` when something of it cannot run in a page
 */
export async function bundleForPage(entry: string, name: string): Promise<string> {
  const problems: string[] = [];
  const bundle = await rolldown({
    input: entry,
    platform: "browser",
    cwd: here("../../.."),
    resolve: { alias: IN_PLACE },
    transform: { inject: { Buffer: [here("node-buffer.ts"), "Buffer"] } },
    // gray-matter can evaluate a front matter of JavaScript. Its engine for that is replaced, and the page forbids it.
    checks: { eval: false },
    onLog: (_level, { message }) => problems.push(message),
  });
  const { output } = await bundle.generate({ format: "iife", name, minify: true, comments: false });
  await bundle.close();
  const [{ code }] = output;
  if (output.length > 1 || problems.length > 0)
    throw new LetterError("offline", `${entry} cannot be bundled for a page: ${problems.join("; ")}`);
  // Inside of texts and patterns, where the two mean the same. The first would end the element of the page.
  return code.replace(/<(?=!--|\/?script)/gi, "\\x3C");
}
