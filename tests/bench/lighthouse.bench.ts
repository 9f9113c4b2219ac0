import { HINDERING, openLighthouse } from "../site/seen/lighthouse.ts";
import { pageTool } from "../support/browsers/page-tools.ts";
import { startGallery } from "../support/servers/gallery-server.ts";
import type { Bench } from "./bench.ts";

export const bench: Bench = {
  about: "how fast Lighthouse finds the letter and the form on a slow phone and line, sent without compression",
  async run() {
    const lighthouse = pageTool("lighthouse");
    if (lighthouse === undefined) {
      console.log("  left out: npm ci --prefix .ci/page-tools --ignore-scripts brings Lighthouse");
      return;
    }
    const [judge, gallery] = await Promise.all([openLighthouse(lighthouse), startGallery({ without: HINDERING })]);
    try {
      for (const name of ["letter", "sign"]) {
        for (const lang of ["fa", "en"] as const) {
          const { points, firstText, largestText, shift } = await judge.speedOf(gallery.addressOf(name, lang));
          const [first, largest] = [firstText, largestText].map((milliseconds) => milliseconds.toFixed());
          console.log(
            `  ${name}, ${lang}: ${points.toFixed()} of 100; text after ${first} ms, the largest after ${largest}; layout shift ${shift.toFixed(3)}`,
          );
        }
      }
      console.log("  aim: 100 for the letter, and no shift");
    } finally {
      await Promise.all([judge.close(), gallery.close()]);
    }
  },
};
