import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { generateHybridIdentity } from "age-encryption";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { openBag } from "../../../scripts/outside/bag/reader.ts";
import { writeBag } from "../../../scripts/outside/bag/writer.ts";
import { stringsIn } from "../../../scripts/site/views/strings.ts";
import { startBrowser } from "../../support/browsers/browser.ts";
import { parseCsv } from "../../support/formulas.ts";
import { type HandedCrowd, handOverCrowd, LISTS } from "./handed-crowd.ts";

/** `opener.long.ts` has a thousand of them. */
const PEOPLE = 60;

let crowd: HandedCrowd;
let browser: Browser;
beforeAll(async () => {
  crowd = await handOverCrowd(inject("seed"), PEOPLE);
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  crowd.given.remove();
});

type Files = { public_bag?: string; contacts_bag?: string; key?: string; left?: string[] };

/** What the recipient has, unless they choose another file. */
const all = (): Required<Files> => ({
  public_bag: crowd.given.bag,
  contacts_bag: crowd.given.contacts,
  key: crowd.given.identity,
  left: [crowd.left],
});

/** Opens the page from the disk, without a network, with anything that somebody does there. */
async function onPage(lang: "en" | "fa", run: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ offline: true, locale: lang, acceptDownloads: true });
  const requests: string[] = [];
  const errors: string[] = [];
  context.on("request", (request) => requests.push(request.url()));
  try {
    const page = await context.newPage();
    // A busy machine takes its time.
    page.setDefaultTimeout(0);
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    await page.goto(pathToFileURL(crowd.page).href);
    // The form is there when the script of the page is ready.
    await page.locator("form").waitFor();
    if (lang === "en") await page.getByRole("button", { name: "English" }).click();
    await run(page);
    expect(errors).toEqual([]);
    expect(requests.filter((url) => !/^(file|blob):/.test(url))).toEqual([]);
    expect(await page.evaluate<unknown>("[localStorage.length, sessionStorage.length, document.cookie]")).toEqual([
      0,
      0,
      "",
    ]);
  } finally {
    await context.close();
  }
}

async function open(page: Page, files: Files): Promise<Locator> {
  for (const name of ["public_bag", "contacts_bag", "key", "left"] as const)
    await page.locator(`#${name}`).setInputFiles(files[name] ?? []);
  await page.locator("form button").click();
  // The fields can be used again when all is done.
  await page.locator("fieldset:not(:disabled)").waitFor();
  return page.locator("[data-answer]");
}

async function saved(page: Page, name: string): Promise<Buffer> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(`a[download="${name}"]`).click()]);
  expect(download.suggestedFilename()).toBe(name);
  return readFileSync(await download.path());
}

