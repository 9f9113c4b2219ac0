import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ARGUMENTS, findChromium } from "../../support/browsers/browser.ts";

type Category = "accessibility" | "best-practices" | "seo";

type Audit = { id: string; title: string; score: number | null; scoreDisplayMode: string; numericValue?: number };
type Report = {
  runtimeError?: { code: string; message: string };
  audits: Record<string, Audit>;
  categories: Record<string, { id: string; score: number | null; auditRefs: { id: string; weight: number }[] }>;
};
type Lighthouse = (address: string, flags: object) => Promise<{ lhr: Report } | undefined>;

/** Lighthouse with a browser of its own, as it judges pages on a phone. */
export type Judge = {
  /** What it holds against a page in these categories; nothing where each has 100. */
  faultsOn(address: string, categories: readonly Category[]): Promise<string[]>;
  /** How fast a page is on the slow phone and line that Lighthouse imagines: of 100, milliseconds, and how far it shifts. */
  speedOf(address: string): Promise<{ points: number; firstText: number; largestText: number; shift: number }>;
  close(): Promise<void>;
};

/**
 * Where this header forbids the referrer, Chromium tells Lighthouse that the request for the page was cancelled, after its
 * answer came whole with 200: it ends with net::ERR_ABORTED. Pages say the same in a meta element, which stays.
 */
export const HINDERING = ["Referrer-Policy"];

/** @param path the main file of Lighthouse */
export async function openLighthouse(path: string): Promise<Judge> {
  const { default: lighthouse } = (await import(pathToFileURL(path).href)) as { default: Lighthouse };
  const folder = mkdtempSync(join(tmpdir(), "undersigned-lighthouse-"));
  const args = [...ARGUMENTS, "--headless", "--remote-debugging-port=0", `--user-data-dir=${folder}`, "about:blank"];
  const browser = spawn(await findChromium(), args, { stdio: ["ignore", "ignore", "pipe"] });
  const port = await new Promise<number>((resolve, reject) => {
    browser.on("exit", () => reject(new Error("Chromium ended before it listened")));
    browser.stderr.setEncoding("utf8").on("data", (text: string) => {
      const listening = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(text);
      if (listening) resolve(Number(listening[1]));
    });
  });
  async function judge(address: string, flags: object): Promise<Report> {
    const result = await lighthouse(address, { ...FLAGS, ...flags, port });
    if (result === undefined) throw new Error(`Lighthouse gave no report on ${address}`);
    const { runtimeError } = result.lhr;
    if (runtimeError) throw new Error(`${address}: ${runtimeError.code}: ${runtimeError.message}`);
    return result.lhr;
  }
  return {
    async faultsOn(address, categories) {
      const { audits, categories: judged } = await judge(address, { ...AT_ONCE, onlyCategories: categories });
      return Object.values(judged)
        .filter(({ score }) => score !== 1)
        .flatMap(({ id, score, auditRefs }) => [
          `${id}: ${(score ?? 0) * 100}`,
          ...auditRefs
            .filter((ref) => ref.weight > 0 && (audits[ref.id]?.score ?? 1) < 1)
            .map((ref) => `${ref.id}: ${audits[ref.id]?.title}`),
        ]);
    },
    async speedOf(address) {
      const { audits, categories } = await judge(address, { onlyCategories: ["performance"] });
      const value = (id: string) => audits[id]?.numericValue ?? Number.NaN;
      return {
        points: (categories.performance?.score ?? 0) * 100,
        firstText: value("first-contentful-paint"),
        largestText: value("largest-contentful-paint"),
        shift: value("cumulative-layout-shift"),
      };
    },
    async close() {
      const ended = once(browser, "exit");
      browser.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const FLAGS = { logLevel: "silent", formFactor: "mobile", disableFullPageScreenshot: true };

// No wait for a line that falls silent: what is judged is in the page at once. Only while Lighthouse imagines the
// slow line does it heed this; with a throttling method of "provided" or "devtools" it waits ten seconds in any case.
const AT_ONCE = {
  pauseAfterFcpMs: 0,
  pauseAfterLoadMs: 0,
  networkQuietThresholdMs: 0,
  cpuQuietThresholdMs: 0,
};
