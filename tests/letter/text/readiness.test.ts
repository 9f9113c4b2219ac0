import { describe, expect, it } from "vitest";
import { parseCampaign } from "../../../scripts/letter/text/campaign.ts";
import { assertOwnOrigin, assertPublishable, assertReady, lackOf } from "../../../scripts/letter/text/readiness.ts";
import { readSettings } from "../../../scripts/outside/settings.ts";
import { realCampaign } from "../../support/campaigns/real-campaign.ts";
import { readLetterFile } from "../../support/letters.ts";

const template = readLetterFile("iran", "campaign.yaml");
const trial = parseCampaign(template);
const text = realCampaign(template);
const real = parseCampaign(text);
const local = readSettings({});
const refusal = (where: object, campaign = trial) => {
  try {
    assertReady(campaign, { ...local, ...where });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};
const smtp = (url: string) => ({ mail: { kind: "smtp", url } });

const REAL_PLACES: [string, object][] = [
  ["sheets on GitHub", { gitHost: { kind: "github", repository: "association/letter" } }],
  ["real mail", { ...smtp("smtps://user:password@mail.provider.net"), mailFrom: "no-reply@codes-of.net" }],
  ["real mail by this machine's own server", { ...smtp("smtp://127.0.0.1:25"), mailFrom: "no-reply@codes-of.net" }],
  ["a provider of mail, and no sender", smtp("smtps://mail.provider.net")],
  ["a site that others can reach", { siteUrl: "https://letter.amnesty.net" }],
  ["a form that others can reach", { serviceUrl: "https://sign.amnesty.net" }],
  ["an onion service", { siteUrl: `http://${"a".repeat(56)}.onion` }],
  ["another machine of the house", { siteUrl: "http://192.168.1.5:8080" }],
];

describe("a campaign that does not say who is responsible", () => {
  it.each(REAL_PLACES)("does not start with %s, and names file and field in one line", (_, where) => {
    expect(refusal(where)).toMatch(/^content\/campaign\.yaml: responsible: [^\n]+only a trial [^\n]+$/);
    expect(refusal(where, real)).toBeUndefined();
  });

  it.each([
    ["as it comes", {}],
    ["with a mail server on this machine and no sender", smtp("smtp://127.0.0.1:2525")],
    ["at a name that is nobody's", { siteUrl: "https://letter.example.org", serviceUrl: "http://[::1]:8080" }],
    ["for a mail server that is nobody's", { ...smtp("smtp://mail.example.com"), mailFrom: "a@codes.example" }],
  ])("starts as a trial: %s", (_, where) => expect(refusal(where)).toBeUndefined());

  it.each([
    ["no hosts", /\nhosts:[\s\S]*/, "\n", "hosts"],
    ["the template's contact", /^contact: .*/m, "contact: letter@example.org", "contact"],
    ["the template's source", /^source: .*/m, "source: https://example.org/undersigned", "source"],
    ["the sample's address", /en: "1 Sample Street.*?"/, 'en: "1 Street, City, Country"', "responsible.address.en"],
    [
      "a sample that is half filled in",
      "en: in Australia to the OAIC",
      "en: in Australia to the …",
      "responsible.complaints.0.en",
    ],
    ["a contact at nobody's domain", "privacy@sample-association.test", "a@privacy.example.net", "responsible.contact"],
    [
      "the page to leave to that the template once had",
      /^# exit_url: .*/m,
      "exit_url: https://www.google.com/",
      "exit_url",
    ],
    ["a sample's page to leave to", /^# exit_url: .*/m, "exit_url: https://news.example.org/", "exit_url"],
    ["a title that is not written yet", "en: Open letter", "en: …", "site_title.en"],
    ["git at another host", "{ fa: GitHub, en: GitHub }", "{ fa: a, en: b }", "hosts.git"],
  ])("nor does one with %s", (_, from, to, field) => {
    expect(text).toMatch(from);
    const campaign = parseCampaign(text.replace(from, to));
    expect(refusal({ gitHost: { kind: "github", repository: "association/letter" } }, campaign)).toContain(
      `content/campaign.yaml: ${field}: `,
    );
  });

  it.each([
    [
      "an ellipsis",
      /keeps: \{ fa: نام‌هایی.*? \}/,
      'keeps: { fa: "نام‌ها، …", en: "the names, places, … of the review" }',
    ],
    ["a bracket at its beginning", "en: Sample Association }", 'en: "[sic!] Association" }'],
    ["words of a sample in a sentence", "en: in Australia to the OAIC", "en: in … and Australia to the OAIC"],
  ])("starts with a text of its own that has %s", (_, from, to) => {
    expect(text).toMatch(from);
    expect(lackOf(parseCampaign(text.replace(from, to)))).toBeUndefined();
  });

  it("takes every sample in the template's comments for one", () => {
    const samples = [...template.matchAll(/^# .*?en: ("[^"]*"|[^"},]*?)(?: \}|,|$)/gm)].map(([, value]) => value!);
    for (const value of new Set(samples)) {
      const campaign = parseCampaign(text.replace("en: Sample Association", `en: ${value}`));
      expect(lackOf(campaign)?.field, value).toBe("responsible.name.en");
    }
  });

  it("does not start on GitHub Pages without saying that GitHub keeps visitors' addresses", () => {
    const where = { gitHost: { kind: "local" }, siteUrl: "https://letter.github.io" } as const;
    expect(lackOf(real, where)?.field).toBe("hosts.site");
    expect(lackOf(parseCampaign(realCampaign(template, "pages")), where)).toBeUndefined();
  });
});

describe("a campaign with real recipients", () => {
  const age = `age: [age1pq1${"q".repeat(100)}, age1pq1${"p".repeat(100)}]`;
  const sealed = (yaml: string) => parseCampaign(yaml.replace("age: []", age));

  it.each([
    ["contact", "letter@example.org"],
    ["source", "https://example.org/undersigned"],
    ["exit_url", "https://www.google.com/"],
  ])("does not start with the template's %s, even on this machine", (field, value) => {
    const kept = text.replace(new RegExp(`^(# )?${field}: .*`, "m"), `${field}: ${value}`);
    expect(refusal({}, sealed(kept))).toMatch(`content/campaign.yaml: ${field}: `);
    expect(refusal({}, parseCampaign(kept))).toBeUndefined();
    expect(refusal({}, sealed(text))).toBeUndefined();
  });

  it("begins no ledger under the template's name, and goes on with one that is public already", () => {
    const own = sealed(text.replace(/^ledger_origin: .*/m, "ledger_origin: letter.association.test/ledger"));
    expect(() => assertOwnOrigin(sealed(text), local, [])).toThrow("content/campaign.yaml: ledger_origin: ");
    expect(() => assertOwnOrigin(sealed(text), local, ["undersigned/v1 letter …"])).not.toThrow();
    expect(() => assertOwnOrigin(own, local, [])).not.toThrow();
    expect(() => assertOwnOrigin(trial, local, [])).not.toThrow();
    for (const [, where] of REAL_PLACES)
      expect(() => assertOwnOrigin(real, { ...local, ...where }, [])).toThrow("ledger_origin");
  });
});

describe("settings that are still an example's", () => {
  const github = (repository: string) => ({ gitHost: { kind: "github", repository } });
  it.each([
    ["GIT_HOST", github("OWNER/REPOSITORY")],
    ["GIT_HOST", github("OWNER/NAME")],
    ["SITE_URL", { ...github("association/letter"), siteUrl: "https://letter.example.org" }],
    ["SERVICE_URL", { siteUrl: "https://letter.amnesty.net", serviceUrl: "https://sign.example.org" }],
    ["MAIL_URL", { ...smtp("smtps://USER:PASSWORD@HOST"), mailFrom: "no-reply@codes-of.net" }],
    ["MAIL_URL", { ...smtp("smtps://a:b@mail.example.com:465"), mailFrom: "no-reply@codes-of.net" }],
    ["MAIL_FROM", { ...smtp("smtps://a:b@mail.provider.net"), mailFrom: "no-reply@codes.example.org" }],
  ])("start nothing that others can meet: %s", (setting, where) => {
    expect(refusal(where, real)).toMatch(new RegExp(`^${setting}: [^\n]*an example[^\n]*$`));
  });
});

describe("what is parsed of it", () => {
  it.each([
    ["a missing address", /\n {2}address: .*/, "", "responsible.address"],
    ["a name in one language", "{ fa: انجمن نمونه, en: Sample Association }", "{ en: A }", "responsible.name"],
    ["a complaint in one language", "en: in Australia to the OAIC", "de: x", "responsible.complaints.0"],
    ["no complaints", /complaints:(\n {4}- .*)+/, "complaints: []", "responsible.complaints"],
    ["an age that is none", "\n  age: 18", "\n  age: old", "responsible.age"],
    ["days that are no number", "days: 3", "days: some", "hosts.mail.days"],
    ["a host left out", /\n {2}mail: .*/, "", "hosts.mail"],
    ["a host in one language", "{ fa: سوئیس, en: Switzerland }", "{ fa: سوئیس }", "hosts.mail.country"],
  ])("is refused for %s", (_, from, to, field) => {
    expect(text).toMatch(from);
    expect(() => parseCampaign(text.replace(from, to))).toThrow(`campaign.yaml: ${field}`);
  });
});

describe("a site that is published", () => {
  const at = { siteUrl: "https://letter.amnesty.net", serviceUrl: "https://sign.amnesty.net" };

  it("needs them too", () => {
    expect(() => assertPublishable(trial, { ...at, to: "artifact" })).toThrow("content/campaign.yaml: responsible: ");
    expect(() => assertPublishable(real, { ...at, to: "artifact" })).not.toThrow();
  });

  it("goes to GitHub Pages only where its privacy page names GitHub as its host", () => {
    expect(() => assertPublishable(real, { ...at, to: "pages" })).toThrow("hosts.site does not name GitHub");
    expect(() =>
      assertPublishable(parseCampaign(realCampaign(template, "pages")), { ...at, to: "pages" }),
    ).not.toThrow();
  });
});
