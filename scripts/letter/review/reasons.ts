import type { Flag } from "../signature/flag.ts";
import type { RefusalCode } from "./order.ts";

/** The languages in which moderators are told something. */
type Told<Key extends string> = Readonly<Record<"en" | "fa", Readonly<Record<Key, string>>>>;

/** Why a row has a flag, in a few words. */
export const FLAG_WORDS: Told<Flag> = {
  en: {
    "on-list": "same name and place as on the list",
    twice: "same name and place twice on this sheet",
    "look-alike": "looks like another name",
    "mixed-scripts": "words of two scripts",
    figure: "public figure or office",
    address: "like a link",
    profanity: "bad word",
    burst: "burst from one mail domain",
  },
  fa: {
    "on-list": "همین نام و جا در فهرست هست",
    twice: "همین نام و جا دو بار در این برگه آمده است",
    "look-alike": "به نام دیگری شبیه است",
    "mixed-scripts": "واژه‌هایی به دو خط",
    figure: "چهرهٔ شناخته یا مقام",
    address: "به پیوند می‌ماند",
    profanity: "واژهٔ زشت",
    burst: "بسیاری با هم از یک شرکت ایمیل",
  },
};

/** What the code of a refusal means. */
export const CODE_WORDS: Told<RefusalCode> = {
  en: {
    "fake-name": "fake name",
    duplicate: "duplicate",
    advert: "advert",
    offensive: "offensive",
    "not-a-person": "not a person",
  },
  fa: {
    "fake-name": "نام ساختگی",
    duplicate: "تکراری",
    advert: "آگهی",
    offensive: "ناسزا",
    "not-a-person": "شخص نیست",
  },
};
