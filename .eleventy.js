import { relative } from "node:path";
import { ED25519_MODULE } from "./scripts/outside/offline-parts.ts";
import { readSite } from "./scripts/site/read-site.ts";
import { writePublishedFiles } from "./scripts/site/write-published.ts";
import { writeSharedFiles } from "./scripts/site/write-shared.ts";

/** Builds the site from content/ and from the record, which never lies in the input: its rows come as frozen values. */
export default async function (eleventy) {
  const { context, pages, record, keys, days, drawn } = await readSite(process.env);

  eleventy.addExtension(["11ty.ts"], { key: "11ty.js" });
  eleventy.addGlobalData("pages", pages);
  eleventy.addPassthroughCopy({ "content/assets": "assets", [relative(".", ED25519_MODULE)]: "assets/ed25519.js" });
  // No ignore file of git decides what is built.
  eleventy.setUseGitIgnore(false);
  eleventy.setWatchJavaScriptDependencies(false);
  eleventy.on("eleventy.after", async ({ directories }) => {
    await writePublishedFiles(directories.output, record, keys);
    await writeSharedFiles(directories.output, { site: context, drawn }, days);
  });
}

export const config = {
  dir: { input: "content", output: "_site" },
  // Markdown and data in content/ are read by the project itself; only pages.11ty.ts is a template.
  templateFormats: ["11ty.ts"],
  markdownTemplateEngine: false,
  htmlTemplateEngine: false,
};
