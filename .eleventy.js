import { relative } from "node:path";
import { ED25519_MODULE } from "./scripts/outside/browser/offline-parts.ts";
import { writePublishedHead } from "./scripts/site/write-published.ts";
import { writeSharedFiles } from "./scripts/site/write-shared.ts";
import { writeSite } from "./scripts/site/write-site.ts";

/** Builds the site from content/ and from the record. What there is for each shard of the record is written first. */
export default async function (eleventy) {
  const { context, pages, head, keys, days, drawn } = await writeSite(process.env);

  eleventy.addExtension(["11ty.ts"], { key: "11ty.js" });
  eleventy.addGlobalData("pages", pages);
  eleventy.addPassthroughCopy({ "content/assets": "assets", [relative(".", ED25519_MODULE)]: "assets/ed25519.js" });
  // No ignore file of git decides what is built.
  eleventy.setUseGitIgnore(false);
  eleventy.setWatchJavaScriptDependencies(false);
  eleventy.on("eleventy.after", async ({ directories }) => {
    await writeSharedFiles(directories.output, { site: context, drawn }, days);
    await writePublishedHead(directories.output, head, keys);
  });
}

export const config = {
  dir: { input: "content", output: "_site" },
  // Markdown and data in content/ are read by the project itself; only pages.11ty.ts is a template.
  templateFormats: ["11ty.ts"],
  markdownTemplateEngine: false,
  htmlTemplateEngine: false,
};
