import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { formatBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { crockfordOfLowBits, formatCrockford128 } from "../../scripts/letter/bytes/crockford.ts";
import { signingKey } from "../../scripts/letter/bytes/key.ts";
import { attest } from "../../scripts/letter/ledger/attestation.ts";
import { formatVkey, noteSigner } from "../../scripts/letter/ledger/note.ts";
import { openReceipt, parseReceipt } from "../../scripts/letter/ledger/receipt.ts";
import { publishedFiles } from "../../scripts/letter/published/files.ts";
import { CONFIRMATION_CODE_LENGTH, parseCode, WITHDRAWAL_CODE_LENGTH } from "../../scripts/letter/signature/code.ts";
import { idOf, openingOf } from "../../scripts/letter/signature/derivation.ts";
import { EMPTY_RECORD } from "../../scripts/letter/signature/record.ts";
import { publicCommitment, type Row } from "../../scripts/letter/signature/row.ts";
import { verifyTools } from "../../scripts/site/views/verify-tools.ts";
import { approved, edition, nothingSettled, texts } from "../letter/invented.ts";
import { acceptSheet, logEdition, signedBy } from "../letter/plain.ts";
import { startBrowser } from "../support/browsers/browser.ts";
import { fixedRandomness } from "../support/fixtures.ts";
import { root } from "../support/source.ts";

const CAMPAIGNS = 500;
const seed = inject("seed");
const asset = (name: string) => readFileSync(join(root, "content/assets", name), "utf8");

/** A campaign of one signature whose keys, ids and codes nobody has seen before. */
function campaignOf(number: number) {
  const random = fixedRandomness(`any key ${seed} ${number}`);
  const ledger = noteSigner("letter.example.org/ledger", random(32));
  const service = signingKey(random(32));
  const code = crockfordOfLowBits(random(26));
  const signed = (): Row => {
    const opening = openingOf(code);
    const fields = { shown: "hidden", name: "", lang: "", place: "", signed: "" } as const;
    const row = {
      id: idOf(opening),
      ...fields,
      opening: formatBase64url(opening),
      contact: formatBase64url(random(32)),
    };
    const entry = { edition, publicCommitment: publicCommitment(row, edition), contactCommitment: row.contact };
    return { ...row, attestation: attest(entry, service) };
  };
  const sheet = {
    ...({ sheet: formatCrockford128(random(16)), kind: "signatures", edition } as const),
    rows: [signed()],
  };
  const { record } = logEdition(EMPTY_RECORD, edition, texts);
  const main = { record, settled: nothingSettled, attestationKey: service.publicKey };
  const grown = acceptSheet(main, sheet, approved()).record;
  const published = signedBy(grown, ledger);
  const vkey = formatVkey(ledger.verifier);
  const keys = { ledger: vkey, attestation: formatBase64url(service.publicKey), recipients: [] };
  const files = Object.fromEntries(
    [...publishedFiles(published, keys)].map(([path, content]) => [path, Buffer.from(content).toString("latin1")]),
  );
  return { vkey, keys, files, code, ledger, entries: published.entries };
}

/** Runs the script of the verify page, as it is served, on each of these sites, and asks all that it can be asked. */
const ASK = `async ({ source, sites }) => {
  const body = document.body.innerHTML;
  const bytesOf = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  let saved;
  URL.createObjectURL = (blob) => { saved = blob; return "about:blank"; };
  HTMLAnchorElement.prototype.click = () => {};
  const run = new Function(source);
  const said = [];
  for (const { vkey, files, code } of sites) {
    document.body.innerHTML = body;
    document.querySelector("[data-verify]").dataset.vkey = vkey;
    globalThis.fetch = async ({ pathname }) => {
      const file = files[pathname.slice(1)];
      return new Response(file && bytesOf(file), { status: file === undefined ? 404 : 200 });
    };
    run();
    const ask = (name) => new Promise((resolve) => {
      const form = document.querySelector('form[data-ask="' + name + '"]');
      const output = form.querySelector("[data-answer]");
      new MutationObserver(() => {
        if (output.querySelector(".good, .bad, .mid") || output.textContent.includes("not a withdrawal code")) resolve(output);
      }).observe(output, { childList: true });
      form.requestSubmit();
    });
    const all = (await ask("all")).textContent;
    document.querySelector("#withdrawal_code").value = code;
    const own = await ask("own");
    own.querySelector("button")?.click();
    await new Promise((done) => setTimeout(done));
    for (let i = 0; i < 100 && saved === undefined && own.querySelector("button"); i++) await new Promise((done) => setTimeout(done, 5));
    const receipt = (await saved?.text()) ?? "";
    const transfer = new DataTransfer();
    transfer.items.add(new File([receipt], "receipt"));
    document.querySelector("#kept").files = transfer.files;
    said.push({ all, own: own.textContent, receipt, kept: (await ask("kept")).textContent });
    saved = undefined;
  }
  return said;
}`;

let server: Server;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  const { all, own, kept, messages } = verifyTools("en", { action: "/en/verify/" });
  const tools = `<main data-verify data-site="/" data-lang="en">${all}${own}${kept}${messages}</main>`;
  const field = '<input data-code="LENGTH">';
  const codes = [CONFIRMATION_CODE_LENGTH, WITHDRAWAL_CODE_LENGTH].map((length) =>
    field.replace("LENGTH", `${length}`),
  );
  server = createServer((request, response) => {
    response.setHeader("Content-Type", request.url === "/typing.js" ? "text/javascript" : "text/html; charset=utf-8");
    if (request.url === "/typing.js") response.end(asset("typing.js"));
    else response.end(request.url === "/codes" ? `${codes.join("")}<script src="/typing.js"></script>` : tools);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  browser = await startBrowser();
  page = await browser.newPage();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});
const open = (path: string) => page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);

