import { inboxPage } from "../../scripts/form-service/web/inbox-page.ts";
import { refusalPage } from "../../scripts/form-service/web/refusal-page.ts";
import { parseCampaign } from "../../scripts/letter/text/campaign.ts";
import type { SiteContext } from "../../scripts/site/views/context.ts";
import { confirmPage, resendGonePage } from "../../scripts/site/views/pages/confirm-page.ts";
import { confirmedPage, notCountedPage } from "../../scripts/site/views/pages/confirmed-page.ts";
import { howPage } from "../../scripts/site/views/pages/how-page.ts";
import { letterPage } from "../../scripts/site/views/pages/letter-page.ts";
import { messagePage } from "../../scripts/site/views/pages/message-page.ts";
import { notFoundPage } from "../../scripts/site/views/pages/not-found-page.ts";
import { notMeDonePage, notMePage } from "../../scripts/site/views/pages/not-me-page.ts";
import { pressPage } from "../../scripts/site/views/pages/press-page.ts";
import { privacyPage } from "../../scripts/site/views/pages/privacy-page.ts";
import {
  deskPage,
  newsPage,
  type ReviewRow,
  type SheetView,
  sheetPage,
} from "../../scripts/site/views/pages/review-page.ts";
import { safetyPage } from "../../scripts/site/views/pages/safety-page.ts";
import { sharePage } from "../../scripts/site/views/pages/share-page.ts";
import { signPage } from "../../scripts/site/views/pages/sign-page.ts";
import { shardPage, signaturesPage } from "../../scripts/site/views/pages/signatures-page.ts";
import { supportPage } from "../../scripts/site/views/pages/support-page.ts";
import { takenDownPage } from "../../scripts/site/views/pages/taken-down-page.ts";
import { updatesPage } from "../../scripts/site/views/pages/updates-page.ts";
import { verifyPage } from "../../scripts/site/views/pages/verify-page.ts";
import {
  withdrawConfirmPage,
  withdrawnByAddressPage,
  withdrawnPage,
  withdrawPage,
} from "../../scripts/site/views/pages/withdraw-page.ts";
import type { Lang } from "../../scripts/site/views/strings.ts";
import { realCampaign } from "../support/campaigns/real-campaign.ts";
import { readLetterFile } from "../support/letters.ts";
import { inventedSite, listRow } from "./invented-site.ts";

/** The secret of a link, and what somebody filled in who has much to mend. */
export const s = "c2VjcmV0LW9mLWxpbms_-A";
export const values = {
  shown: "initials",
  name: `لیلا "><script>alert(1)</script>`,
  place: "برلین",
  email: "leila@example",
  consent_handover: "",
  consent_public: "yes",
};
/** A site with four signatures. */
export const site = inventedSite([
  listRow(2, { name: "شیرین بهاری", place: "هامبورگ" }),
  listRow(3, { shown: "hidden", name: "", place: "", signed: "" }),
  listRow(4, { shown: "counted", name: "", place: "", signed: "" }),
  listRow(5, { name: "Niamh O’Neil", place: "<b>Cork</b>" }),
]);

/** The same site after its list was taken down with the purge. */
const withoutList = (site: SiteContext): SiteContext => ({
  ...site,
  totals: site.totals && { ...site.totals, accepted: 5, withdrawn: 1, listed: 0, takenDown: true },
  newest: [],
  stage: "destroyed",
  takenDown: { day: "2027-01-20" },
});
const BATCHES = [
  { filed: 20, refused: 2, leftOut: 1 },
  { filed: 35, refused: 0, leftOut: 4 },
  { filed: 8, refused: 1, leftOut: 0 },
];
const DAYS = [
  { day: "2026-11-20", accepted: 17 },
  { day: "2026-11-22", accepted: 31 },
  { day: "2026-11-24", accepted: 7 },
];

/** The same site once the campaign says who is responsible, and when it ends. */
export function named(site: SiteContext, more: Partial<SiteContext["campaign"]> = {}): SiteContext {
  const { responsible, hosts } = parseCampaign(realCampaign(readLetterFile("iran", "campaign.yaml"), "pages"));
  const days = { closes: "2027-03-31", hand_over_by: "2027-04-30", destroy_by: "2027-06-30" };
  const recipient = { ...site.campaign.recipient, contact: "data@recipient.test" };
  return { ...site, campaign: { ...site.campaign, responsible, hosts, recipient, ...days, ...more } };
}

/** The same site after the handover, with the recipient's own address. */
const handedOver = (site: SiteContext): SiteContext => ({
  ...site,
  stage: "handed_over",
  campaign: { ...site.campaign, recipient: { ...site.campaign.recipient, contact: "privacy@example.net" } },
});
/** And after a purge that has left the list. */
const purged = (site: SiteContext): SiteContext => ({ ...handedOver(site), stage: "destroyed" });

/** The least there is. */
const CHALLENGE = "1:0:AAAAAAAAAAAAAAAAAAAAAA:";

