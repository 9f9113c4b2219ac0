import { firstView, tellFirstView } from "../journeys/onion/slow.ts";
import { lacking, openOnionStage } from "../journeys/onion/stage.ts";
import { startBrowser } from "../support/browsers/browser.ts";
import type { Bench, Figure } from "./bench.ts";

const VIEWS = 5;

export const bench: Bench = {
  about:
    "how soon somebody sees the letter at the onion service, over a line of 600 ms there and back and 50 kB a second, on a Tor network of this machine",
  lacking: () => lacking || undefined,
  async run({ quick }) {
    const views = quick ? 1 : VIEWS;
    const figures: Figure[] = [];
    const [stage, browser] = await Promise.all([openOnionStage(), startBrowser()]);
    try {
      for (const lang of ["fa", "en"] as const) {
        const seen = [];
        for (let i = 0; i < views; i++) seen.push(await firstView(stage, browser, lang));
        const middle = seen.sort((a, b) => a.paint - b.paint)[Math.floor(views / 2)]!;
        console.log(`  ${tellFirstView(lang, middle)} (the middle one of ${views})`);
        figures.push({ name: `first text, ${lang}`, value: middle.paint, unit: "ms", atMost: 2_500 });
      }
      return figures;
    } finally {
      await Promise.all([browser.close(), stage.close()]);
    }
  },
};
