import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../../support/source.ts";
import type { Change } from "./breakages.ts";

// Loaded before a program: gives it the sources with these changes. What the program starts itself gets them too.
const changes = JSON.parse(process.env.CHANGES ?? "[]") as Change[];

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const here = changes.filter(({ path }) => pathToFileURL(join(root, path)).href === url);
    if (here.length === 0 || loaded.source === undefined) return loaded;
    let source = Buffer.from(loaded.source as Uint8Array).toString("utf8");
    for (const { path, from, to } of here) {
      if (!source.includes(from))
        throw new Error(`${path} has no “${from}” any more: write what takes the mending out now`);
      source = source.replaceAll(from, to);
    }
    return { ...loaded, source };
  },
});
