import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { LetterError } from "../../../scripts/letter/bytes/error.ts";
import { parseCampaign } from "../../../scripts/letter/text/campaign.ts";
import { onionHost } from "../../support/addresses.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { readLetterFile } from "../../support/letters.ts";
import { root } from "../../support/source.ts";

const onion = onionHost(fixedRandomness(`campaign ${inject("seed")}`));
const mistyped = onion.replace(/^./, (letter) => (letter === "a" ? "b" : "a"));
const yaml = readLetterFile("iran", "campaign.yaml");

describe.each(["content", "tests/letters/iran", "tests/letters/park"])("the campaign of %s", (folder) => {
  const campaign = parseCampaign(readFileSync(join(root, folder, "campaign.yaml"), "utf8"));

  it("has a title that does not tell what the letter is about", () => {
    const title = Object.values(campaign.site_title).join(" ");
    for (const name of [...Object.values(campaign.addressee), ...Object.values(campaign.recipient.name)])
      expect(title).not.toContain(name);
    expect(title).not.toMatch(/Iran|ایران/);
  });

  it("leads away to nobody", () => {
    expect(campaign.exit_url).toBe("about:blank");
  });
});

it("a campaign marks a translation that is not approved yet", () => {
  expect(parseCampaign(yaml)).toMatchObject({ original: "en", translation_approved: { fa: false } });
});

describe("a campaign", () => {
  const change = (from: string | RegExp, to: string) => {
    expect(yaml).toMatch(from);
    return () => parseCampaign(yaml.replace(from, to));
  };

  it("may name its onion service", () => {
    expect(parseCampaign(yaml.replace(/^# onion: .*/m, `onion: http://${onion}`)).onion).toBe(`http://${onion}`);
  });

  it("may have a goal and days", () => {
    const campaign = parseCampaign(`${yaml}\ngoal: 15000\nopens: 2026-11-22\ncloses: 2027-03-31\n`);
    expect(campaign).toMatchObject({ goal: 15000, opens: "2026-11-22", closes: "2027-03-31" });
  });

  it.each([
    ["a field nobody knows", /^goals?:|$/, "colour: red\n", "colour"],
    ["a missing field", /^contact: .*\n/m, "", "contact"],
    ["a title in one language only", "  en: Open letter\n", "", "site_title"],
    ["a title in a language that the letter has not", "  en: Open letter\n", "  en: A\n  de: B\n", "site_title"],
    ["an exit over http", /^# exit_url: .*/m, "exit_url: http://news.test/", "exit_url"],
    ["an exit that runs a script", /^# exit_url: .*/m, "exit_url: javascript:alert(1)", "exit_url"],
    ["a truth value that is none", "fa: false", "fa: maybe", "translation_approved.fa"],
    ["an original that is no language of it", "original: en", "original: de", "original"],
    ["a recipient of the older kind", "age: []", "age: [age1xyz]", "recipient.age.0"],
    ["a single recipient", "age: []", `age: [age1pq1${"q".repeat(100)}]`, "recipient.age"],
    ["a recipient twice", "age: []", `age: [${`age1pq1${"q".repeat(100)}, `.repeat(2)}]`, "recipient.age"],
    ["a language twice", "languages: [fa, en]", "languages: [fa, fa, en]", "languages"],
    ["paragraphs in the wrong order", "to: 10", "to: 2", "distressing.to"],
    ["a ledger with a scheme", "ledger_origin: letter", "ledger_origin: https://letter", "ledger_origin"],
    ["an onion address over https", /^# onion: .*/m, `onion: https://${onion}`, "onion"],
    ["an onion address with a slash", /^# onion: .*/m, `onion: http://${onion}/`, "onion"],
    ["an onion address with one letter wrong", /^# onion: .*/m, `onion: http://${mistyped}`, "onion: [^\\n]*checksum"],
    ["a list where a text stands", /^contact: .*/m, "contact: [a, b]", "contact"],
  ])("is refused for %s, in one line that names the field", (_, from, to, field) => {
    const parse = change(from, to);
    expect(parse).toThrow(LetterError);
    expect(parse).toThrow(new RegExp(`^campaign\\.yaml: [^\\n]*${field.replaceAll(".", "\\.")}[^\\n]*$`));
  });

  it.each([
    ["a tag", "contact: !!js/function 'f'"],
    ["an alias", "contact: *a"],
    ["a forbidden key", "__proto__: {}"],
    ["a second document", "---\na: b"],
    ["a key twice", "contact: letter@example.org\ncontact: other@example.org"],
  ])("is refused for %s", (_, line) => {
    expect(() => parseCampaign(yaml.replace(/^contact: .*/m, line))).toThrow(/^campaign\.yaml: /);
  });

  it.each([
    ["opens", "closes"],
    ["closes", "hand_over_by"],
    ["opens", "hand_over_by"],
    ["hand_over_by", "destroy_by"],
  ])("is refused when %s comes after %s", (first, second) => {
    expect(() => parseCampaign(`${yaml}\n${first}: 2026-11-22\n${second}: 2026-11-21\n`)).toThrow(
      `${second}: must not lie before ${first}`,
    );
    expect(parseCampaign(`${yaml}\n${first}: 2026-11-22\n${second}: 2026-11-22\n`)[second as "closes"]).toBe(
      "2026-11-22",
    );
  });

  it("takes the list down with the purge, unless it says otherwise", () => {
    expect(parseCampaign(yaml.replace(/^after_purge: .*\n/m, "")).after_purge).toBe("counts");
    expect(parseCampaign(yaml.replace(/^after_purge: .*/m, "after_purge: names")).after_purge).toBe("names");
    expect(change(/^after_purge: .*/m, "after_purge: all")).toThrow("after_purge");
  });

  it("may name a contact of the recipient", () => {
    expect(change("  age: []", "  age: []\n  contact: one@recipient.example")().recipient.contact).toBe(
      "one@recipient.example",
    );
  });
});
