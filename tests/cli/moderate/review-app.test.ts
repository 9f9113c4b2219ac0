import { request as ask } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createReviewApp, type ReviewApp } from "../../../scripts/cli/moderate/review-app.ts";
import { listen } from "../../../scripts/form-service/web/listener.ts";
import { formatProposal } from "../../../scripts/letter/review/proposal-body.ts";
import { FLAG_WORDS } from "../../../scripts/letter/review/reasons.ts";
import type { Row } from "../../../scripts/letter/signature/row.ts";
import type { SignaturesSheet } from "../../../scripts/letter/signature/sheet.ts";
import { showsName } from "../../../scripts/letter/signature/shown.ts";
import { type ReviewRow, sheetPage } from "../../../scripts/site/views/pages/review-page.ts";
import { STRINGS } from "../../../scripts/site/views/strings.ts";
import { attested, invent, sheetOf } from "../../letter/invented.ts";
import { inventedSite } from "../../site/invented-site.ts";
import { makeCampaign, type TestCampaign } from "../../support/campaigns/local-campaign.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { root } from "../../support/source.ts";

const site = inventedSite();
const silent = { info() {}, warn() {}, error() {} };
const random = fixedRandomness("review");
const token = Buffer.from(random(32)).toString("base64url");
const origin = "http://127.0.0.1:4321";

let campaign: TestCampaign;
let sheet: SignaturesSheet;
let commit: string;
let app: ReviewApp;
/** how often the campaign was opened, and what is to be done after a minute */
let opened = 0;
let minute: (() => void)[] = [];

beforeEach(async () => {
  campaign = await makeCampaign();
  const start = random(2)[0]! * 20;
  const rows = Array.from({ length: 8 }, (_, i) => invent(start + i).row);
  const twin = rows.find(({ shown }) => shown === "name")!;
  const again = invent(start + 8, "name").row;
  sheet = sheetOf(start, [...rows, attested({ ...again, name: twin.name, place: twin.place })]);
  commit = await campaign.file(sheet);
  [opened, minute] = [0, []];
  app = createReviewApp({
    async open() {
      opened++;
      return { host: campaign.host, acceptor: campaign.acceptor, day: campaign.acceptor.day };
    },
    ...{ site, token, log: silent, assets: join(root, "content/assets") },
    later(run) {
      minute.push(run);
      return () => {
        minute = minute.filter((one) => one !== run);
      };
    },
  });
});
afterEach(() => campaign.remove());

const get = (path: string, headers: Record<string, string> = {}, from = origin) =>
  app.fetch(new Request(`${from}${path}`, { headers }));
const at = (lang: string, of = sheet.sheet) => `/${token}/${lang}/sheet/${of}/`;
const post = (fields: Record<string, string>, headers: Record<string, string> = { origin }, path = at("en")) =>
  app.fetch(
    new Request(`${origin}${path}`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      body: new URLSearchParams({ commit, page: "1", all: "", words: "", was: "", ...fields }).toString(),
    }),
  );
const acts = async () => (await campaign.host.openSheets()).flatMap((open) => open.acts);
const refusedOf = async () => [...(await campaign.host.readMain()).settled.refused];
const named = (): Row[] => sheet.rows.filter(({ shown }) => shown === "name");

