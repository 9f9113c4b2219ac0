import { describe, expect, it } from "vitest";
import { en } from "../../content/strings/en.ts";
import { fa } from "../../content/strings/fa.ts";
import { parseCampaign } from "../../scripts/letter/text/campaign.ts";
import { keptIds } from "../../scripts/site/views/kept-table.ts";
import { letterPage } from "../../scripts/site/views/pages/letter-page.ts";
import { privacyPage } from "../../scripts/site/views/pages/privacy-page.ts";
import { signPage } from "../../scripts/site/views/pages/sign-page.ts";
import { realCampaign } from "../support/campaigns/real-campaign.ts";
import { readLetterFile } from "../support/letters.ts";
import { make, named, site } from "./gallery.ts";

const template = readLetterFile("iran", "campaign.yaml");
const words = (html: string) => html.replace(/<[^>]*>/g, "").replace(/\s+/g, " ");
const page = (lang: "en" | "fa", of = named(site)) => words(privacyPage(of, lang));
const onOwnHost = named(site, { hosts: parseCampaign(realCampaign(template)).hosts });

describe("the privacy page", () => {
  it.each(["en", "fa"] as const)("says in a trial that nobody is named, in %s", (lang) => {
    const text = words(privacyPage(site, lang));
    expect(text).toContain({ en, fa }[lang].privacy.nobody);
    expect(text).not.toContain({ en, fa }[lang].privacy.complain);
  });

  it("names who is responsible, until when, the representatives, the authorities, the age and the contacts", () => {
    const text = page("en");
    for (const part of [
      "Sample Association, 1 Sample Street, Melbourne, Australia, is responsible for your details until the handover; Sample Office, London, United Kingdom afterwards.",
      "Contact for questions about your details: privacy@sample-association.test",
      "After the handover, ask Amnesty International: data@recipient.test",
      "Representative in the European Union: Sample Representative, Berlin",
      "Representative in the United Kingdom: Sample Representative, Leeds",
      "You must be 18 or older to sign.",
      "in Australia to the OAIC",
      "in the EU to the authority of your country",
    ]) {
      expect(text).toContain(part);
    }
    expect(page("fa")).toContain("برای امضا باید دست‌کم ۱۸ سال داشته باشید.");
    expect(page("fa")).toContain("تا هنگام تحویل، انجمن نمونه، خیابان نمونه ۱، ملبورن، استرالیا، مسئول اطلاعات شماست");
  });

  it("names each host with its country, what it keeps and for how long", () => {
    const text = page("en");
    expect(text).toContain(
      "GitHub Pages, USA: your internet address and the time of your visit. Its log: it does not say",
    );
    expect(text).toContain("Sample Mail, Switzerland: your address and the message with the code. Its log: 3 days.");
    expect(page("en", onOwnHost)).toContain("Sample Hosting, Iceland: sees your visit, and records nothing of it.");
    expect(page("en", onOwnHost)).toContain("Its log: none is kept.");
    expect(text).toContain("in the private repository at GitHub; moderators and organisers can read it");
  });

  it("says that the internet address is nowhere only where every host is named, and none keeps it", () => {
    const nowhere = "not stored; the form service has a hash of it only in memory";
    expect(page("en", onOwnHost)).toContain(nowhere);
    expect(page("en")).not.toContain(nowhere);
    expect(page("en")).toContain("in the log of GitHub Pages, who can read it");
    expect(page("en", site)).not.toContain(nowhere);
    for (const of of [onOwnHost, named(site), site]) {
      expect(keptIds(of).filter((id) => id.startsWith("ip_"))).toHaveLength(1);
      expect(keptIds(of).filter((id) => id.startsWith("listed_"))).toHaveLength(1);
    }
  });

  it("gives the legal basis and the rights, and says what the fingerprints of addresses allow", () => {
    const text = page("en");
    expect(text).toContain("GDPR Articles 6(1)(a) and 9(2)(a)");
    expect(text).toContain("can test whether an address that they already know has signed");
    expect(text).not.toContain("We cannot look up your details");
    expect(page("fa")).not.toContain("نمی‌توانیم اطلاعات شما را پیدا کنیم");
    expect(text).toContain("at any time for as long as anything of you is public");
  });

  it("leaves no placeholder open", () => {
    for (const lang of ["en", "fa"] as const) {
      for (const of of [onOwnHost, named(site), site]) expect(page(lang, of)).not.toMatch(/\{\w+\}|undefined/);
    }
  });
});

describe("the form", () => {
  it("says beside the consent who is responsible, where, and how old one must be", () => {
    const form = signPage(named(site), "en");
    const label = /<input type="checkbox" id="consent_handover"[\s\S]*?<\/label>/.exec(form)![0];
    expect(words(label)).toContain(
      "Responsible until the handover: Sample Association, 1 Sample Street, Melbourne, Australia;",
    );
    expect(words(label)).toContain("then: Sample Office, London, United Kingdom.");
    expect(words(form)).toContain("You must be 18 or older to sign.");
    expect(words(signPage(site, "en"))).not.toContain("or older to sign");
  });
});

describe("the end that is promised", () => {
  const promise = "The signatures are handed over by 30 April 2027. What we hold is destroyed by 30 June 2027.";

  it.each(["letter with its end", "sign, who is responsible", "how, with its end", "privacy, who is responsible"])(
    "is on the page %s, in both languages",
    (name) => {
      expect(words(make(name, "en"))).toContain(promise);
      expect(words(make(name, "fa"))).toMatch(/امضاها تا ۱۰ اردیبهشت ۱۴۰۶ .* تحویل داده می‌شود\. .* نابود می‌شود\./);
    },
  );

  it("tells what stays, and no day that is over", () => {
    expect(words(letterPage(named(site), "en"))).toContain(en.letter.stays.counts);
    expect(words(letterPage(named(site, { after_purge: "names" }), "en"))).toContain(en.letter.stays.names);
    expect(words(letterPage({ ...named(site), stage: "handed_over" }, "en"))).not.toContain("are handed over by");
    expect(words(letterPage({ ...named(site), stage: "destroyed" }, "en"))).not.toContain("is destroyed by");
    expect(words(privacyPage(site, "en"))).toContain(en.privacy.no_days);
  });
});