/** A sheet as a moderator of one machine sees it. */
const row = (id: string, more: Partial<ReviewRow>): ReviewRow => ({
  ...{ id: `${id}79e76wrznkwmmc3frcxdfe2080`.slice(0, 26), name: "", lang: "fa", place: "" },
  shown: "name",
  ...{ signed: "2026-11-22", flags: [], remark: undefined, refused: undefined },
  ...more,
});
const reviewed: SheetView = {
  ...{ sheet: "3v9c6wrznkwmmc3frcxdfe2080", commit: "0".repeat(40), quarantined: true, page: 1, pages: 3 },
  ...{ all: false, words: "" },
  counts: { rows: 120, read: 100, first: 2, refused: 1, unseen: 20 },
  first: [
    row("a1", { name: "شیرین بهاری", place: "هامبورگ", flags: ["on-list", "twice"] }),
    row("b2", {
      name: values.name,
      lang: "en",
      refused: "fake-name",
      remark: { elsewhere: ["7k2q6wrznkwmmc3frcxdfe2080"] },
    }),
  ],
  others: [
    row("c3", { name: "Niamh O’Neil", place: "Cork", lang: "en" }),
    row("d4", { shown: "initials", name: "ل. ب." }),
  ],
};

/** Every page and every state of a page, by a name of its own. A new one belongs here: all checks of pages go through it. */
export const pages: Readonly<Record<string, (site: SiteContext, lang: Lang) => string>> = {
  letter: letterPage,
  sign: signPage,
  "sign with errors": (site, lang) =>
    signPage(site, lang, { values, problems: { name: "characters", email: "format", consent_handover: "missing" } }),
  "sign, did you mean": (site, lang) =>
    signPage(site, lang, {
      values: { ...values, name: "Leila Bahari", email: "leila@gmail.con", consent_handover: "yes" },
      problems: { email: "slip" },
      reasons: { email: "leila@gmail.com" },
    }),
  "sign with wrong characters": (site, lang) =>
    signPage(site, lang, {
      values: {
        ...values,
        name: "لیلا \u202eبهاری",
        place: "Ber🙂lin",
        email: "لیلا@example.org",
        consent_handover: "yes",
      },
      problems: { name: "invisible", place: "characters", email: "letters" },
      reasons: { name: "\u202e", place: "🙂", email: "ل" },
    }),
  "sign, too many": (site, lang) =>
    signPage(site, lang, { values, problems: {}, wait: { challenge: CHALLENGE, goesOn: false, once: "" } }),
  confirm: (site, lang) => confirmPage(site, lang, { s }),
  "confirm with a wrong code": (site, lang) => confirmPage(site, lang, { s, problem: "code.wrong" }),
  "sent again": (site, lang) => confirmPage(site, lang, { s, sentAgain: true }),
  "confirm while mail is away": (site, lang) => confirmPage(site, lang, { s, mail: "away" }),
  "confirm while mail is late, sent often enough": (site, lang) =>
    confirmPage(site, lang, { s, mail: "late", gone: true }),
  "withdraw, code, while mail is away": (site, lang) => withdrawConfirmPage(site, lang, { s, mail: "away" }),
  "resend gone": (site, lang) => resendGonePage(site, lang, { s }),
  confirmed: (site, lang) =>
    confirmedPage(site, lang, {
      s,
      withdrawalCode: "7KQM4TXR9HPD2B3C4D5E6F7G8H",
      row: { shown: "name", name: "سارا آزادی", place: "سیدنی" },
    }),
  "confirmed, hidden": (site, lang) =>
    confirmedPage(site, lang, {
      s,
      withdrawalCode: "7KQM4TXR9HPD2B3C4D5E6F7G8H",
      row: { shown: "hidden", name: "", place: "" },
    }),
  "confirmed, review late": (site, lang) =>
    confirmedPage(site, lang, { s, withdrawalCode: "7KQM4TXR9HPD2B3C4D5E6F7G8H", late: true }),
  "not me": (site, lang) => notMePage(site, lang),
  "not me, done": (site, lang) => notMeDonePage(site, lang),
  withdraw: (site, lang) => withdrawPage(site, lang),
  "withdraw, no room": (site, lang) =>
    withdrawPage(site, lang, { email: "sara@example.org", wait: { challenge: CHALLENGE, goesOn: false } }),
  "withdraw with a wrong code": (site, lang) => withdrawPage(site, lang, { problem: "withdrawal_code.wrong" }),
  "withdraw, code": (site, lang) => withdrawConfirmPage(site, lang, { s }),
  withdrawn: withdrawnPage,
  "withdrawn by address": withdrawnByAddressPage,
  signatures: (site, lang) => signaturesPage(site, lang, { shards: 12 }),
  "signatures by day": (site, lang) => signaturesPage(site, lang, { shards: 1, days: DAYS }),
  shard: (site, lang) => shardPage(site, lang, { number: 3, shards: 12, rows: site.newest ?? [] }),
  verify: verifyPage,
  "verify with a state": (site, lang) => verifyPage(site, lang, { state: "accepted" }),
  how: (site, lang) => howPage(site, lang, { batches: BATCHES }),
  privacy: privacyPage,
  "letter with its end": (site, lang) => letterPage(named(site), lang),
  "sign, who is responsible": (site, lang) => signPage(named(site), lang),
  "how, with its end": (site, lang) => howPage(named(site, { after_purge: "names" }), lang, { batches: [] }),
  "privacy, who is responsible": (site, lang) => privacyPage(named(site), lang),
  safety: safetyPage,
  support: supportPage,
  share: sharePage,
  updates: updatesPage,
  press: pressPage,
  "press without a list": (site, lang) => pressPage(withoutList(site), lang),
  paused: (site, lang) => messagePage(site, lang, { kind: "paused", reason: "<i>." }),
  "too many": (site, lang) => messagePage(site, lang, { kind: "too_many" }),
  expired: (site, lang) => messagePage(site, lang, { kind: "expired" }),
  "not open": (site, lang) => messagePage(site, lang, { kind: "not_open", day: "2026-12-05" }),
  closed: (site, lang) => messagePage(site, lang, { kind: "closed" }),
  "handed over": (site, lang) => messagePage(site, lang, { kind: "handed_over" }),
  destroyed: (site, lang) => messagePage(site, lang, { kind: "destroyed" }),
  trouble: (site, lang) => messagePage(site, lang, { kind: "trouble" }),
  "trouble while withdrawing": (site, lang) => messagePage(site, lang, { kind: "leave_trouble" }),
  "already signed": (site, lang) => notCountedPage(site, lang, { s, because: "already" }),
  "not counted": (site, lang) => notCountedPage(site, lang, { s, because: "alike" }),
  "withdraw, code wrong": (site, lang) => withdrawConfirmPage(site, lang, { s, problem: "code.wrong" }),
  "not me, code wrong": (site, lang) => notMePage(site, lang, { problems: ["email.format", "code.wrong"] }),
  "verify with a wrong code": (site, lang) => verifyPage(site, lang, { problem: "withdrawal_code.wrong" }),
  "not found": (site, lang) => messagePage(site, lang, { kind: "not_found" }),
  "not found, in every language": (site, lang) =>
    notFoundPage({ ...site, campaign: { ...site.campaign, languages: lang === "fa" ? ["fa", "en"] : ["en", "fa"] } }),
  "form too long": (site, lang) => refusalPage(site, lang, 413),
  "trouble on our side": (site, lang) => refusalPage(site, lang, 500),
  "taken down": (site, lang) => takenDownPage(withoutList(site), lang),
  "letter without its list": (site, lang) => letterPage(withoutList(site), lang),
  "verify without a list": (site, lang) => verifyPage(withoutList(site), lang),
  "how without a list": (site, lang) => howPage(withoutList(site), lang, { batches: BATCHES.slice(0, 1) }),
  "destroyed with the list": (site, lang) => messagePage(withoutList(site), lang, { kind: "destroyed" }),
  "not found without a list": (site, lang) => messagePage(withoutList(site), lang, { kind: "not_found" }),
  "withdraw after the handover": (site, lang) => withdrawPage(handedOver(site), lang),
  "withdrawn after the handover": (site, lang) => withdrawnPage(handedOver(site), lang),
  "withdraw after the purge": (site, lang) => withdrawPage(purged(site), lang),
  "destroyed, but for the list": (site, lang) => messagePage(purged(site), lang, { kind: "destroyed" }),
  "addresses destroyed": (site, lang) => messagePage(purged(site), lang, { kind: "addresses_destroyed" }),
  inbox: (site, lang) => inboxPage(site, lang, []),
  review: (site, lang) =>
    deskPage(site, lang, {
      sheets: [
        { state: "open", sheet: reviewed.sheet, quarantined: true, rows: 120, read: 100, held: true },
        { state: "withdrawals", sheet: "5m8d6wrznkwmmc3frcxdfe2080", quarantined: false },
        { state: "broken", sheet: "<b>x", quarantined: false, reason: "the branch is not named pending/SHEET" },
      ],
      news: [
        { kind: "settled", sheet: "7k2q6wrznkwmmc3frcxdfe2080", accepted: 10, refused: 2, leftOut: 0, listed: 1234 },
        { kind: "waits", sheet: "9p3r6wrznkwmmc3frcxdfe2080", approvals: 2 },
        { kind: "failed", sheet: "2h4j6wrznkwmmc3frcxdfe2080", reason: "the sheet is invalid: row 1 is not attested" },
      ],
    }),
  "review, a sheet": (site, lang) => sheetPage(site, lang, reviewed, { kind: "no code" }),
  "review, decided": (site, lang) =>
    sheetPage(site, lang, { ...reviewed, decided: { held: { accepted: 118, refused: 2, leftOut: 0 } } }),
  "review, gone": (site, lang) => newsPage(site, lang, { kind: "gone" }),
};

/** The page of this name; `more` changes what the site knows. */
export function make(name: string, lang: Lang, more: Partial<SiteContext> = {}): string {
  const page = pages[name];
  if (!page) throw new Error(`no page is called "${name}"`);
  return page({ ...site, ...more }, lang);
}

/** Every page in every language. */
export const every = Object.keys(pages).flatMap((name) => (["fa", "en"] as const).map((lang) => [name, lang] as const));