describe("the page that opens the contacts bag", () => {
  it("gives the lists that the command gives, byte by byte, and shows them", async () => {
    await onPage("fa", async (page) => {
      const answer = await open(page, all());
      expect(await answer.innerText()).toContain((PEOPLE - crowd.gone.length).toLocaleString("fa"));
      for (const name of LISTS) expect((await saved(page, name)).equals(crowd.wrote(name)), name).toBe(true);
      const kept = crowd.wrote("handover-2026-12-01.left");
      expect((await saved(page, "handover-2026-12-01.left")).equals(kept)).toBe(true);
      // The command names its own options where something is to be done next.
      const { report } = stringsIn("fa");
      const told = [
        [report.unknown, report.unknown_page],
        [report.left_sealed, report.left_sealed_page],
      ] as const;
      const command = told.reduce(
        (text, [here, there]) => text.replace(endOf(here), endOf(there)),
        crowd.wrote("report-fa.txt").toString(),
      );
      expect(await page.locator("[data-report][data-in=fa]").textContent()).toBe(command);
      const rows = parseCsv(crowd.wrote("signatories.csv").toString());
      const shown = page.locator("section", { has: page.locator('a[download="signatories.csv"]') });
      expect(await shown.locator("th").allTextContents()).toEqual(rows[0]);
      expect(await shown.locator("tbody tr").count()).toBe(rows.length - 1);
      const seen = await shown
        .locator("tbody tr")
        .evaluateAll((all) =>
          all.map((row) =>
            [...(row as unknown as { cells: Iterable<{ textContent: string }> }).cells].map((cell) => cell.textContent),
          ),
        );
      // On the page there is no formula, and so no apostrophe.
      expect(seen.map((cells) => cells.slice(-3))).toEqual(rows.slice(1).map((cells) => cells.slice(-3)));
      const text = await page.locator("[data-tables]").textContent();
      for (const { contact } of crowd.gone) expect(text).not.toContain(contact.id);
    });
  });

  it("says the same in English when the language is changed, with the files still chosen", async () => {
    await onPage("fa", async (page) => {
      await open(page, all());
      await page.getByRole("button", { name: "English" }).click();
      expect(
        await page.evaluate<unknown>("[document.documentElement.lang, document.documentElement.dir, document.title]"),
      ).toEqual(["en", "ltr", "Open the contact details"]);
      expect(await page.locator("[data-answer]").innerText()).toContain(
        `Opened. Records that are right: ${(PEOPLE - crowd.gone.length).toLocaleString("en")}.`,
      );
      expect(await page.locator("body").innerText()).not.toMatch(/بسته|سندها/);
      expect(
        await page.locator("#public_bag").evaluate((input) => (input as unknown as { files: unknown[] }).files.length),
      ).toBe(1);
    });
  });

  it("opens without word of who has left, and says that this is not known", async () => {
    await onPage("en", async (page) => {
      const { public_bag, contacts_bag, key } = all();
      // It does not matter which bag is chosen where.
      await open(page, { public_bag: contacts_bag, contacts_bag: public_bag, key });
      expect(await page.locator("[data-report][data-in=en]").innerText()).toMatch(
        /It is not known here who has left since .* ask the people who run the letter for a new file now\.left/,
      );
      expect(await page.locator("[data-tables]").textContent()).toContain(crowd.gone[0]!.contact.id);
      // What was opened before is gone as soon as something else is opened.
      await open(page, { public_bag, contacts_bag });
      expect(await page.locator("[data-opened]").isVisible()).toBe(false);
      expect(await page.locator("[data-tables]").textContent()).toBe("");
    });
  });

  it("says in plain words what is missing or wrong, in both languages", async () => {
    const troubles = await makeTroubles();
    for (const lang of ["en", "fa"] as const)
      await onPage(lang, async (page) => {
        for (const [files, english, persian] of troubles) {
          const said = await (await open(page, files)).innerText();
          expect(said, english).toContain(lang === "en" ? english : persian);
          expect(await page.locator("[data-opened]").isVisible()).toBe(false);
        }
      });
  });

  it("says that a file is gone which was there when it was chosen", async () => {
    const copy = join(crowd.given.folder, "short.tar");
    cpSync(crowd.given.bag, copy);
    await onPage("en", async (page) => {
      await page.locator("#public_bag").setInputFiles(copy);
      await page.locator("#contacts_bag").setInputFiles(crowd.given.contacts);
      await page.locator("#key").setInputFiles(crowd.given.identity);
      rmSync(copy);
      await page.locator("form button").click();
      await page.getByText("One of the files cannot be read").waitFor();
    });
  });
});

/** What follows the last number in a sentence. */
function endOf(sentence: string): string {
  return sentence.slice(sentence.lastIndexOf("}") + 1);
}