describe("somebody who must not review", () => {
  it.each([
    ["a name that resolves to this machine", "http://rebound.example", {}],
    ["a name that begins like this machine's", "http://localhost.example:4321", {}],
    ["a proxy", origin, { "x-forwarded-for": "203.0.113.7" }],
    ["another proxy", origin, { forwarded: "for=203.0.113.7" }],
  ])("gets nothing through %s, even with the token", async (_what, from, headers) => {
    for (const path of [`/${token}/en/`, at("fa"), `/${token}/assets/site.css`]) {
      const answer = await get(path, headers as Record<string, string>, from);
      expect([answer.status, await answer.text()]).toEqual([403, "403\n"]);
    }
    expect(opened).toBe(0);
  });

  it("is refused by the name that the request really carries", async () => {
    const listener = await listen(app.fetch, { port: 0, from: "this machine" }, silent);
    const status = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const options = { port: listener.port, host: "127.0.0.1", path: `/${token}/en/`, headers: { host } };
        ask(options, (answer) => resolve(answer.resume().statusCode))
          .once("error", reject)
          .end();
      });
    expect([await status("rebound.example"), await status(`localhost:${listener.port}`)]).toEqual([403, 200]);
    await listener.close(0);
  });

  it("gets nothing without the token, and learns nothing from the answer", async () => {
    const wrong = Buffer.from(random(32)).toString("base64url");
    const paths = [
      "/",
      "/en/",
      `/${wrong}/`,
      `/${wrong}/en/`,
      `/${token.slice(0, -1)}/en/`,
      `/${token}x/en/`,
      `/${wrong}/assets/site.css`,
    ];
    for (const path of paths) {
      const answer = await get(path);
      expect([path, answer.status, await answer.text()]).toEqual([path, 404, "404\n"]);
    }
    expect((await post({ do: "approve" }, { origin }, at("en").replace(token, wrong))).status).toBe(404);
    expect([opened, await acts()]).toEqual([0, []]);
  });

  it.each([
    ["another site", { origin: "https://evil.example" }],
    ["another port of this machine", { origin: "http://127.0.0.1:8080" }],
    ["a sandboxed frame", { origin: "null" }],
    ["a file", { origin: "null", "sec-fetch-site": "cross-site" }],
    ["another site that hides its origin", { "sec-fetch-site": "cross-site" }],
  ])("cannot send the form from %s", async (_what, headers) => {
    for (const fields of [{ do: "approve" }, { do: "reject", reject: "advert" }, { do: "now" }]) {
      const answer = await post(fields, headers);
      expect(answer.status).toBe(403);
      expect(await answer.text()).toContain(STRINGS.en.review.strange);
    }
    expect([minute.length, await acts()]).toEqual([0, []]);
  });
});