describe(`the page that checks the count (seed ${seed})`, () => {
  it("is right for whatever key, code and receipt there is", async () => {
    await open("/");
    const campaigns = Array.from({ length: CAMPAIGNS }, (_, number) => campaignOf(number));
    const sites = campaigns.map(({ vkey, files, code }) => ({ vkey, files, code }));
    const said = (await page.evaluate(`(${ASK})(${JSON.stringify({ source: asset("verify.js"), sites })})`)) as {
      [of in "all" | "own" | "receipt" | "kept"]: string;
    }[];
    const wrong = said.flatMap(({ all, own, receipt, kept }, i) => {
      const { ledger, entries, vkey } = campaigns[i]!;
      if (!all.startsWith("Yes. 1 accepted") || !own.includes("Your signature is on the list"))
        return [`${vkey}: ${all} ${own}`];
      const parsed = parseReceipt(receipt);
      const { size } = openReceipt(parsed, entries[parsed.index]!, ledger.verifier);
      return size === entries.length && kept.includes(`Entry ${parsed.index} is still there`)
        ? []
        : [`${vkey}: ${kept}`];
    });
    expect(wrong).toEqual([]);
    // Among so many there is each kind that a careless reader of these spellings trips over.
    const keys = campaigns.map(({ vkey }) => /^[^+]+\+([0-9a-f]{8})\+(.*)$/.exec(vkey)!.slice(1));
    const among = (texts: string[], kind: RegExp) => texts.filter((text) => kind.test(text)).length;
    const counts = [
      among(
        keys.map(([, key]) => key!),
        /\+.*\+/,
      ),
      among(
        keys.map(([, key]) => key!),
        /\//,
      ),
      among(
        keys.map(([id]) => id!),
        /^0/,
      ),
      among(
        campaigns.map(({ keys }) => keys.attestation),
        /[-_]/,
      ),
      among(
        campaigns.map(({ code }) => code),
        /^0/,
      ),
      among(
        said.map(({ receipt }) => receipt),
        /\n[^\n]*\+[^\n]*=\n/,
      ),
    ];
    expect(counts.filter((count) => count === 0)).toEqual([]);
  });
});

describe(`a field for a code (seed ${seed})`, () => {
  it("holds what the service reads, for whatever code in whatever spelling", async () => {
    await open("/codes");
    const random = fixedRandomness(`any code ${seed}`);
    const spellings = [
      (code: string) => code,
      (code: string) => code.toLowerCase(),
      (code: string) => code.replace(/\d/g, (digit) => String.fromCharCode(0x6f0 + Number(digit))),
      (code: string) => `\u200e${code.replace(/(.{4})(?=.)/g, "$1-")} `,
    ];
    const typed = Array.from({ length: CAMPAIGNS }, (_, i) => {
      const code = crockfordOfLowBits(random(i % 2 ? WITHDRAWAL_CODE_LENGTH : CONFIRMATION_CODE_LENGTH));
      return { code, text: spellings[i % 3 === 0 ? 0 : i % 4]!(code) };
    });
    const held = (await page.evaluate(`${JSON.stringify(typed)}.map(({ code, text }) => {
      const field = document.querySelector('[data-code="' + code.length + '"]');
      field.value = text;
      field.dispatchEvent(new InputEvent("input"));
      return field.value;
    })`)) as string[];
    expect(typed.filter(({ code }, i) => parseCode(held[i]!, code.length) !== code)).toEqual([]);
    expect(typed.filter(({ code }, i) => held[i] !== code.match(/.{1,4}/g)!.join(" "))).toEqual([]);
    expect(typed.filter(({ code }) => code.startsWith("0"))).not.toEqual([]);
  });
});