/** Files that cannot be opened, and what the page says of them. */
async function makeTroubles(): Promise<[Files, string, string][]> {
  const at = (name: string) => join(crowd.given.folder, name);
  const { bag, contacts } = crowd.given;
  writeFileSync(at("other.key"), `${await generateHybridIdentity()}\n`);
  writeFileSync(at("short.left"), readFileSync(crowd.left).subarray(0, -20));
  writeFileSync(at("cut.tar"), readFileSync(contacts).subarray(0, -3000));
  const flipped = readFileSync(bag);
  flipped[flipped.indexOf("undersigned/v1 accept")]! ^= 1;
  writeFileSync(at("flipped.tar"), flipped);
  const others = all();
  return [
    [{}, "Choose the public bag.", "بستهٔ عمومی را برگزینید."],
    [{ public_bag: bag }, "Choose the contacts bag.", "بستهٔ نشانی‌ها را برگزینید."],
    [{ public_bag: bag, contacts_bag: contacts }, "Choose your key file.", "فایل کلیدتان را برگزینید."],
    [
      { ...others, key: at("other.key") },
      "This key opens none of the records",
      "این کلید هیچ‌یک از سندها را باز نمی‌کند",
    ],
    [{ ...others, key: crowd.left }, "That is not a key file", "این فایل کلید نیست"],
    [
      { ...others, public_bag: at("flipped.tar") },
      "The public bag cannot be used",
      "از بستهٔ عمومی نمی‌توان استفاده کرد",
    ],
    [{ ...others, public_bag: crowd.page }, "The public bag cannot be used", "از بستهٔ عمومی نمی‌توان استفاده کرد"],
    [
      { ...others, contacts_bag: at("cut.tar") },
      "The contacts bag cannot be used",
      "از بستهٔ نشانی‌ها نمی‌توان استفاده کرد",
    ],
    [{ ...others, contacts_bag: bag }, "There is no contacts bag", "هیچ‌یک از دو فایل بستهٔ نشانی‌ها نیست"],
    [{ ...others, public_bag: contacts }, "There is no public bag", "هیچ‌یک از دو فایل بستهٔ عمومی نیست"],
    [
      { ...others, left: [at("short.left")] },
      "A file that tells who has left cannot be used",
      "از فایلی که می‌گوید چه کسانی",
    ],
    [
      { ...others, contacts_bag: await withInfo("Ledger-Origin", "other.example.org/ledger", { "Ledger-Size": "7" }) },
      "they are of two different letters",
      "از دو نامهٔ متفاوت‌اند",
    ],
    [
      { ...others, contacts_bag: await withInfo("Handover-Tag", "handover/2026-11-30") },
      "they are of two handovers of the same letter",
      "از دو تحویل یک نامه‌اند",
    ],
    ...repacked(bag).map((file): [Files, string, string] => [
      { ...others, public_bag: file },
      "packed again by another program",
      "برنامهٔ دیگری آن را از نو بسته‌بندی کرده",
    ]),
  ];

  async function withInfo(label: string, value: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
    const found = await openBag(contacts);
    const own = ["Bagging-Date", "Payload-Oxum"];
    const info = new Map([...found.info].filter(([name]) => !own.includes(name)));
    for (const [name, text] of Object.entries({ [label]: value, ...more })) info.set(name, text);
    const file = at(`${label}.tar`);
    const path = found.paths[0]!;
    await writeBag(file, {
      name: "contacts-2026-12-01",
      day: "2026-12-01",
      payload: [[path, (await found.read(path))!]],
      info,
    });
    await found.close();
    return file;
  }

  function repacked(file: string): string[] {
    const [folder, name] = [at("unpacked"), basename(file, ".tar")];
    mkdirSync(folder);
    execFileSync("tar", ["-xf", file, "-C", folder], { stdio: "pipe" });
    return ["pax", "ustar", "gnu"].map((format) => {
      execFileSync("tar", [`--format=${format}`, "-cf", `${name}-${format}.tar`, name], { cwd: folder, stdio: "pipe" });
      renameSync(join(folder, `${name}-${format}.tar`), at(`${format}.tar`));
      expect(existsSync(at(`${format}.tar`))).toBe(true);
      return at(`${format}.tar`);
    });
  }
}