describe("the pages", () => {
  it("are kept by no cache, load nothing from elsewhere, and need no script", async () => {
    const answers = [
      await get(`/${token}/en/`),
      await get(at("fa")),
      await get("/x/"),
      await post({ do: "search", words: "x" }),
    ];
    for (const { headers } of answers) {
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("content-security-policy")).toMatch(
        /^default-src 'none'; style-src 'self'; .*frame-ancestors 'none'$/,
      );
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("set-cookie")).toBeNull();
    }
    const html = await (await get(at("en"))).text();
    expect(html.match(/(?:href|src|action)="(?!#)[^"]*"/g)?.filter((one) => !one.includes(`"/${token}/`))).toEqual([
      expect.stringContaining(site.campaign.exit_url),
    ]);
    expect(html).not.toMatch(/<script(?! src=)|\son\w+=|style=/);
  });

  it("begin in the language of the browser", async () => {
    const location = async (wish: string) =>
      (await get(`/${token}/`, { "accept-language": wish })).headers.get("location");
    expect([await location("en-GB"), await location("fa-IR")]).toEqual([`/${token}/en/`, `/${token}/fa/`]);
  });

  it("show first what the pull request on GitHub would flag, in its words, and no name of hidden people", async () => {
    const { body } = formatProposal(sheet, { listed: [], bursts: new Set() });
    const flagged = [...body.matchAll(/^\| \d+ \| `(\w+)` \| (.*) \|$/gm)].map(([, id = "", why = ""]) => ({
      id,
      why,
    }));
    expect(flagged.length).toBeGreaterThanOrEqual(2);
    const html = await (await get(at("en"))).text();
    const [first = "", others = ""] = html.split(STRINGS.en.review.others);
    for (const { id, why } of flagged) {
      const from = first.indexOf(`id="${id}"`);
      const reasons = first.slice(first.lastIndexOf("<label", from), from);
      for (const one of why.split("; ")) expect(reasons).toContain(`>${one}<`);
    }
    for (const { id, shown } of sheet.rows) {
      expect(html.includes(`id="${id}"`)).toBe(showsName(shown));
      if (showsName(shown) && !flagged.some((one) => one.id === id)) expect(others).toContain(`id="${id}"`);
    }
    const all = await (await get((await post({ do: "all" })).headers.get("location")!)).text();
    expect(sheet.rows.filter(({ id }) => !all.includes(`id="${id}"`))).toEqual([]);
  });

  it("say every flag and reason in Persian too", async () => {
    const html = await (await get(at("fa"))).text();
    expect(html).toMatch(/^<!DOCTYPE html>\s*<html lang="fa" dir="rtl">/);
    expect(html).toContain(FLAG_WORDS.fa.twice);
    for (const word of Object.values(FLAG_WORDS.en)) expect(html).not.toContain(word);
  });

  it("show a hostile name as text, isolated, whatever it holds", () => {
    const hostile = [
      '"><img src=x onerror=alert(1)>',
      "\u202eoidua",
      "=HYPERLINK(1)",
      "</bdi></label><b>",
      "علی\u2067x",
    ];
    const row = (name: string, i: number): ReviewRow => {
      const { id } = invent(i).row;
      return {
        id,
        shown: "name",
        name,
        lang: "en",
        place: name,
        signed: "2026-11-23",
        flags: [],
        remark: undefined,
        refused: undefined,
      };
    };
    for (const lang of ["fa", "en"] as const) {
      const html = sheetPage(site, lang, {
        ...{ sheet: sheet.sheet, commit, quarantined: true, page: 1, pages: 1, all: false, words: hostile[0]! },
        counts: { rows: 5, read: 5, first: 0, refused: 0, unseen: 0 },
        ...{ first: [], others: hostile.map(row) },
      });
      expect(html).not.toMatch(/<img|<b>/);
      for (const name of hostile)
        expect(html).toContain(
          `<bdi>${name.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;")}</bdi>`,
        );
    }
  });

  it("name a branch that is no sheet, as text, with the way to take it away", async () => {
    campaign.repository.git("update-ref", "refs/heads/pending/<b>x\u202e", "main");
    const html = await (await get(`/${token}/en/`)).text();
    expect(html).toContain("&lt;b&gt;x\ufffd");
    expect(html).not.toMatch(/\u202e|<b>x/);
  });

  it("find a name in any spelling, and put it into no address", async () => {
    const [{ id, name }] = named() as [Row];
    const answer = await post({ do: "search", words: ` ${name.toUpperCase().replaceAll("ی", "ي")} ` });
    expect([answer.status, answer.headers.get("location")]).toEqual([200, null]);
    const html = await answer.text();
    expect(html).toContain(`id="${id}"`);
    for (const other of sheet.rows.filter((row) => row.name !== name)) expect(html).not.toContain(`id="${other.id}"`);
    expect(await (await post({ do: "search", words: "nobody of this name" })).text()).toContain(
      STRINGS.en.review.nothing_found,
    );
  });
});

