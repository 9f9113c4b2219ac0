// Lets the verify page make a receipt in a real browser, for the client in Go.
//
//   node tests/go/write-browser-receipt.ts FOLDER
//
// FOLDER/browser/receipt.tlog-proof   as the page gave it
// FOLDER/browser/entry                the entry of the person who asked for it
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { invent } from "../letter/invented.ts";
import { edition, publishedRecord } from "../site/published-site.ts";
import { serveVerifySite } from "../site/verify-site.ts";
import { startBrowser, visit } from "../support/browsers/browser.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: write-browser-receipt.ts FOLDER");

const { record } = publishedRecord(3, 100);
const someone = invent(150, undefined, edition);
const { index } = record.rows.find(({ opening }) => opening === someone.row.opening)!;
mkdirSync(join(folder, "browser"));
writeFileSync(join(folder, "browser/entry"), record.entries[index]!);

const browser = await startBrowser();
const { origin, server } = await serveVerifySite(record);
const { page } = await visit(browser, origin);
await page.goto(`${origin}/en/verify/`);
await page.getByRole("textbox").fill(someone.withdrawalCode);
await page.locator("form[data-ask=own] button[type=submit]:visible").first().click();
const download = page.waitForEvent("download");
await page.getByRole("button", { name: "Make a receipt" }).click();
await (await download).saveAs(join(folder, "browser/receipt.tlog-proof"));
await browser.close();
server.close();
