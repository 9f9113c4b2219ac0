import { firstView, tellFirstView } from "../journeys/onion/slow.ts";
import { lacking, openOnionStage } from "../journeys/onion/stage.ts";
import { startBrowser } from "../support/browsers/browser.ts";
import type { Bench } from "./bench.ts";

const VIEWS = 5;

export const bench: Bench = {
  about:
    "how soon somebody sees the letter at the onion service, over a line of 600 ms there and back and 50 kB a second, on a Tor network of this machine",
  async run() {
    if (lacking !== "") {
      console.log(`  left out: this machine lacks ${lacking}`);
      return;
    }
    const [stage, browser] = await Promise.all([openOnionStage(), startBrowser()]);
    try {
      for (const lang of ["fa", "en"] as const) {
        const views = [];
        for (let i = 0; i < VIEWS; i++) views.push(await firstView(stage, browser, lang));
        const middle = views.sort((a, b) => a.paint - b.paint)[Math.floor(VIEWS / 2)]!;
        console.log(`  ${tellFirstView(lang, middle)} (the middle one of ${VIEWS})`);
      }
      console.log("  aim: first text within 2.5 s");
    } finally {
      await Promise.all([browser.close(), stage.close()]);
    }
  },
};
