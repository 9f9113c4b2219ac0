import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openReceipt, parseReceipt } from "../../scripts/letter/ledger/receipt.ts";
import { verifyPublished } from "../../scripts/letter/published/verification.ts";
import { countRecord } from "../../scripts/letter/signature/record.ts";
import { writeBag } from "../../scripts/outside/bag/writer.ts";
import { invent, ledger, readFrom, type Site, vkey } from "../letter/invented.ts";
import { startBrowser, visit } from "../support/browsers/browser.ts";
import { LATE, LIARS, takenDownRecord, withFilesOf, withoutList } from "../support/campaigns/taken-down.ts";
import { edition, publishedRecord, publishedSite } from "./published-site.ts";
import { serveVerifySite, type VerifySite } from "./verify-site.ts";

const { record, earlier } = publishedRecord(3, 100);
const { accepted, withdrawn, listed, size } = countRecord(record);
// Row 3 of the first sheet was refused, the rows 5 and 6 of the list were withdrawn.
const own = Array.from({ length: 100 }, (_, i) => invent(i, undefined, edition));
const opened = (code: { row: { opening: string } }) => record.rows.find((row) => row.opening === code.row.opening);
const someone = own.find(opened)!;
const index = opened(someone)!.index;

let site: Site;
let served: VerifySite;
let origin: string;
let browser: Browser;
let folder: string;
const bodies: string[] = [];
beforeAll(async () => {
  served = await serveVerifySite(record, (request) => bodies.push(request));
  ({ origin, site } = served);
  browser = await startBrowser();
  folder = mkdtempSync(join(tmpdir(), "undersigned-offline-"));
  writeFileSync(join(folder, "kept"), earlier);
});
afterAll(async () => {
  await browser?.close();
  served.server.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = async (page: Page, question: "all" | "own" | "kept") => {
  await page.locator(`form[data-ask=${question}]`).locator("button[type=submit]:visible").first().click();
  const output = page.locator(`form[data-ask=${question}] [data-answer] :is(.good, .bad, .mid, .note)`);
  await output
    .filter({ hasNotText: /being read|entries checked|خوانده می‌شود|وارسی شد/ })
    .first()
    .waitFor();
  return page.locator(`form[data-ask=${question}] [data-answer]`).innerText();
};
const lookUp = async (page: Page, code: string) => {
  await page.getByRole("textbox").fill(code);
  return ask(page, "own");
};
/** The verify page of the site as it is, with anything a reader does there. */
const onPage = async <T>(lang: "en" | "fa", run: (page: Page) => Promise<T>, of = site): Promise<T> => {
  served.show(of);
  const { page, pageErrors, foreignRequests, close } = await visit(browser, origin, { language: lang });
  try {
    await page.goto(`${origin}/${lang}/verify/`);
    const result = await run(page);
    // A browser's console tells of each file that is not there, and a list that was taken down is not.
    const errors = pageErrors.filter((error) => of === site || !/status of (404|410)/.test(error));
    expect([errors, foreignRequests]).toEqual([[], []]);
    return result;
  } finally {
    await close();
  }
};

describe("the page that checks the count", () => {
  it("says that the number on the page is true, in both languages", async () => {
    const english = await onPage("en", (page) => ask(page, "all"));
    expect(english).toContain(`Yes. ${accepted} accepted, ${withdrawn} withdrawn: ${listed} signatures`);
    expect(english).toContain(record.checkpoint!.split("\n")[2]);
    const persian = await onPage("fa", (page) => ask(page, "all"));
    expect(persian).toContain(`بله. ${accepted.toLocaleString("fa")} امضا پذیرفته`);
  });

  it("finds one's own signature, and no request holds the code, in whatever spelling", async () => {
    bodies.length = 0;
    await onPage("en", async (page) => {
      const typed = ` ${someone.withdrawalCode.toLowerCase().replace(/(.{4})/g, "$1-")}`;
      expect(await lookUp(page, typed)).toContain(`the number ${index}, counted from 0, of ${size}`);
      expect(await lookUp(page, invent(9999).withdrawalCode)).toContain("No row of the list belongs to this code");
      expect(await lookUp(page, "ABC")).toContain("That is not a withdrawal code");
      // Enter in the field does as the button.
      await page.getByRole("textbox").fill(someone.withdrawalCode);
      await page.getByRole("textbox").press("Enter");
      await page.locator("[data-answer] .good").waitFor();
    });
    const codes = [someone.withdrawalCode, invent(9999).withdrawalCode, someone.row.opening, someone.row.id];
    expect(bodies.length).toBeGreaterThan(5);
    expect(bodies.filter((body) => !body.startsWith("GET "))).toEqual([]);
    expect(
      bodies.filter((body) =>
        codes.some((code) => body.toLowerCase().replaceAll("-", "").includes(code.toLowerCase())),
      ),
    ).toEqual([]);
    // Whole files, and every one of them: nothing tells whose row was looked for.
    const lists = bodies.filter((body) => body.includes("/list/")).length;
    expect(lists).toBe(Math.ceil(size / 256));
  });

  it("makes a receipt when asked to, and says when not to", async () => {
    const text = await onPage("en", async (page) => {
      expect(await lookUp(page, someone.withdrawalCode)).toContain(
        "Do not make one if your home, your bag or your device",
      );
      const download = page.waitForEvent("download");
      await page.getByRole("button", { name: "Make a receipt" }).click();
      const file = await download;
      expect(file.suggestedFilename()).toBe("receipt.tlog-proof");
      return readFileSync(await file.path(), "utf8");
    });
    const receipt = parseReceipt(text);
    expect(receipt.index).toBe(index);
    expect(openReceipt(receipt, record.entries[index]!, ledger.verifier).size).toBe(size);
    writeFileSync(join(folder, "own.tlog-proof"), text);
  });

  it("says that nothing was rewritten since a checkpoint or receipt that was kept", async () => {
    await onPage("en", async (page) => {
      for (const [name, answer] of [
        ["kept", "No. The first 101 entries are unchanged"],
        ["own.tlog-proof", `No. Entry ${index} is still there`],
      ] as const) {
        await page.getByLabel("A checkpoint or a receipt that you kept").setInputFiles(join(folder, name));
        expect(await ask(page, "kept")).toContain(answer);
      }
    });
  });

  const edited = (path: string, edit: (text: string) => string): Site => {
    const text = Buffer.from(site.get(path)!).toString("latin1");
    expect(edit(text)).not.toBe(text);
    return new Map(site).set(path, Buffer.from(edit(text), "latin1"));
  };
  it.each([
    ["a name on the list", "list/001.md", (text: string) => text.replace("2026-11-23", "2026-11-22"), "list/001.md"],
    [
      "an entry",
      "ledger/tile/entries/000",
      (text: string) => text.replace("batch 100 1 0", "batch 100 0 1"),
      "ledger/checkpoint",
    ],
    [
      "an attestation",
      "ledger/tile/entries/000",
      (text: string) => text.replace(/(accept \S+ \S+ \S+ )../, "$1AA"),
      "ledger/tile/entries/000 (",
    ],
    ["the checkpoint", "ledger/checkpoint", (text: string) => text.replace(/\n\d+\n/, "\n300\n"), "ledger/checkpoint"],
    ["the count", "count.json", (text: string) => text.replace(/"accepted":\d+/, '"accepted":5000'), "count.json"],
    [
      "the number on the page",
      "en/index.html",
      (text: string) => text.replace(/(of-listed" value="\d+">)\d+/, "$15000"),
      "en/index.html",
    ],
    ["a row that is missing", "list/000.md", (text: string) => text.replace(/\n\| 9 \|.*(?=\n)/, ""), "list/000.md"],
  ])("finds that %s was changed", async (_what, path, edit, place) => {
    const said = await onPage("en", (page) => ask(page, "all"), edited(path, edit));
    expect(said).toMatch(/^Something does not match\. The problem is in this file: /);
    expect(said).toContain(place);
  });

  it("checks signatures in a browser that knows no Ed25519", async () => {
    served.show(site);
    const { page, close } = await visit(browser, origin);
    await page.addInitScript(() => {
      const importKey = crypto.subtle.importKey.bind(crypto.subtle) as (...args: unknown[]) => unknown;
      crypto.subtle.importKey = ((...args: unknown[]) =>
        args[2] === "Ed25519" ? Promise.reject(new Error("not known")) : importKey(...args)) as never;
    });
    bodies.length = 0;
    await page.goto(`${origin}/en/verify/`);
    expect(await ask(page, "all")).toContain(`${listed} signatures`);
    expect(bodies.some((body) => body.includes("/assets/ed25519.js"))).toBe(true);
    await close();
  });

  it("explains itself without scripts, offers the file, and says that the form sends the code", async () => {
    served.show(site);
    const { page, close } = await visit(browser, origin, { javaScript: false });
    await page.goto(`${origin}/en/verify/`);
    const text = await page.locator("main").innerText();
    expect(text).toContain("Without JavaScript it is sent to this site");
    expect(text).toContain("npm run verify -- ");
    expect(text).not.toContain("stays in this browser");
    expect(await page.getByRole("button", { name: "Check everything" }).count()).toBe(0);
    expect(await page.getByRole("link", { name: "Save the file" }).getAttribute("download")).toBe("verify-en.html");
    await page.getByRole("textbox").fill("ABC");
    bodies.length = 0;
    await page.getByRole("button", { name: "Show the state" }).click();
    expect(bodies[0]).toContain("POST /en/verify/ code=ABC");
    await close();
  });
});

describe("the page of a site whose list was taken down", () => {
  const small = publishedRecord(1, 8).record;
  let gone: Site;
  beforeAll(async () => {
    const assets = [...site].filter(([path]) => path.startsWith("assets/"));
    gone = new Map([...assets, ...(await publishedSite(takenDownRecord(small), origin))]);
  });
  /** What `npm run verify` says of a site. */
  const verdict = (of: Site) =>
    verifyPublished(readFrom(of), vkey).then(
      () => "ok",
      (error: Error) => error.message,
    );

  it("says that the number is true and that rows cannot be checked, in both languages", async () => {
    expect(await verdict(gone)).toBe("ok");
    const english = await onPage("en", (page) => ask(page, "all"), gone);
    expect(english).toContain("Yes, as far as it can still be seen. 7 accepted, 2 withdrawn: 5 signatures count");
    const persian = await onPage("fa", (page) => ask(page, "all"), gone);
    expect(persian).toContain("بله، تا آنجا که هنوز می‌توان دید. ۷ امضا پذیرفته");
  });

  it("finds each lie that npm run verify finds", async () => {
    const said: Record<string, string> = {};
    await onPage(
      "en",
      async (page) => {
        for (const { what, lie } of LIARS) {
          served.show(lie(small, gone));
          said[what] = await ask(page, "all");
        }
      },
      gone,
    );
    for (const { what, lie, reason, place } of LIARS) {
      expect(await verdict(lie(small, gone)), what).toMatch(reason);
      expect(said[what], what).toMatch(/^Something does not match\. The problem is in this file: /);
      expect(said[what], what).toContain(place);
    }
  });

  it("finds that people were accepted too late, and that a page still has names", async () => {
    for (const { what, late, reason } of LATE) {
      const lied = withFilesOf(withoutList(late(small)), gone);
      expect(await verdict(lied), what).toMatch(reason);
      expect(await onPage("en", (page) => ask(page, "all"), lied), what).toContain("count.json (taken_down)");
    }
    const before = await publishedSite(small);
    const path = "en/signatures/1/index.html";
    const named = new Map(gone).set(path, before.get(path)!);
    expect(await verdict(named)).toMatch(/^en\/signatures\/1\/index\.html: /);
    expect(await onPage("en", (page) => ask(page, "all"), named)).toContain(path);
  });

  it("takes an answer 410 for a list that is gone, and has no field for a code", async () => {
    served.goneUnder("/list/", "/en/signatures/");
    const text = await onPage(
      "en",
      async (page) => {
        expect(await page.getByRole("textbox").count()).toBe(0);
        return ask(page, "all");
      },
      gone,
    );
    served.goneUnder();
    expect(text).toContain("Yes, as far as it can still be seen");
  });
});

describe("the page that was saved as one file", () => {
  const offline = async (lang: "en" | "fa", inputs: string[][], run: (page: Page) => Promise<void>) => {
    const file = join(folder, `verify-${lang}.html`);
    writeFileSync(file, site.get(`${lang}/verify/offline.html`)!);
    const context = await browser.newContext({ offline: true });
    const page = await context.newPage();
    const asked: string[] = [];
    const errors: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    await page.goto(pathToFileURL(file).href);
    for (const [i, files] of inputs.entries())
      if (files.length > 0) await page.locator("[data-files]").nth(i).setInputFiles(files);
    await run(page);
    expect([asked.filter((url) => !/^(file|blob):/.test(url)), errors]).toEqual([[], []]);
    await context.close();
  };

  it("checks a copy of the site from a folder, and finds one's own signature, without a network", async () => {
    const copy = join(folder, "copy");
    for (const [path, bytes] of site) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), bytes);
    }
    await offline("fa", [[copy], []], async (page) => {
      expect(await ask(page, "all")).toContain(`بله. ${accepted.toLocaleString("fa")} امضا`);
      expect(await lookUp(page, someone.withdrawalCode)).toContain(index.toLocaleString("fa"));
    });
    writeFileSync(
      join(copy, "list/000.md"),
      Buffer.from(site.get("list/000.md")!).toString().replace("2026-11-23", "2026-11-22"),
    );
    await offline("en", [[copy], []], async (page) => expect(await ask(page, "all")).toContain("list/000.md"));
  });

  it("says of a copy whose list was taken down that no code leads to a row", async () => {
    const copy = join(folder, "gone");
    for (const [path, bytes] of await publishedSite(takenDownRecord(publishedRecord(1, 8).record))) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), bytes);
    }
    await offline("en", [[copy], []], async (page) => {
      expect(await ask(page, "all")).toContain("its rows cannot be checked here");
      expect(await lookUp(page, someone.withdrawalCode)).toContain("no code leads to a row");
    });
  });

  it("checks a public bag as it came", async () => {
    const payload = [...site].filter(([path]) => /^(ledger|list|letter|count|keys)/.test(path));
    const bag = join(folder, "bag.tar");
    await writeBag(bag, {
      name: "letter",
      day: "2026-11-27",
      payload,
      info: new Map([["Contact-Email", "a@example.org"]]),
    });
    await offline("en", [[], [bag]], async (page) => {
      expect(await ask(page, "all")).toContain(`${listed} signatures`);
      await page.locator("#kept").setInputFiles(join(folder, "kept"));
      expect(await ask(page, "kept")).toContain("No. The first 101 entries are unchanged");
    });
    await offline("en", [], async (page) =>
      expect(await ask(page, "all")).toContain("First choose what is to be checked"),
    );
  });
});
