import { HINDERING, openLighthouse } from "../site/seen/lighthouse.ts";
import { pageTool } from "../support/browsers/page-tools.ts";
import { startGallery } from "../support/servers/gallery-server.ts";
import type { Bench, Figure } from "./bench.ts";

export const bench: Bench = {
  about: "how fast Lighthouse finds the letter and the form on a slow phone and line, sent without compression",
  lacking: () => (pageTool("lighthouse") ? undefined : "Lighthouse: npm ci --prefix .ci/page-tools --ignore-scripts"),
  async run() {
    const lighthouse = pageTool("lighthouse")!;
    const figures: Figure[] = [];
    const [judge, gallery] = await Promise.all([openLighthouse(lighthouse), startGallery({ without: HINDERING })]);
    try {
      for (const name of ["letter", "sign"]) {
        for (const lang of ["fa", "en"] as const) {
          const { points, firstText, largestText, shift } = await judge.speedOf(gallery.addressOf(name, lang));
          const page = `${name}, ${lang}`;
          figures.push(
            { name: `${page}: points of 100`, value: points, unit: "", ...(name === "letter" && { atLeast: 100 }) },
            { name: `${page}: first text`, value: firstText, unit: "ms" },
            { name: `${page}: largest text`, value: largestText, unit: "ms" },
            { name: `${page}: layout shift`, value: shift, unit: "", atMost: 0 },
          );
        }
      }
      return figures;
    } finally {
      await Promise.all([judge.close(), gallery.close()]);
    }
  },
};
