import { domainToASCII } from "node:url";
import { torExit } from "../harness.ts";

// What somebody can send who has every mailbox but one. Only this file knows the addresses and fields of the service.

/** One request, and the address that it comes from. */
export type Ask = {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly from: string;
};

/** Where requests come from: one line, many lines of one network, many networks, or Tor. */
export const PLACES = ["home", "street", "town", "v6 street", "v6 town", "tor"] as const;
export type Place = (typeof PLACES)[number];

/** The address of the nth sender at a place. */
export function lineAt(place: Place, n: number): string {
  const [high, low] = [Math.floor(n / 256) % 256, n % 256];
  switch (place) {
    case "home":
      return "192.0.2.10";
    case "street":
      return `198.18.7.${low}`;
    case "town":
      return `100.${64 + (high % 64)}.${low}.7`;
    case "v6 street":
      return `2001:db8:1:${n.toString(16)}::1`;
    case "v6 town":
      return `2001:db8:${(n + 2).toString(16)}::1`;
    case "tor":
      return torExit;
    default:
      return place satisfies never;
  }
}

/** What the stranger has learned: from answers, and from the mailboxes that are not the one. */
export type Knowledge = {
  /** each `s` that he was given, with what it is for and the address that he had typed */
  readonly links: { readonly s: string; readonly purpose: "confirm" | "leave"; readonly email: string }[];
  /** the newest code of each mailbox, by its address as typed */
  readonly codes: Map<string, string>;
  readonly withdrawalCodes: string[];
  /** requests so far: what has to be different each time is made from it */
  count: number;
};

export const newKnowledge = (): Knowledge => ({ links: [], codes: new Map(), withdrawalCodes: [], count: 0 });

/** The ways to type an address that reach one mailbox at many a provider. */
export const SPELLINGS: readonly ((email: string) => string)[] = [
  (email) => email,
  (email) => email.toUpperCase(),
  (email) => ` ${email} `,
  (email) => email.replace("@", "+letter@"),
  (email) => email.replace(/^(.)/, "$1."),
  (email) => email.replace("@gmail.com", "@googlemail.com"),
  (email) => `Shirin <${email}>`,
  (email) => `mailto:${email}`,
  (email) => email.replace("@", "＠").replace(/$/, "."),
];

/** Which code is typed. */
export const CODES = ["right", "another's", "wrong", "malformed", "on the page", "missing"] as const;
export type Code = (typeof CODES)[number];

/** The pages that ask for nothing but a look. */
export const LOOKS = [
  ...["/", "/healthz", "/readyz", "/en/sign/", "/fa/sign/", "/count.json", "/en/withdraw/", "/en/verify/", "/en/"],
  ...["/en/confirm/?s=S", "/fa/confirm/?s=S", "/en/not-me/", "/en/withdraw/confirm/?s=S", "/en/confirm/?s=none"],
] as const;

type Lang = "en" | "fa";

/** The requests themselves. */
export const ROUTES = {
  sign: (lang: Lang, email: string, more: Readonly<Record<string, string>>) => ({
    path: `/${lang}/sign/`,
    form: { shown: "name", name: "Niamh O’Neil", place: "", email, ...CONSENTS, ...more },
  }),
  confirm: (lang: Lang, s: string, code: string) => ({ path: `/${lang}/confirm/`, form: { s, code } }),
  resend: (lang: Lang, s: string) => ({ path: `/${lang}/confirm/resend/`, form: { s } }),
  notMe: (lang: Lang, email: string, code: string) => ({ path: `/${lang}/not-me/`, form: { email, code } }),
  leave: (lang: Lang, email: string) => ({ path: `/${lang}/withdraw/`, form: { email } }),
  leaveConfirm: (lang: Lang, s: string, code: string) => ({ path: `/${lang}/withdraw/confirm/`, form: { s, code } }),
  withdraw: (lang: Lang, code: string) => ({ path: `/${lang}/withdraw/`, form: { code } }),
  verify: (lang: Lang, code: string) => ({ path: `/${lang}/verify/`, form: { code } }),
};
const CONSENTS = { consent_handover: "yes", consent_public: "yes" };

/** The code of a mail. */
export const codeIn = (text: string): string | undefined => /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec(text)?.[0];

/** What an answer gives away for later. */
export function learn(known: Knowledge, ask: Ask, { location, body }: { location: string | null; body: string }): void {
  const s = location && new URL(location, "http://localhost").searchParams.get("s");
  const purpose = ask.path.includes("withdraw") ? "leave" : "confirm";
  if (s) known.links.push({ s, purpose, email: (ask.form?.email ?? "").trim() });
  const code = /id="withdrawal-code"[^>]*>([0-9A-Z]{26})</.exec(body)?.[1];
  if (code && !known.withdrawalCodes.includes(code)) known.withdrawalCodes.push(code);
}

/** A code to type for a link. */
export function codeFor(known: Knowledge, which: Code, email: string): string {
  switch (which) {
    case "right":
      return known.codes.get(mailbox(email)) ?? wrongCode(known);
    case "another's":
      return [...known.codes.values()].at(known.count % Math.max(1, known.codes.size)) ?? wrongCode(known);
    case "wrong":
      return wrongCode(known);
    case "malformed":
      return "12345";
    case "on the page":
      return "messages";
    case "missing":
      return "";
    default:
      return which satisfies never;
  }
}

/** By what the stranger tells his mailboxes apart. */
export function mailbox(email: string): string {
  const [local = "", domain = ""] = email.trim().toLowerCase().split("@");
  return `${local}@${domainToASCII(domain)}`;
}

const wrongCode = (known: Knowledge) => String(known.count).padStart(8, "0");
