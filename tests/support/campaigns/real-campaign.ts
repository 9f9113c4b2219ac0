/** The settings of `campaign.yaml` without which only a trial starts, as invented organisers would write them. */
const REAL = `
responsible:
  name: { fa: انجمن نمونه, en: Sample Association }
  address: { fa: "خیابان نمونه ۱، ملبورن، استرالیا", en: "1 Sample Street, Melbourne, Australia" }
  contact: privacy@sample-association.test
  after_handover: { fa: "دفتر نمونه، لندن، بریتانیا", en: "Sample Office, London, United Kingdom" }
  representatives:
    eu: { fa: "نمایندهٔ نمونه، برلین", en: "Sample Representative, Berlin" }
    uk: { fa: "نمایندهٔ نمونه، لیدز", en: "Sample Representative, Leeds" }
  complaints:
    - { fa: "در استرالیا نزد OAIC", en: in Australia to the OAIC }
    - { fa: "در بریتانیا نزد ICO", en: in the United Kingdom to the ICO }
    - { fa: "در اتحادیهٔ اروپا نزد نهاد حفاظت از داده‌های کشور خود", en: in the EU to the authority of your country }
  age: 18
hosts:
  site: SITE
  form: { name: { fa: میزبان نمونه, en: Sample Hosting }, country: { fa: ایسلند, en: Iceland }, keeps: { fa: آنچه می‌نویسید از آن می‌گذرد, en: what you enter passes through it }, days: 0, keeps_ip: false }
  mail: { name: { fa: پست نمونه, en: Sample Mail }, country: { fa: سوئیس, en: Switzerland }, keeps: { fa: نشانی شما و پیامِ کد, en: your address and the message with the code }, days: 3, keeps_ip: false }
  git: { name: { fa: GitHub, en: GitHub }, country: { fa: آمریکا, en: USA }, keeps: { fa: نام‌هایی که در انتظار بازبینی است, en: the names that wait for review }, days: unknown, keeps_ip: false }
`;

const SITES = {
  own: `{ name: { fa: میزبان نمونه, en: Sample Hosting }, country: { fa: ایسلند, en: Iceland }, keeps: { fa: بازدید شما را می‌بیند و ثبت نمی‌کند, en: "sees your visit, and records nothing of it" }, days: 0, keeps_ip: false }`,
  pages: `{ name: { fa: GitHub Pages, en: GitHub Pages }, country: { fa: آمریکا, en: USA }, keeps: { fa: نشانی اینترنتی و زمان بازدید شما, en: your internet address and the time of your visit }, days: unknown, keeps_ip: true }`,
};

/** The text of a `campaign.yaml`, but for the ledger's name and its keys, with all that real people must be told. */
export function realCampaign(yaml: string, site: keyof typeof SITES = "own"): string {
  return `${yaml
    .replace(/^contact: .*/m, "contact: letter@sample-association.test")
    .replace(
      /^source: .*/m,
      "source: https://sample-association.test/undersigned",
    )}${REAL.replace("SITE", SITES[site])}`;
}
