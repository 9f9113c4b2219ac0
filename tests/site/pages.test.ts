import { describe, expect, it } from "vitest";
import { codeMail } from "../../scripts/form-service/mail/message.ts";
import { missingFromPage } from "../../scripts/letter/published/letter-page.ts";
import type { NameProblem } from "../../scripts/letter/signature/name.ts";
import { confirmPage } from "../../scripts/site/views/pages/confirm-page.ts";
import { languagesPage } from "../../scripts/site/views/pages/languages-page.ts";
import { letterPage } from "../../scripts/site/views/pages/letter-page.ts";
import { signPage } from "../../scripts/site/views/pages/sign-page.ts";
import { shardPage, signaturesPage } from "../../scripts/site/views/pages/signatures-page.ts";
import { verifyPage } from "../../scripts/site/views/pages/verify-page.ts";
import { type Lang, stringsIn } from "../../scripts/site/views/strings.ts";
import { readLetterFile } from "../support/letters.ts";
import { every, make, s, site, values } from "./gallery.ts";
import { listRow } from "./invented-site.ts";

const inputs = (html: string) => [...html.matchAll(/<input[^>]* name="(\w+)"/g)].map(([, name]) => name);
const titleOf = (html: string) => /<title>(.*)<\/title>/.exec(html)?.[1] ?? "";