describe("a moderator", () => {
  it("refuses a row, takes it back, and another tab that is older takes nothing back", async () => {
    const [{ id }] = named() as [Row];
    const page = async () => (await get(at("fa"))).text();
    expect((await post({ do: "record", [id]: "fake-name" })).headers.get("location")).toBe(at("en"));
    expect(await page()).toContain(`name="was" value="${id}:fake-name"`);
    // The older tab shows the row as not refused, and says so again.
    await post({ do: "record", [id]: "" });
    expect((await acts()).map(({ body }) => body)).toEqual([`refuse ${id} fake-name`]);
    await post({ do: "record", was: `${id}:fake-name`, [id]: "" });
    expect((await acts()).map(({ body }) => body)).toEqual([`refuse ${id} fake-name`, `keep ${id}`]);
    expect(await page()).toContain('name="was" value=""');
  });

  it("approves, and what was chosen beside rows counts; for a minute it can be taken back, then it is done", async () => {
    const [{ id }] = named() as [Row];
    await post({ do: "approve", [id]: "offensive" });
    expect(await (await get(at("en"))).text()).toContain(
      `Accepted: ${sheet.rows.length - 1}. Refused: 1. Left out: 0.`,
    );
    expect([minute.length, await refusedOf()]).toEqual([1, []]);
    await post({ do: "back" });
    expect(minute).toEqual([]);
    expect(await (await get(at("en"))).text()).toContain(STRINGS.en.review.taken_back);
    await post({ do: "approve" });
    minute.pop()!();
    await app.close();
    expect(await refusedOf()).toEqual([[id, "offensive"]]);
    const html = await (await get(`/${token}/en/`)).text();
    expect(html).toContain(STRINGS.en.review.none);
    expect(html).toContain(
      `Accepted: ${sheet.rows.length - 1}. Refused: 1. Left out: 0. Signatures on the list: ${sheet.rows.length - 1}.`,
    );
    expect((await get(at("en"))).status).toBe(404);
  });

  it("records a decision at once, and the next page says what came of it", async () => {
    await post({ do: "approve" });
    const next = (await post({ do: "now" })).headers.get("location")!;
    expect([next, await (await get(next)).text()]).toEqual([
      `/${token}/en/`,
      expect.stringContaining(STRINGS.en.review.done),
    ]);
    expect((await campaign.host.readMain()).record.rows.length).toBe(sheet.rows.length);
  });

  it.each(["back", "record"])("is not told that %s was done when the minute ends before it", async (wanted) => {
    const [{ id }] = named() as [Row];
    await post({ do: "approve" });
    minute.pop()!();
    const answer = await post({ do: wanted, [id]: "offensive" });
    expect([answer.status, (await answer.text()).includes(STRINGS.en.review.done)]).toEqual([404, true]);
    expect([(await campaign.host.readMain()).record.rows.length, await refusedOf()]).toEqual([sheet.rows.length, []]);
  });

  it("refuses a whole sheet only with a reason, and it is recorded when the program ends", async () => {
    await post({ do: "reject", reject: "" });
    expect(minute).toEqual([]);
    expect(await (await get(at("fa"))).text()).toContain(STRINGS.fa.review.reject_none);
    await post({ do: "reject", reject: "advert" });
    expect(await refusedOf()).toEqual([]);
    await app.close();
    expect(await refusedOf()).toEqual(sheet.rows.map(({ id }) => [id, "advert"]));
  });

  it("takes back what is recorded, as long as the sheet waits", async () => {
    const [{ id }] = named() as [Row];
    await campaign.review(sheet.sheet, { body: `refuse ${id} duplicate` });
    expect(await (await get(at("en"))).text()).toContain(STRINGS.en.review.waits);
    await post({ do: "back" });
    await campaign.accept();
    expect([(await campaign.host.openSheets()).length, await refusedOf()]).toEqual([1, []]);
    expect(await (await get(at("en"))).text()).toContain(`${id}:duplicate`);
  });

  it("records nothing by a form for another commit, of another kind, or with a reason that there is not", async () => {
    const [{ id }] = named() as [Row];
    expect((await post({ do: "approve", commit: "0".repeat(40) })).status).toBe(409);
    expect((await post({ do: "bless" })).status).toBe(400);
    expect((await post({ do: "record", [id]: "ugly" })).status).toBe(400);
    expect((await post({ do: "approve" }, { origin, "content-type": "text/plain" })).status).toBe(415);
    expect([minute.length, await acts()]).toEqual([0, []]);
  });
});
