import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { pageTool } from "./page-tools.ts";

/** A page in Firefox: what is used of Puppeteer's. */
export type FirefoxPage = {
  goto(address: string): Promise<unknown>;
  url(): string;
  setViewport(size: { width: number; height: number }): Promise<void>;
  setDefaultTimeout(milliseconds: number): void;
  evaluate<R>(script: string): Promise<R>;
  focus(selector: string): Promise<void>;
  type(selector: string, text: string): Promise<void>;
  /** The element of a file input, into which files are put. */
  $(selector: string): Promise<{ uploadFile(...paths: string[]): Promise<void> } | null>;
  click(selector: string): Promise<void>;
  waitForSelector(selector: string, options?: { visible?: boolean; timeout?: number }): Promise<unknown>;
  keyboard: { press(key: string): Promise<void> };
  waitForNavigation(): Promise<unknown>;
};

export type Firefox = { newPage(): Promise<FirefoxPage>; close(): Promise<void> };

/** What somebody has set under `about:config`. */
export type Preferences = Readonly<Record<string, boolean | number | string>>;

/** How it is started, where it is not as for all others: on a display, with these variables. */
type Options = { readonly headless?: boolean; readonly env?: Readonly<Record<string, string>> };

type Puppeteer = { default: { launch(options: object): Promise<Firefox> } };

const puppeteer = pageTool("puppeteer-core");
const program = ["firefox-esr", "firefox"].find((name) => spawnSync(name, ["--version"]).status === 0);

/** Starts the Firefox of this machine. Undefined where there is none, or nothing to drive it with. */
export const startFirefox =
  puppeteer === undefined || program === undefined
    ? undefined
    : async (preferences: Preferences, options: Options = {}): Promise<Firefox> => {
        const { default: driver } = (await import(pathToFileURL(puppeteer).href)) as Puppeteer;
        const executablePath = spawnSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).stdout.trim();
        return driver.launch({
          browser: "firefox",
          executablePath,
          extraPrefsFirefox: preferences,
          timeout: 120_000,
          ...options,
        });
      };

/** Presses the return key on a link or a button, and waits for the page that it leads to. */
export async function goOn(page: FirefoxPage, selector: string): Promise<void> {
  await page.focus(selector);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
}