describe.each(every)("the page %s in %s", (name, lang) => {
  const html = make(name, lang);

  it("says its language and direction, has one heading of the first rank and one main part", () => {
    expect(html).toContain(`<html lang="${lang}" dir="${lang === "fa" ? "rtl" : "ltr"}">`);
    expect(html.match(/<h1[ >]/g)).toHaveLength(1);
    expect(html.match(/<main[ >]/g)).toHaveLength(1);
  });

  it("has no script or style within, and asks no other host for anything", () => {
    expect(html).not.toMatch(
      /<script(?! src="\/assets\/(page|share|sign|typing|verify)\.js" defer><\/script>)|<style| style="| on\w+="|<iframe|<img/i,
    );
    const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]+)">/.exec(html)?.[1];
    expect(policy).toContain("default-src &#39;none&#39;");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect([...html.matchAll(/ (?:src|action)="([^"]*)"/g)].filter(([, url]) => !url?.startsWith("/"))).toEqual([]);
    const loaded = [...html.matchAll(/<link[^>]* href="([^"]*)"/g)].filter(
      ([link]) => !/ hreflang=|"canonical"/.test(link),
    );
    expect(loaded.filter(([, url]) => !url?.startsWith("/"))).toEqual([]);
  });

  it("has the way out as a plain link, first for keyboards too, and a link to the same page in the other language", () => {
    expect(html.match(/<a [^>]*data-exit/g)).toHaveLength(1);
    const [toContent, out] = [...html.matchAll(/<a [^>]*>/g)].map(([link]) => link);
    expect(toContent).toContain('href="#main"');
    expect(out).toMatch(/^<a class="exit" href="about:blank" rel="noreferrer nofollow" data-exit="[^"]+">/);
    const address = (of: Lang) =>
      new RegExp(`href="/${of}/([^"]*)" lang="${of}" hreflang`).exec(make(name, of === "fa" ? "en" : "fa"))?.[1];
    expect(address("fa")).toBeDefined();
    expect(address("fa")).toBe(address("en"));
  });

  it("tells its origin to whoever takes its form, and to nobody else", () => {
    const sends = /<form[^>]* method="post"/.test(html);
    expect(html).toContain(`<meta name="referrer" content="${sends ? "strict-origin" : "no-referrer"}">`);
    const outside = [...html.matchAll(/<a [^>]*href="https?:[^>]*>/g)].flat();
    if (sends) expect(outside.filter((link) => !/ rel="[^"]*noreferrer/.test(link))).toEqual([]);
  });

  it("tells search engines its whole address in each language where they may list it, and else none", () => {
    const path = /href="\/[a-z]+\/([^"]*)" lang="[a-z]+" hreflang/.exec(html)?.[1];
    const address = (of: Lang) => `https://letter.example.org/${of}/${path}`;
    const links = [...html.matchAll(/<link rel="(?:canonical|alternate" hreflang="\w+)" href="[^"]*">/g)].flat();
    const told = [
      `<link rel="canonical" href="${address(lang)}">`,
      `<link rel="alternate" hreflang="fa" href="${address("fa")}">`,
      `<link rel="alternate" hreflang="en" href="${address("en")}">`,
    ];
    expect(links).toEqual(html.includes('<meta name="robots" content="index">') ? told : []);
  });

  it("uses every id once, and refers to none that is not there", () => {
    // What a script puts into the page from an attribute counts too.
    const scripted = html.replace(/<span hidden data-scripted="([^"]*)"><\/span>/g, (_, part: string) =>
      part.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"'),
    );
    const ids = [...scripted.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const referred = [...scripted.matchAll(/ (?:for|aria-labelledby|aria-describedby|href="#)="?([^"]+)"/g)];
    for (const id of referred.flatMap(([, list]) => list?.split(" "))) expect(ids).toContain(id);
    for (const [, id] of html.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(id);
  });

  it("leaves no place for a value empty", () => {
    expect(html).not.toMatch(/undefined|\[object|NaN/);
    // A Latin word in a Persian text has marks around it.
    expect(html.replace(/<\/?bdi[^>]*>/g, "")).not.toMatch(/\{\w+\}/);
  });

  it("does not tell in the browser's tab what the letter is about", () => {
    expect(titleOf(html)).not.toMatch(/Iran|ایران|Amnesty|عفو|United Nations|ملل/);
  });
});

describe.each(["fa", "en"] as const)("the letter's page in %s", (lang) => {
  const html = make("letter", lang);

  it("carries the whole letter, word by word", () => {
    expect(missingFromPage(readLetterFile("iran", `${lang}/letter.md`), html)).toBeUndefined();
  });

  it("warns before the letter, and lets the reader pass over the worst", () => {
    expect(html.indexOf('class="slip"')).toBeLessThan(html.indexOf('class="letter"'));
    const [skip, after] = [html.indexOf('href="#after"'), html.indexOf('id="after"')];
    expect(skip).toBeGreaterThan(0);
    expect(html.slice(skip, after).match(/<p id="b\d+">/g)?.length).toBe(5);
  });

  it("shows no name, for search engines are to find it, and leads to the list", () => {
    expect(html).not.toContain('<bdi class="who">');
    expect(html).toContain(`href="/${lang}/signatures/"`);
    const list = make("signatures", lang);
    expect(list).toContain('<bdi class="who">شیرین بهاری</bdi> <bdi class="at">هامبورگ</bdi>');
    expect(list).toContain("&lt;b&gt;Cork&lt;/b&gt;");
    expect(list).not.toContain('<bdi class="who"></bdi>');
  });

  it("numbers its blocks alike in every language, for a reader who changes it in the middle", () => {
    const ids = (of: Lang) => [...make("letter", of).matchAll(/ id="(b\d+)"/g)].map(([, id]) => id);
    expect(ids("fa")).toEqual(ids("en"));
    expect(ids(lang).length).toBeGreaterThan(10);
  });

  it("says above a translation that it is one, until it is approved", () => {
    expect(html.includes('class="translation"')).toBe(lang === "fa");
    const approved = { ...site.campaign, translation_approved: { fa: true } };
    expect(make("letter", lang, { campaign: approved })).not.toContain('class="translation"');
  });

  it("shows a goal only when there is one", () => {
    expect(html).not.toContain("<progress");
    expect(make("letter", lang, { campaign: { ...site.campaign, goal: 1000 } })).toContain('<progress max="1000"');
  });

  it("shows the last day only when there is one", () => {
    expect(html).not.toContain("2027-03-31");
    expect(make("letter", lang, { campaign: { ...site.campaign, closes: "2027-03-31" } })).toContain(
      '<time datetime="2027-03-31">',
    );
  });

  it("says that nobody has signed yet, instead of a zero", () => {
    const totals = { ...site.totals!, listed: 0 };
    expect(make("letter", lang, { totals, newest: [] })).toContain(
      lang === "fa" ? "هنوز کسی این نامه را امضا نکرده است" : "No signatures yet",
    );
  });
});

describe.each(["fa", "en"] as const)("the form in %s", (lang) => {
  it("asks for exactly the fields that a submission has, with a trap that nobody sees, the safest choice made, no consent given beforehand", () => {
    const html = make("sign", lang);
    expect([...new Set(inputs(html))]).toEqual([
      "shown",
      "name",
      "place",
      "email",
      "consent_handover",
      "consent_public",
      "comment",
    ]);
    expect(html).toContain(`<form method="post" action="/${lang}/sign/"`);
    expect(html.match(/ checked/g)).toHaveLength(1);
    expect(html).toContain('value="hidden" checked');
    expect(html.indexOf('class="note"')).toBeLessThan(html.indexOf("<form"));
  });

  it("shows by an example how each way to be shown will look on the list", () => {
    const html = make("sign", lang);
    expect(html.match(/class="sample"/g)).toHaveLength(4);
    const { one_more } = stringsIn(lang).signatures;
    expect([...html.matchAll(/class="sample">[^<]* <b>([^<]*)</g)].map(([, text]) => text)).toEqual([
      one_more,
      one_more,
      "",
      "",
    ]);
  });

  it("does not ask for the place when the campaign does not", () => {
    expect(inputs(make("sign", lang, { campaign: { ...site.campaign, ask: { place: false } } }))).not.toContain(
      "place",
    );
  });

  it("warns of dangers in at most 60 words, and leads to a page with the rest", () => {
    const [, note = ""] =
      /<section class="note" aria-labelledby="safety">([\s\S]*?)<\/section>/.exec(make("sign", lang)) ?? [];
    const words = note
      .replace(/<[^>]*>/g, " ")
      .trim()
      .split(/\s+/);
    expect(words.length).toBeGreaterThan(20);
    expect(words.length).toBeLessThanOrEqual(60);
    expect(note).toContain(`<a href="/${lang}/safety/">`);
    for (const page of ["letter", "privacy"]) expect(make(page, lang)).toContain(`<a href="/${lang}/safety/">`);
  });

  it.each(["not me, code wrong", "withdraw, code wrong"])("sends nobody who filled in no form to it: %s", (name) => {
    const { not_me, withdraw, problems } = stringsIn(lang);
    const html = make(name, lang);
    expect(html).toContain(name.startsWith("not") ? not_me.wrong_code : withdraw.wrong_code);
    expect(html).not.toContain(problems.code.wrong);
  });

  it("comes back with its errors on top and beside the fields, and with what was written", () => {
    const html = make("sign with errors", lang);
    expect(titleOf(html)).toMatch(lang === "fa" ? /^خطا: / : /^Error: /);
    expect(html).toMatch(/<div class="bad" role="group"[^>]* autofocus>/);
    expect([...html.matchAll(/<li><a href="#(\w+)">/g)].map(([, id]) => id)).toEqual([
      "name",
      "email",
      "consent_handover",
    ]);
    for (const field of ["name", "email", "consent_handover"]) expect(html).toContain(`id="${field}-problem"`);
    expect(html).toContain('value="لیلا &quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(html).toContain('value="initials" checked');
    expect(html).toContain('name="consent_public" value="yes" checked');
    expect(html).not.toContain('name="consent_handover" value="yes" checked');
  });

  it("has words for every problem of a name", () => {
    const rules: NameProblem[] = ["missing", "long", "link", "letters", "characters", "invisible", "marks", "scripts"];
    const told = rules.map((name) => {
      const html = signPage(site, lang, { values, problems: { name, place: name } });
      return /id="name-problem"><span class="hidden">[^<]*<\/span> ([^<]+)/.exec(html)?.[1];
    });
    expect(new Set(told).size).toBe(rules.length);
    expect(told.join()).toContain(lang === "fa" ? "۱۰۰" : "100");
  });

  it("falls back to the safest choice when the one that came cannot be read", () => {
    const html = signPage(site, lang, { values: { ...values, shown: "NAME" }, problems: { shown: "missing" } });
    expect(html).toContain('value="hidden" checked');
    expect(html).toContain('<li><a href="#shown">');
  });
});

describe.each(["fa", "en"] as const)("after the form, in %s", (lang) => {
  it("the code goes back with the secret of the link", () => {
    const html = make("confirm", lang);
    expect(inputs(html)).toEqual(["s", "code", "s"]);
    expect(html).toContain(`<input type="hidden" name="s" value="${s}">`);
    expect(html).toContain(`action="/${lang}/confirm/"`);
    expect(html).toContain(`action="/${lang}/confirm/resend/"`);
    expect(html).toContain(`href="/${lang}/not-me/"`);
  });

  it("the message looks as the page says", () => {
    const { subject, begins, code, code_place } = stringsIn(lang).confirm.mail;
    const mail = codeMail(lang, "x@example.org", "7KQM4TXR");
    const [first, ...rest] = mail.text.split("\n\n");
    expect(mail.subject).toBe(subject);
    expect(first?.startsWith(begins.replace(/…$/, ""))).toBe(true);
    expect(rest.slice(0, 2)).toEqual([code, "7KQM4TXR"]);
    expect(code_place).toContain(lang === "fa" ? "۸" : "8");
  });

  it("a secret that is none cannot break out of the page", () => {
    expect(confirmPage(site, lang, { s: '"><script>' })).not.toContain("<script>");
  });

  it("the withdrawal code is 26 bare characters", () => {
    expect(make("confirmed", lang)).toContain('<code id="withdrawal-code">7KQM4TXR9HPD2B3C4D5E6F7G8H</code>');
  });

  it("somebody who did not ask learns nothing of a letter or a signature", () => {
    for (const name of ["not me", "not me, done"]) {
      expect(make(name, lang)).not.toMatch(
        /letter(?!\.example)|sign(?!\S*=)|petition|Iran|Amnesty|نامه|امضا|طومار|ایران|عفو/i,
      );
    }
  });

  it("the state of one's own signature can be read by a program", () => {
    for (const state of ["pending", "accepted", "refused", "withdrawn", "unknown"] as const) {
      expect(verifyPage(site, lang, { state })).toContain(`<p data-state="${state}">`);
    }
    expect(make("verify", lang)).not.toContain("data-state");
  });

  it("the ways out are the code and the address", () => {
    expect(inputs(make("withdraw", lang))).toEqual(["code", "email"]);
  });
});

describe.each(["fa", "en"] as const)("the count beside the letter in %s", (lang) => {
  it("says how many signed an earlier text, where there is one", () => {
    const said = lang === "fa" ? "متن پیشین نامه" : "an earlier version";
    expect(letterPage({ ...site, earlier: 3 }, lang)).toContain(said);
    expect(letterPage({ ...site, earlier: 0 }, lang)).not.toContain(said);
  });
});

describe.each(["fa", "en"] as const)("the list in %s", (lang) => {
  const newest = make("signatures", lang);
  const shard = make("shard", lang);

  it("is kept out of search engines and archives", () => {
    for (const html of [newest, shard]) expect(html).toContain('<meta name="robots" content="noindex,noarchive">');
  });

  it("tells those who are not shown by their number alone", () => {
    expect(newest).toContain(lang === "fa" ? "و ۲ نفر دیگر" : "and 2 more people");
    const one = shardPage(site, lang, {
      number: 1,
      shards: 1,
      rows: [listRow(1, { shown: "hidden", name: "", signed: "" })],
    });
    expect(one).toContain(lang === "fa" ? "یک نفر دیگر" : "one more person");
  });

  it("carries totals on its first page alone, so that old pages stay as they are", () => {
    expect(newest).toContain("<table>");
    expect(shard).not.toContain("<table>");
    expect(
      shardPage({ ...site, totals: { ...site.totals!, listed: 999_999, size: 9 }, newest: [] }, lang, {
        number: 3,
        shards: 12,
        rows: site.newest ?? [],
      }),
    ).toBe(shard);
  });

  it("draws the signatures by the day of their batch, with the same numbers in a table, where days are known", () => {
    const days = [
      { day: "2026-11-20", accepted: 1200 },
      { day: "2026-11-23", accepted: 40 },
    ];
    const html = signaturesPage(site, lang, { shards: 1, days });
    expect(html.match(/<rect /g)).toHaveLength(2);
    expect(html).toMatch(/<svg [^>]*role="img" aria-labelledby="by-day-text"/);
    expect(html).toContain(lang === "fa" ? "بیشترین: ۱٬۲۰۰ امضا" : "Busiest day: 20 November 2026, 1,200");
    expect(html).toContain(`<td>${lang === "fa" ? "۴۰" : "40"}</td>`);
    expect(newest).not.toContain("<svg");
  });

  it("shows the goal where there is one", () => {
    const { campaign } = site;
    expect(signaturesPage({ ...site, campaign: { ...campaign, goal: 9 } }, lang, { shards: 1 })).toContain(
      '<progress max="9"',
    );
    expect(newest).not.toContain("<progress");
  });

  it("has the newest day first, its numbered pages the oldest", () => {
    const rows = ["2026-11-20", "2026-11-22", "2026-11-19", "2026-11-22"].map((signed, i) => listRow(i, { signed }));
    const days = (html: string) => [...html.matchAll(/<h[23][^>]*><time datetime="([^"]+)"/g)].map(([, day]) => day);
    const first = signaturesPage({ ...site, newest: rows }, lang, { shards: 1 });
    expect(days(first)).toEqual(["2026-11-22", "2026-11-20", "2026-11-19"]);
    expect(days(shardPage(site, lang, { number: 1, shards: 1, rows }))).toEqual(days(first).reverse());
  });

  it("says of every row which text was signed", () => {
    const rows = [listRow(1), listRow(2, { edition: "F".repeat(43), name: "Later" })];
    const page = shardPage(site, lang, { number: 1, shards: 1, rows });
    const [first, second] = ["E", "F"].map((letter) => page.indexOf(`/letter/${letter.repeat(43)}/${lang}.md"`));
    expect([first! > 0, second! > first!, page.indexOf("Later") > second!]).toEqual([true, true, true]);
  });

  it("links its neighbours", () => {
    for (const page of [1, 2, 4]) expect(shard).toContain(`href="/${lang}/signatures/${page}/"`);
    expect(shard).toContain('href="/list/002.md"');
  });

  it("says the day in both calendars in Persian", () => {
    expect(newest).toContain(
      lang === "fa"
        ? '<time datetime="2026-11-22">۱ آذر ۱۴۰۵ (۲۲ نوامبر ۲۰۲۶)</time>'
        : '<time datetime="2026-11-22">22 November 2026</time>',
    );
  });
});

describe("the program", () => {
  it("can be had from every page that says what the site is", () => {
    const link = `<a href="${site.campaign.source}" rel="noreferrer">`;
    expect(link).toContain('href="https://');
    for (const [name, lang] of every) {
      const html = make(name, lang);
      expect([name, html.includes(link)]).toEqual([name, html.includes('<footer class="foot">')]);
    }
    expect(letterPage(site, "fa")).toContain(`${link}${stringsIn("fa").page.source}</a>`);
  });
});

describe("a trial", () => {
  it("says on every page that its keys lie on this machine, and where its mails are", () => {
    for (const [name, lang] of every) {
      const html = make(name, lang, { demoCustodian: true, capturedMail: true });
      expect(html).toContain('class="trial"');
      expect(html).toContain('href="/inbox/"');
      expect(make(name, lang)).not.toContain('class="trial"');
    }
  });
});

describe("a tab that tells nothing", () => {
  const quiet = { campaign: { ...site.campaign, neutral_tab: true } };

  it("has the site's title alone on every page that a code leads to, that withdraws or warns, whatever the setting", () => {
    const [told, untold] = [
      /^not me/,
      /^(confirm|sent again|resend gone|withdraw|verify with |expired|already|not counted|safety)/,
    ];
    for (const [name, lang] of every.filter(([name]) => untold.test(name))) {
      const html = make(name, lang);
      expect([name, titleOf(html).replace(/^\S+: /, "")]).toEqual([name, site.campaign.site_title[lang]]);
      // What the page is can be read on it.
      expect(/<h1>(.*)<\/h1>/.exec(html)?.[1]).not.toBe(site.campaign.site_title[lang]);
    }
    // Every other page that asks for a code names no site and no letter, or is not about a signature.
    const asks = every.filter(([name, lang]) => / name="code"/.test(make(name, lang)) && !untold.test(name));
    expect(new Set(asks.map(([name]) => name).filter((name) => !told.test(name)))).toEqual(new Set(["verify"]));
  });

  it("has the site's title alone on every page, and a blank icon", () => {
    for (const [name, lang] of every) {
      if (/^(not me|review)/.test(name)) continue; // these have a title of their own, which names no site
      const html = make(name, lang, quiet);
      expect(titleOf(html).replace(/^\S+: /, "")).toBe(site.campaign.site_title[lang]);
      expect(html).toContain('href="/assets/icon-blank.svg"');
    }
  });
});

describe("the first page", () => {
  it("is two links", () => {
    expect([...languagesPage(site).matchAll(/<a [^>]*href="([^"]+)"/g)].map(([, href]) => href)).toEqual([
      "/fa/",
      "/en/",
    ]);
  });
});

describe("a service on another host", () => {
  const apart = { siteUrl: "/folder", serviceUrl: "https://sign.example.net" };

  it("gets the forms, while the pages stay where they are", () => {
    const html = make("sign", "en", apart);
    expect(html).toContain('action="https://sign.example.net/en/sign/"');
    expect(html).toContain('href="/folder/fa/sign/"');
    expect(html).toContain('href="/folder/assets/site.css"');
  });
});
