import type { Browser } from "playwright-core";
import { visit } from "../../support/browsers/browser.ts";
import type { SlowLine } from "../../support/servers/slow-line.ts";
import { startSocksRelay } from "../../support/servers/socks-relay.ts";
import type { OnionStage } from "./stage.ts";

/** A line as many in Iran have it: 600 milliseconds there and back, 50 kB a second. Tor's own way is on top of that. */
export const SLOW: SlowLine = { milliseconds: 300, bytesPerSecond: 50_000 };

/** When a reader who comes for the first time sees something of the letter, and when all of it is there, in milliseconds. */
export type FirstView = {
  readonly paint: number;
  readonly load: number;
  readonly bytes: number;
  readonly connections: number;
};

/** Opens the letter with an empty cache over a slow line before Tor. The way through Tor is known already. */
export async function firstView(stage: OnionStage, browser: Browser, lang: "fa" | "en"): Promise<FirstView> {
  const origin = `http://${stage.onion}`;
  const relay = await startSocksRelay(() => ({ port: stage.tor.socks, socks: true }), SLOW);
  const { page, context, close } = await visit(browser, origin, {
    ...{ language: lang, socks: relay.port, viewport: { width: 1000, height: 600 } },
  });
  try {
    const sizes: Promise<number>[] = [];
    context.on("requestfinished", (request) => {
      sizes.push(request.sizes().then((size) => size.responseHeadersSize + size.responseBodySize));
    });
    await page.goto(`${origin}/${lang}/`, { waitUntil: "load", timeout: 120_000 });
    const times = await page.evaluate<{ paint: number; load: number }>(`new Promise((resolve) => {
      new PerformanceObserver((list, observer) => {
        const paint = list.getEntriesByName("first-contentful-paint")[0];
        if (paint === undefined) return;
        observer.disconnect();
        resolve({ paint: paint.startTime, load: performance.getEntriesByType("navigation")[0].loadEventStart });
      }).observe({ type: "paint", buffered: true });
    })`);
    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    return { ...times, bytes, connections: relay.asked.length };
  } finally {
    await close();
    await relay.close();
  }
}

export function tellFirstView(lang: string, { paint, load, bytes, connections }: FirstView): string {
  const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;
  const kilobytes = (bytes / 1000).toFixed();
  return `letter, ${lang}: first text after ${seconds(paint)}, all after ${seconds(load)}; ${kilobytes} kB over ${connections} connections`;
}
